package dev.weft.process;

import java.util.List;

/**
 * Programs in one jar with jars inside, which no JVM reads by itself: the jar brings a launcher that does, and the
 * processes that Weft starts from such a program begin with the same launcher. Known is that of Spring Boot 3.2 and
 * later (its manual: "The Executable Jar Format", "PropertiesLauncher").
 */
final class NestedJars {
    private static final String LOADERS = "org.springframework.boot.loader.";
    private static final String LAUNCHER = "org.springframework.boot.loader.launch.PropertiesLauncher";

    private NestedJars() {}

    /**
     * {@return what a command line has for a main class: the launcher behind what names the class to it, or the class
     * itself}
     */
    static List<String> main(Class<?> main) {
        ClassLoader loader = main.getClassLoader();
        return loader != null && loader.getClass().getName().startsWith(LOADERS)
                ? List.of("-Dloader.main=" + main.getName(), LAUNCHER)
                : List.of(main.getName());
    }
}

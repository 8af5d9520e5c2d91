package dev.weft.process;

import dev.weft.Weft;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The flags of this JVM that a worker needs to run the same code: what opens modules, allows native access or previews,
 * turns assertions on or says which language and time zone it is. Those that concern memory, agents, debuggers,
 * recordings and logs stay here.
 */
final class JvmFlags {
    private static final List<String> WHOLE = List.of(
            "--enable-preview",
            "-ea",
            "-da",
            "-esa",
            "-dsa",
            "-enableassertions",
            "-disableassertions",
            "-enablesystemassertions",
            "-disablesystemassertions",
            "-XX:+UseCompactObjectHeaders",
            "-XX:-UseCompactObjectHeaders");

    private static final List<String> BEGINNINGS = List.of(
            "--add-opens=",
            "--add-exports=",
            "--add-reads=",
            "--add-modules=",
            "--limit-modules=",
            "--patch-module=",
            "--upgrade-module-path=",
            "--enable-native-access=",
            "--illegal-native-access=",
            "--sun-misc-unsafe-memory-access=",
            "-ea:",
            "-da:",
            "-enableassertions:",
            "-disableassertions:",
            "-Dfile.encoding=",
            "-Djava.io.tmpdir=",
            "-Djava.library.path=",
            "-Djava.locale.providers=",
            "-Djava.net.preferIPv",
            "-Dloader.", // where the launcher of NestedJars looks
            "-Duser.",
            "-Dweft.");

    /** Those of them that name directories and files, or what is the machine's own. */
    private static final List<String> PLACES = List.of(
            "--patch-module=",
            "--upgrade-module-path=",
            "-Djava.io.tmpdir=",
            "-Djava.library.path=",
            "-Dloader.path=",
            "-Duser.dir=",
            "-Duser.home=",
            "-Duser.name=",
            "-Dweft.home=",
            "-Dweft.launcher=");

    private static final List<String> OF_THIS_JVM =
            ManagementFactory.getRuntimeMXBean().getInputArguments();

    private JvmFlags() {}

    /** Reads the flags of this JVM, which takes some 20 ms the first time. */
    static void load() {
        // Loading this class has read them.
    }

    /** {@return the flags to pass on} */
    static List<String> inherited() {
        List<String> flags = new ArrayList<>();
        for (String flag : OF_THIS_JVM) {
            if (WHOLE.contains(flag) || BEGINNINGS.stream().anyMatch(flag::startsWith)) {
                flags.add(flag);
            }
        }
        fromManifest(flags);
        return flags;
    }

    /** {@return the flags to pass on to another machine: those that name no place of this one} */
    static List<String> portable() {
        return inherited().stream()
                .filter(flag -> PLACES.stream().noneMatch(flag::startsWith))
                .toList();
    }

    /**
     * {@return what lets a loop run blocking calls of the JDK as coroutines; a worker gets it also where this JVM does
     * without}
     */
    static String forLoops() {
        Module weft = Weft.class.getModule();
        return "--add-opens=java.base/java.lang=" + (weft.isNamed() ? weft.getName() : "ALL-UNNAMED");
    }

    /** What an executable jar may have granted by its manifest, which a worker, started with a class, does not read. */
    private static void fromManifest(List<String> flags) {
        Module weft = Weft.class.getModule();
        String who = weft.isNamed() ? weft.getName() : "ALL-UNNAMED";
        String opens = forLoops();
        if (Object.class.getModule().isOpen("java.lang", weft) && !flags.contains(opens)) {
            flags.add(opens);
        }
        if (weft.isNativeAccessEnabled()
                && flags.stream().noneMatch(flag -> flag.startsWith("--enable-native-access="))) {
            flags.add("--enable-native-access=" + who);
        }
    }

    /**
     * {@return the flag for the ahead-of-time cache that this JVM uses, or nothing} A worker uses it too if it fits,
     * since its class path is the same; the JVM finds that out and goes on without it where not.
     */
    static List<String> aheadOfTimeCache() {
        String option = "-XX:AOTCache=";
        return OF_THIS_JVM.stream()
                .filter(flag -> flag.startsWith(option))
                .map(flag -> option + Path.of(flag.substring(option.length())).toAbsolutePath())
                .toList();
    }
}

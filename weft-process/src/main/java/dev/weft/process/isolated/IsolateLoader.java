package dev.weft.process.isolated;

import dev.weft.Job;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Loads its own copy of every class of a class path but for those of the JDK, of Weft, and those that are shared. */
final class IsolateLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final @Nullable CodeSource CORE =
            Job.class.getProtectionDomain().getCodeSource();
    private static final @Nullable CodeSource OWN =
            IsolateLoader.class.getProtectionDomain().getCodeSource();

    private final List<String> shared;
    private final ClassLoader outside;

    /**
     * Makes a loader.
     *
     * @param name the name of its isolate
     * @param classPath jars and directories
     * @param shared patterns of the classes that the outside loads
     * @param outside loads those
     */
    IsolateLoader(String name, URL[] classPath, List<String> shared, ClassLoader outside) {
        super(name, classPath, ClassLoader.getPlatformClassLoader());
        this.shared = shared;
        this.outside = outside;
    }

    /**
     * {@return the URLs of a class path; a directory with jars and no classes, as module paths have, stands for the
     * jars}
     */
    static URL[] urls(List<Path> classPath) {
        List<URL> urls = new ArrayList<>();
        for (Path entry : classPath) {
            add(urls, entry);
            if (Files.isDirectory(entry)) {
                try (Stream<Path> inside = Files.list(entry)) {
                    inside.filter(file -> file.toString().endsWith(".jar")).forEach(jar -> add(urls, jar));
                } catch (IOException e) {
                    throw new UncheckedIOException("the class path of isolates cannot be read: " + entry, e);
                }
            }
        }
        return urls.toArray(URL[]::new);
    }

    private static void add(List<URL> urls, Path entry) {
        try {
            urls.add(new File(entry.toString()).toURI().toURL());
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("the class path of isolates has an entry that is no path: " + entry, e);
        }
    }

    private boolean isShared(String name) {
        if (name.startsWith("dev.weft.") && isWeft(name)) {
            return true;
        }
        for (String pattern : shared) {
            if (pattern.endsWith(".**")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 2))
                    : pattern.endsWith(".*")
                            ? name.lastIndexOf('.') == pattern.length() - 2
                                    && name.startsWith(pattern.substring(0, pattern.length() - 1))
                            : name.equals(pattern) || name.startsWith(pattern + "$")) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return whether a class below dev.weft comes with Weft, and not from somebody who has put a class of the same
     * package elsewhere}
     */
    private static boolean isWeft(String name) {
        try {
            CodeSource source = Class.forName(name, false, IsolateLoader.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource();
            return source != null && (source.equals(CORE) || source.equals(OWN));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return isShared(name) ? outside.loadClass(name) : super.loadClass(name, resolve);
    }
}

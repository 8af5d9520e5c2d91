package dev.weft.cli.function;

import dev.weft.cli.CliException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;

/**
 * Understands how a function is named: {@code File.java::method}, {@code app.jar::pkg.Class::method}, or
 * {@code pkg.Class::method} of a class path. A source is compiled at once.
 */
public final class FunctionFinder {
    private static final String SEPARATOR = "::";
    private static final String FORMS = "File.java::method, app.jar::pkg.Class::method, or pkg.Class::method";

    private FunctionFinder() {}

    /**
     * Finds a function.
     *
     * @param name how it is named
     * @param classPath jars and directories beside it, separated as on a command line; may be empty
     * @return where it is
     * @throws CliException if there is no such file, or it cannot be compiled
     */
    public static FunctionSpec find(String name, String classPath) {
        String[] parts = name.split(SEPARATOR, -1);
        String first = parts[0];
        String method = parts[parts.length - 1];
        boolean file = first.endsWith(".java") || first.endsWith(".jar");
        boolean good = parts.length == 2 ? !first.endsWith(".jar") : parts.length == 3 && file;
        if (!good || method.isEmpty()) {
            throw CliException.usage("--java expects " + FORMS + ", found '" + name + "'");
        }
        List<Path> more = paths(classPath);
        try {
            if (first.endsWith(".java")) {
                Source source = Source.read(readable(first, "a Java source"));
                List<Path> all = new ArrayList<>();
                all.addAll(Dependencies.resolve(source.dependencies(), source.repositories()));
                all.addAll(more);
                Path classes = SourceCompiler.compile(source, all);
                all.addFirst(classes);
                String className = parts.length == 3 ? parts[1] : SourceCompiler.mainClass(classes, source);
                return spec(name, all, className, method);
            }
            List<Path> all = new ArrayList<>();
            if (first.endsWith(".jar")) {
                Path jar = readable(first, "a jar");
                all.add(jar);
                all.addAll(manifestClassPath(jar));
            }
            all.addAll(more);
            return spec(name, all, first.endsWith(".jar") ? parts[1] : first, method);
        } catch (IOException e) {
            throw CliException.failure("cannot prepare " + name + ": " + CliException.words(e));
        }
    }

    private static FunctionSpec spec(String name, List<Path> all, String className, String method) {
        return new FunctionSpec(
                name, all.stream().map(path -> path.toAbsolutePath().toString()).toList(), className, method);
    }

    private static Path readable(String file, String what) {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw CliException.usage("--java expects " + what + " that can be read in " + file + ", found "
                    + (Files.isDirectory(path)
                            ? "a directory"
                            : Files.notExists(path) ? "nothing" : "one that cannot be"));
        }
        return path;
    }

    private static List<Path> paths(String classPath) {
        List<Path> paths = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            if (entry.endsWith("/*")) {
                Path directory = Path.of(entry.substring(0, entry.length() - 2));
                try (var jars = Files.newDirectoryStream(directory, "*.jar")) {
                    jars.forEach(paths::add);
                } catch (IOException e) {
                    throw CliException.usage("--class-path expects a directory of jars in " + directory
                            + ", and it cannot be read: " + CliException.reason(e));
                }
            } else if (!entry.isEmpty()) {
                Path path = Path.of(entry);
                if (!Files.isReadable(path)) {
                    throw CliException.usage("--class-path expects jars and directories, found "
                            + (Files.notExists(path) ? "nothing" : "what cannot be read") + " in " + entry);
                }
                paths.add(path);
            }
        }
        return paths;
    }

    private static List<Path> manifestClassPath(Path jar) throws IOException {
        try (JarFile opened = new JarFile(jar.toFile())) {
            var manifest = opened.getManifest();
            String entries =
                    manifest == null ? null : manifest.getMainAttributes().getValue("Class-Path");
            if (entries == null) {
                return List.of();
            }
            List<Path> paths = new ArrayList<>();
            for (String entry : entries.strip().split(" +", -1)) {
                Path path = jar.resolveSibling(entry);
                if (Files.exists(path)) {
                    paths.add(path);
                }
            }
            return paths;
        }
    }
}

package dev.weft.cli.function;

import dev.weft.cli.CliException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles sources with the JDK's compiler, and keeps the classes for the next time. */
final class SourceCompiler {
    /** JEP 512 asks for a main method of a source without a class; a function needs none. */
    private static final String MAIN = "\nvoid main() {}\n";

    private static final String MAIN_MISSING = "compiler.err.implicit.class.does.not.have.main.method";

    private SourceCompiler() {}

    /**
     * Compiles a source, unless that has been done.
     *
     * @param source the source
     * @param classPath what it needs
     * @return the directory of its classes
     * @throws CliException if it has errors, or there is no compiler
     */
    static Path compile(Source source, List<Path> classPath) throws IOException {
        List<String> parts = new ArrayList<>(List.of(
                System.getProperty("java.runtime.version"),
                source.path().getFileName().toString(),
                source.text()));
        for (Path other : source.others()) {
            parts.add(Files.readString(other));
        }
        parts.addAll(source.options());
        classPath.forEach(path -> parts.add(path + " " + path.toFile().lastModified()));
        Path place = Cache.place("classes", parts);
        if (Files.isDirectory(place)) {
            return place;
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw CliException.failure("compiling " + source.path() + " needs a JDK, and the Java in "
                    + System.getProperty("java.home") + " has no compiler: set WEFT_JAVA_HOME to a JDK");
        }
        Path fresh = Files.createTempDirectory(place.getParent(), "new-");
        try {
            List<Diagnostic<? extends JavaFileObject>> errors =
                    attempt(compiler, source, source.text(), classPath, fresh);
            if (errors.stream().anyMatch(error -> error.getCode().equals(MAIN_MISSING))) {
                errors = attempt(compiler, source, source.text() + MAIN, classPath, fresh);
            }
            if (!errors.isEmpty()) {
                throw CliException.usage(words(source, errors));
            }
            try {
                Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                // somebody else was faster, with the same
            }
            return place;
        } finally {
            remove(fresh);
        }
    }

    private static List<Diagnostic<? extends JavaFileObject>> attempt(
            JavaCompiler compiler, Source source, String text, List<Path> classPath, Path into) throws IOException {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        String all = Stream.concat(
                        classPath.stream().map(Path::toString), Stream.of(System.getProperty("java.class.path")))
                .filter(entry -> !entry.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
        List<String> options = new ArrayList<>(
                List.of("-d", into.toString(), "-parameters", "-g", "-proc:none", "-Xlint:none", "-nowarn"));
        options.addAll(List.of("-classpath", all));
        options.addAll(source.options());
        try (var files = compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<JavaFileObject> units = new ArrayList<>();
            units.add(new Text(source.path().toUri(), text));
            files.getJavaFileObjectsFromPaths(source.others()).forEach(units::add);
            boolean done = compiler.getTask(null, files, diagnostics, options, null, units)
                    .call();
            List<Diagnostic<? extends JavaFileObject>> errors = diagnostics.getDiagnostics().stream()
                    .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                    .toList();
            if (!done && errors.isEmpty()) {
                throw CliException.usage("cannot compile " + source.path() + ", and the compiler does not say why");
            }
            return errors;
        } catch (IllegalArgumentException e) {
            throw CliException.usage("cannot compile " + source.path() + ": " + e.getMessage());
        }
    }

    private static String words(Source source, List<Diagnostic<? extends JavaFileObject>> errors) {
        var first = errors.getFirst();
        String message = String.join(
                " ",
                first.getMessage(Locale.ROOT).strip().lines().map(String::strip).toList());
        String where = first.getSource() == null
                ? source.path().toString()
                : Path.of(first.getSource().toUri()).getFileName() + ":" + first.getLineNumber();
        return "cannot compile " + where + ": " + message
                + (errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more)");
    }

    /** The class of a source that its file is named after, or the only one at its top. */
    static String mainClass(Path classes, Source source) throws IOException {
        String name = source.path().getFileName().toString().replaceFirst("\\.java$", "");
        try (Stream<Path> files = Files.walk(classes)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".class"))
                    .map(classes::relativize)
                    .toList();
            List<String> top = found.stream()
                    .map(file -> file.toString().replaceFirst("\\.class$", "").replace(File.separatorChar, '.'))
                    .filter(each -> !each.contains("$"))
                    .toList();
            return top.stream()
                    .filter(each -> each.equals(name) || each.endsWith("." + name))
                    .findFirst()
                    .or(() -> top.size() == 1 ? top.stream().findFirst() : Optional.empty())
                    .orElseThrow(() -> CliException.usage("expected a class " + name + " in " + source.path()
                            + ", found " + (top.isEmpty() ? "none" : String.join(", ", top)) + ": name it, "
                            + source.path() + "::Class::method"));
        }
    }

    private static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** A source as it is to be compiled, which may be more than is in its file. */
    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(URI place, String text) {
            super(place, Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}

package dev.weft.cli.function;

import dev.weft.cli.CliException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the jars of artifacts, and of what these need, by Maven, which downloads what is not on this machine. The
 * answer is kept as long as its files are there.
 */
final class Dependencies {
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath";

    private Dependencies() {}

    /**
     * Resolves artifacts.
     *
     * @param artifacts as group:artifact:version, with a classifier and @type behind it if need be
     * @param repositories where they are, beside Maven Central: URLs, or name=URL
     * @return their jars
     * @throws CliException if there is no Maven, or it does not find them
     */
    static List<Path> resolve(List<String> artifacts, List<String> repositories) throws IOException {
        if (artifacts.isEmpty()) {
            return List.of();
        }
        List<String> parts = new ArrayList<>(artifacts);
        parts.add("");
        parts.addAll(repositories);
        Path place = Cache.place("dependencies", parts);
        if (Files.isRegularFile(place)) {
            List<Path> known = split(Files.readString(place));
            if (known.stream().allMatch(Files::exists)) {
                return known;
            }
        }
        Path project = Files.createTempDirectory(place.getParent(), "pom-");
        try {
            Path pom = project.resolve("pom.xml");
            Path answer = project.resolve("classpath");
            Path log = project.resolve("log");
            Files.writeString(pom, pom(artifacts, repositories));
            maven(pom, answer, log, artifacts);
            String classPath = Files.readString(answer).strip();
            Files.move(answer, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return split(classPath);
        } finally {
            try (Stream<Path> files = Files.list(project)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(project);
        }
    }

    private static List<Path> split(String classPath) {
        return Stream.of(classPath.strip().split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }

    private static void maven(Path pom, Path answer, Path log, List<String> artifacts) throws IOException {
        Path maven = find().orElseThrow(() -> CliException.failure(
                "//DEPS " + String.join(" ", artifacts) + " needs Maven to be resolved, and there is no mvn on the PATH"
                        + " nor in MAVEN_HOME: install it, or give the jars with --class-path"));
        var builder = new ProcessBuilder(
                        maven.toString(),
                        "-q",
                        "-B",
                        "-f",
                        pom.toString(),
                        PLUGIN,
                        "-Dmdep.outputFile=" + answer,
                        "-Dmdep.includeScope=runtime")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            process.getOutputStream().close(); // it is not to ask anything
            int code = process.waitFor();
            if (code != 0 || !Files.exists(answer)) {
                throw CliException.failure("cannot resolve //DEPS " + String.join(" ", artifacts) + ": " + reason(log));
            }
        } catch (InterruptedException e) {
            throw CliException.failure("interrupted while Maven resolved //DEPS " + String.join(" ", artifacts));
        } finally {
            process.destroy();
        }
    }

    private static String reason(Path log) throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("[ERROR]"))
                .map(line -> line.substring("[ERROR]".length()).strip())
                .map(line -> line.replaceFirst("^Failed to execute goal on project \\S+: ", ""))
                .map(line -> line.replaceFirst(" -> \\[Help \\d+]$", ""))
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("Maven does not say why");
    }

    private static Optional<Path> find() {
        String home = System.getenv("MAVEN_HOME");
        String path = System.getenv("PATH");
        List<Path> places = new ArrayList<>();
        if (home != null && !home.isEmpty()) {
            places.add(Path.of(home, "bin"));
        }
        for (String entry : (path == null ? "" : path).split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                places.add(Path.of(entry));
            }
        }
        String name = File.separatorChar == '\\' ? "mvn.cmd" : "mvn";
        return places.stream()
                .map(place -> place.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String pom(List<String> artifacts, List<String> repositories) {
        var pom = new StringBuilder("""
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>weft</groupId>
                  <artifactId>function</artifactId>
                  <version>1</version>
                  <packaging>pom</packaging>
                  <dependencies>
                """);
        for (String artifact : artifacts) {
            String[] typed = artifact.split("@", 2);
            String[] words = typed[0].split(":", -1);
            element(pom.append("    <dependency>"), "groupId", words[0]);
            element(pom, "artifactId", words[1]);
            element(pom, "version", words[2]);
            if (words.length > 3) {
                element(pom, "classifier", words[3]);
            }
            if (typed.length > 1) {
                element(pom, "type", typed[1]);
            }
            pom.append("</dependency>\n");
        }
        pom.append("  </dependencies>\n  <repositories>\n");
        int number = 0;
        for (String repository : repositories) {
            String[] named = repository.split("=", 2);
            element(pom.append("    <repository>"), "id", named.length == 2 ? named[0] : "repository-" + ++number);
            element(pom, "url", named[named.length - 1]);
            pom.append("</repository>\n");
        }
        return pom.append("  </repositories>\n</project>\n").toString();
    }

    private static void element(StringBuilder pom, String name, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        pom.append('<')
                .append(name)
                .append('>')
                .append(escaped)
                .append("</")
                .append(name)
                .append('>');
    }
}

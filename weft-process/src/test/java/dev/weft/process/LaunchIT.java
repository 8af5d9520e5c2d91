package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers have the code and the flags of their parent, however that was started. */
@Timeout(60)
class LaunchIT {
    private static final String PROGRAM = """
            package app;

            import dev.weft.Weft;
            import dev.weft.process.ProcessPool;
            import java.util.List;

            public class Main {
                public record Answer(int number, boolean open) implements java.io.Serializable {}

                static class Opened {
                    static boolean lang() {
                        return Object.class.getModule().isOpen("java.lang", Weft.class.getModule());
                    }
                }

                public static void main(String[] arguments) {
                    try (var pool = ProcessPool.of(1)) {
                        int factor = 21;
                        Answer answer = pool.submit(() -> new Answer(Weft.run(() -> 2 * factor), Opened.lang())).await();
                        List<Integer> squares = pool.map((Integer x) -> x * x, List.of(1, 2, 3)).toList();
                        System.out.println(answer + " " + squares + " " + (Opened.lang() == answer.open()));
                    }
                }
            }
            """;
    private static final String EXPECTED_WITH_LOOP = "Answer[number=42, open=true] [1, 4, 9] true";
    private static final String OPENS = "--add-opens=java.base/java.lang=";

    @TempDir
    Path directory;

    private Path classes;

    @BeforeEach
    void makeDirectory() throws IOException {
        classes = Files.createDirectory(directory.resolve("classes"));
    }

    /** What the program needs: this module, the core and their libraries, as jars or directories. */
    private static List<String> libraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("weft-core")
                        || (entry.contains("weft-process") && !entry.contains("test-classes"))
                        || entry.contains("jctools")
                        || entry.contains("jspecify"))
                .toList();
    }

    private void compile(String... more) throws IOException {
        Path source = Files.createDirectories(directory.resolve("source/app")).resolve("Main.java");
        Files.writeString(source, PROGRAM);
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("-proc:none", "-d", classes.toString(), source.toString()));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0])))
                .isZero();
    }

    private String run(Path workingDirectory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Dweft.process.aotCache=off"));
        command.addAll(List.of(arguments));
        Process program = new ProcessBuilder(command)
                .directory(workingDirectory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String output = program.inputReader(StandardCharsets.UTF_8).readAllAsString();
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return output.strip();
        } finally {
            program.destroyForcibly();
        }
    }

    private static String joined(List<String> entries) {
        return String.join(File.pathSeparator, entries);
    }

    @Test
    void fromAClassPathWithRelativeEntries() throws Exception {
        compile("-cp", joined(libraries()));
        assertThat(run(
                        directory,
                        OPENS + "ALL-UNNAMED",
                        "-cp",
                        "classes" + File.pathSeparator + joined(libraries()),
                        "app.Main"))
                .isEqualTo(EXPECTED_WITH_LOOP);
    }

    @Test
    void withoutTheFlagInTheParentThereIsNoneInTheWorker() throws Exception {
        compile("-cp", joined(libraries()));
        assertThat(run(directory, "-cp", "classes" + File.pathSeparator + joined(libraries()), "app.Main"))
                .isEqualTo("Answer[number=42, open=false] [1, 4, 9] true");
    }

    @Test
    void fromAnExecutableJarWhoseManifestOpensTheModule() throws Exception {
        compile("-cp", joined(libraries()));
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "app.Main");
        attributes.put(
                Attributes.Name.CLASS_PATH,
                String.join(
                        " ",
                        libraries().stream()
                                .map(entry -> Path.of(entry).toUri().toString())
                                .toList()));
        attributes.putValue("Add-Opens", "java.base/java.lang");
        Path jar = directory.resolve("app with a space.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            copyTree(classes, "", out);
        }
        assertThat(run(directory, "-jar", jar.getFileName().toString())).isEqualTo(EXPECTED_WITH_LOOP);
    }

    @Test
    void fromAJarWithJarsInside() throws Exception {
        compile("-cp", joined(libraries()));
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
        attributes.putValue("Start-Class", "app.Main");
        attributes.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        attributes.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        attributes.putValue("Add-Opens", "java.base/java.lang");
        Path jar = directory.resolve("application.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            copyLoader(out);
            for (String place : List.of("BOOT-INF/", "BOOT-INF/classes/", "BOOT-INF/lib/")) {
                out.putNextEntry(new JarEntry(place)); // the launcher looks for them
            }
            copyTree(classes, "BOOT-INF/classes/", out);
            int number = 0;
            for (String library : libraries()) {
                store("BOOT-INF/lib/" + number++ + ".jar", asJar(Path.of(library)), out);
            }
        }
        assertThat(run(directory, "-jar", jar.getFileName().toString())).isEqualTo(EXPECTED_WITH_LOOP);
    }

    /** Copies what the launcher of such jars is, which lies in them as it is. */
    private static void copyLoader(JarOutputStream out) throws IOException {
        String loader = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("spring-boot-loader"))
                .findFirst()
                .orElseThrow();
        try (var in = new JarInputStream(Files.newInputStream(Path.of(loader)))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (!entry.getName().startsWith("META-INF/MANIFEST")) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                }
            }
        }
    }

    private static byte[] asJar(Path library) throws IOException {
        if (Files.isRegularFile(library)) {
            return Files.readAllBytes(library);
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new JarOutputStream(bytes)) {
            copyTree(library, "", out);
        }
        return bytes.toByteArray();
    }

    /** Adds a file as it is: the launcher reads jars in place, and not compressed ones. */
    private static void store(String name, byte[] content, JarOutputStream out) throws IOException {
        var sum = new CRC32();
        sum.update(content);
        var entry = new JarEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        out.putNextEntry(entry);
        out.write(content);
    }

    private static void copyTree(Path root, String prefix, JarOutputStream out) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(prefix + root.relativize(file)));
                Files.copy(file, out);
            }
        }
    }

    @Test
    void fromAModulePathWithoutOpeningTheApplication() throws Exception {
        Path module = Files.createDirectories(directory.resolve("source")).resolve("module-info.java");
        Files.writeString(module, "module app { requires dev.weft.process; }");
        String modules = joined(libraries());
        compile("--module-path", modules, module.toString());
        String core = Weft.class.getPackageName() + ".core";
        assertThat(run(
                        directory,
                        OPENS + core,
                        "--module-path",
                        "classes" + File.pathSeparator + modules,
                        "--module",
                        "app/app.Main"))
                .isEqualTo(EXPECTED_WITH_LOOP);
    }

    @Test
    void withAClassPathOfMoreThan128KiB() throws Exception {
        compile("-cp", joined(libraries()));
        StringBuilder path =
                new StringBuilder("classes").append(File.pathSeparator).append(joined(libraries()));
        while (path.length() < 200_000) {
            path.append(File.pathSeparator).append(directory.resolve("missing-" + path.length() + ".jar"));
        }
        Path arguments = directory.resolve("arguments");
        Files.writeString(arguments, OPENS + "ALL-UNNAMED\n-cp\n\"" + path + "\"\n");
        assertThat(run(directory, "@" + arguments, "app.Main")).isEqualTo(EXPECTED_WITH_LOOP);
    }
}

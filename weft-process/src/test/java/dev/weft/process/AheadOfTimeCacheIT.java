package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one program's workers have loaded, those of the next need not load again. */
@Timeout(180)
class AheadOfTimeCacheIT {
    @TempDir
    Path directory;

    private String classPath;
    private Path caches;

    /** The class path of this test, with Weft in jars. */
    @BeforeEach
    void makeJars() throws Exception {
        caches = directory.resolve("caches");
        List<String> path = new ArrayList<>();
        List<Path> weft = new ArrayList<>();
        for (Class<?> type : List.of(Weft.class, WorkerMain.class)) {
            weft.add(Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI()));
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path place = Path.of(entry).toAbsolutePath();
            path.add(
                    weft.contains(place) && Files.isDirectory(place)
                            ? jar(place).toString()
                            : place.toString());
        }
        classPath = String.join(File.pathSeparator, path);
    }

    private Path jar(Path classes) throws IOException {
        Path jar = Files.createTempFile(directory, "weft", ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    private String run(String place, boolean waiting) throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-Dweft.process.aotCache=" + place,
                        "-cp",
                        classPath,
                        CacheUser.class.getName(),
                        waiting ? caches.toString() : "-")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String output = program.inputReader(StandardCharsets.UTF_8).readAllAsString();
            assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return output.strip();
        } finally {
            program.destroyForcibly();
        }
    }

    @Test
    void theFirstProgramMakesItAndTheNextOneUsesIt() throws Exception {
        assertThat(run(caches.toString(), true)).isEqualTo("42 without");
        assertThat(run(caches.toString(), false)).isEqualTo("42 with");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(caches)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(caches)) {
            assertThat(files)
                    .map(file -> file.getFileName().toString().replaceAll("[0-9a-f]{24}", "*"))
                    .containsExactlyInAnyOrder("worker-*.aot", "worker-*.aot.lock");
        }
    }

    @Test
    void itCanBeTurnedOff() throws Exception {
        assertThat(run("off", false)).isEqualTo("42 without");
    }

    @Test
    void aDirectoryThatOthersCanChangeIsNotUsed() throws Exception {
        Files.createDirectory(caches);
        Files.setPosixFilePermissions(caches, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(run(caches.toString(), false)).isEqualTo("42 without");
        assertThat(caches).isEmptyDirectory();
    }

    /** Prints an answer, and whether the worker that gave it uses a cache; then waits until one is there. */
    static final class CacheUser {
        private CacheUser() {}

        static boolean usesCache() throws IOException {
            return Files.readString(Path.of("/proc/self/maps")).contains(".aot");
        }

        public static void main(String[] arguments) throws InterruptedException {
            try (var pool = ProcessPool.builder().workers(1).heap("64m").build()) {
                int half = 21;
                System.out.println(pool.submit(() -> 2 * half + (usesCache() ? " with" : " without"))
                        .await());
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
                while (!arguments[0].equals("-") && !isMade(Path.of(arguments[0]))) {
                    if (System.nanoTime() > deadline) {
                        throw new AssertionError("no cache was made within two minutes");
                    }
                    Thread.sleep(50);
                }
            }
        }

        private static boolean isMade(Path caches) {
            String[] files = caches.toFile().list();
            return files != null
                    && Stream.of(files).anyMatch(file -> file.endsWith(".aot"))
                    && Stream.of(files).noneMatch(file -> file.startsWith("making-"));
        }
    }
}

package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** No worker outlives its parent, and nothing of it stays behind for long. */
@Timeout(60)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ParentDeathIT {
    @TempDir
    Path temporary;

    private final String before = System.getProperty("java.io.tmpdir");
    private Process parent;
    private final List<Long> workers = new ArrayList<>();

    @BeforeEach
    void useTheSameTemporaryDirectory() {
        System.setProperty("java.io.tmpdir", temporary.toString());
    }

    @AfterEach
    void cleanUp() {
        System.setProperty("java.io.tmpdir", before);
        parent.destroyForcibly();
        workers.forEach(Jobs::kill);
    }

    private void startParent(boolean withoutHelp) throws Exception {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                ParentProgram.class.getName(),
                temporary.toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        if (withoutHelp) {
            builder.environment().put("PATH", temporary.toString()); // no setpriv there
        }
        parent = builder.start();
        BufferedReader out = parent.inputReader();
        for (String line = out.readLine(); !"ready".equals(line); line = out.readLine()) {
            assertThat(line).as("what the parent prints").isNotNull();
            workers.add(Long.parseLong(line));
        }
        assertThat(workers).hasSize(3).allMatch(Jobs::isAlive);
        Jobs.awaitStarted(temporary.resolve("1"));
        Jobs.awaitStarted(temporary.resolve("2"));
    }

    private List<Path> poolDirectories() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("weft-"))
                    .toList();
        }
    }

    private void assertTheNextPoolCleansUp() throws Exception {
        assertThat(poolDirectories()).hasSize(1);
        Path left = poolDirectories().getFirst();
        try (var next = ProcessPool.builder().workers(1).heap("64m").build()) {
            Eventually.until(left + " is removed", () -> !Files.exists(left));
            assertThat(next.submit(() -> 1).await()).isEqualTo(1);
        }
        assertThat(poolDirectories()).isEmpty();
    }

    @Test
    void afterKillMinus9OfTheParentNoWorkerIsLeft() throws Exception {
        startParent(false);
        parent.destroyForcibly().waitFor();
        for (long worker : workers) {
            assertThat(Jobs.ends(worker)).isTrue();
        }
        assertTheNextPoolCleansUp();
    }

    @Test
    void theSameHoldsWithoutTheHelpOfTheSystem() throws Exception {
        startParent(true);
        parent.destroyForcibly().waitFor();
        for (long worker : workers) {
            assertThat(Jobs.ends(worker)).isTrue();
        }
        assertTheNextPoolCleansUp();
    }

    @Test
    void aParentThatIsToldToEndClearsUpByItself() throws Exception {
        startParent(false);
        parent.destroy();
        assertThat(parent.waitFor()).isEqualTo(143);
        for (long worker : workers) {
            assertThat(Jobs.ends(worker)).isTrue();
        }
        assertThat(poolDirectories()).isEmpty();
    }

    @Test
    void aParentThatIsKilledAtAnyMomentLeavesNothing() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        var random = new Random(seed);
        Path shared = Files.createDirectory(temporary.resolve("shared"));
        int rounds = 5;
        long seen = 0;
        for (int round = 0; round < rounds; round++) {
            parent = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-Djava.io.tmpdir=" + temporary,
                            "-Dweft.process.sharedMemory=" + shared,
                            "-cp",
                            System.getProperty("java.class.path"),
                            BusyParent.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertThat(parent.inputReader().readLine()).isEqualTo("working");
            // At any moment: while workers start, work, are replaced, or arrays are under way.
            TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
            seen += processesOfPool().count();
            parent.destroyForcibly().waitFor();
            Eventually.until(
                    "no worker is left", () -> processesOfPool().findAny().isEmpty());
        }
        String sharedBefore = System.setProperty("weft.process.sharedMemory", shared.toString());
        try (var next = ProcessPool.builder().workers(1).heap("64m").build()) {
            Eventually.until("only the directory of this pool is left", () -> {
                try (Stream<Path> inMemory = Files.list(shared)) {
                    return poolDirectories().size() == 1 && inMemory.count() == 1;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(next.submit(() -> 1).await()).isEqualTo(1);
        } finally {
            if (sharedBefore == null) {
                System.clearProperty("weft.process.sharedMemory");
            } else {
                System.setProperty("weft.process.sharedMemory", sharedBefore);
            }
        }
        assertThat(poolDirectories()).isEmpty();
        assertThat(shared).isEmptyDirectory();
        System.out.printf(
                "torture: parent killed %d times with %d workers, leaked 0 processes, 0 files (seed %d)%n",
                rounds, seen, seed);
    }

    /** {@return the worker processes of pools in the directory of this test} */
    private Stream<ProcessHandle> processesOfPool() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains("WorkerMain") && line.contains(temporary.toString()))
                        .isPresent());
    }

    /**
     * A program that keeps a pool busy for ever, with tasks, maps and large arrays, and workers that are replaced all
     * the time.
     */
    static final class BusyParent {
        private BusyParent() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (var pool = ProcessPool.builder()
                    .workers(3)
                    .heap("64m")
                    .tasksPerWorker(300)
                    .build()) {
                System.out.println("working");
                List<Integer> inputs = IntStream.range(0, 2000).boxed().toList();
                for (int round = 0; round < 100_000; round++) {
                    byte[] large = new byte[1 << 20];
                    Task<byte[]> echo = pool.submit(() -> large);
                    List<Integer> results =
                            pool.map((Integer n) -> n + 1, inputs).toList();
                    if (results.size() != 2000 || echo.await().length != large.length) {
                        throw new AssertionError("something was lost");
                    }
                    pool.resize(1 + round % 4);
                }
            }
        }
    }
}

package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Large arrays travel through memory that both processes see, and leave nothing in it. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class SharedMemoryIT {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String OWN = "weft-" + ProcessHandle.current().pid() + "-";

    private static ProcessPool open(int workers) {
        return ProcessPool.builder()
                .workers(workers)
                .heap("256m")
                .output(WorkerOutput.discard())
                .build();
    }

    private static Set<Path> left() {
        try (Stream<Path> all = Files.list(MEMORY)) {
            return all.filter(path -> path.getFileName().toString().startsWith(OWN))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void largeArraysPassInBothDirectionsAndLeaveNothing() {
        Set<Path> before = left();
        try (var pool = open(2)) {
            byte[] bytes = random(3 << 20);
            double[] doubles = new Random(5).doubles(1 << 18).toArray();
            char[] characters = "large ".repeat(100_000).toCharArray();
            for (int i = 0; i < 5; i++) {
                assertThat(pool.submit(() -> bytes).await()).isEqualTo(bytes);
                assertThat(pool.submit(() -> doubles).await()).isEqualTo(doubles);
                assertThat(pool.submit(() -> characters).await()).isEqualTo(characters);
            }
            List<byte[]> inputs = Stream.of(1, 300_000, 2_000_000, 5)
                    .map(SharedMemoryIT::random)
                    .toList();
            assertThat(pool.map((byte[] input) -> input, inputs).toList())
                    .usingRecursiveComparison()
                    .isEqualTo(inputs);
            assertThat(left()).hasSize(before.size() + 1);
        }
        assertThat(left()).isEqualTo(before);
    }

    @Test
    void workIsASnapshotOfLargeArraysToo() {
        try (var pool = open(1)) {
            int[] numbers = new int[1 << 20];
            Task<Integer> first = pool.submit(() -> {
                Jobs.pause(100);
                return 0;
            });
            Task<Integer> task = pool.submit(() -> numbers[5]);
            numbers[5] = 1;
            assertThat(task.await()).isZero();
            first.await();
        }
    }

    @Test
    @DisplayName("P246 a worker that is killed while large arrays are under way costs its task alone")
    void aWorkerKilledWithLargeArraysUnderWayCostsItsTaskAlone(@TempDir Path directory) throws Exception {
        Set<Path> before = left();
        try (var pool = open(1)) {
            String file = directory.resolve("started").toString();
            byte[] bytes = random(8 << 20);
            List<Task<Integer>> tasks = new ArrayList<>();
            Task<Long> victim = pool.submit(() -> bytes.length + Jobs.startedAndSleeping(file));
            for (int i = 0; i < 6; i++) {
                int n = i;
                tasks.add(pool.submit(() -> bytes[n] + n));
            }
            Jobs.kill(Jobs.awaitStarted(directory.resolve("started")));
            assertThatThrownBy(victim::await).isInstanceOf(WorkerCrashedException.class);
            for (int i = 0; i < 6; i++) {
                assertThat(tasks.get(i).await()).isEqualTo(bytes[i] + i);
            }
        }
        assertThat(left()).isEqualTo(before);
    }

    @Test
    void withoutSharedMemoryArraysGoWithTheMessage() {
        String property = "weft.process.sharedMemory";
        String before = System.getProperty(property);
        System.setProperty(property, "");
        try (var pool = open(1)) {
            byte[] bytes = random(3 << 20);
            assertThat(pool.submit(() -> bytes).await()).isEqualTo(bytes);
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @Test
    void anArrayThatDoesNotFitTheHeapOfAWorkerFailsItsTaskAlone() {
        try (var pool = open(1)) {
            byte[] bytes = new byte[100 << 20];
            assertThatThrownBy(() -> pool.submit(() -> bytes.length).await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("a third of the heap");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }
}

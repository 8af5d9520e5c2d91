package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many workers there are: on demand, idle, resized, grown too large. */
@Timeout(60)
class StaffIT {
    /** What leaks; in the worker. */
    static final List<byte[]> LEAK = new ArrayList<>();

    @TempDir
    Path directory;

    private static ProcessPool.Builder quiet(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").output(WorkerOutput.discard());
    }

    private static long live(ProcessPool pool) {
        return pool.workers().stream()
                .filter(worker -> worker.state() != WorkerStatus.State.ENDING)
                .count();
    }

    @Test
    @DisplayName("P228 where workers are started on demand, tasks one after the other share one")
    void workersAreStartedOnDemandAndReused() {
        try (var pool = quiet(4).idleTimeout(Duration.ofMinutes(5)).build()) {
            assertThat(pool.workers()).isEmpty();
            Set<Long> pids = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                pids.add(pool.submit(Jobs::pid).await());
            }
            assertThat(pids).hasSize(1);
            assertThat(pool.workers()).hasSize(1);
            assertThat(pool.parallelism()).isEqualTo(4);
        }
    }

    @Test
    void asManyWorkersAreStartedAsThereAreTasksAndNoMoreThanThePoolMayHave() throws Exception {
        try (var pool = quiet(2).idleTimeout(Duration.ofMinutes(5)).build()) {
            List<Task<Long>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String file = directory.resolve("t" + i).toString();
                tasks.add(pool.submit(() -> Jobs.startedAndSleeping(file)));
            }
            // Two of the three run; the other is in line behind one of them.
            Eventually.until(
                    "two tasks run",
                    () -> IntStream.range(0, 3)
                                    .filter(i -> Files.exists(directory.resolve("t" + i)))
                                    .count()
                            == 2);
            assertThat(live(pool)).isEqualTo(2);
            tasks.forEach(task -> task.cancel("seen"));
        }
    }

    @Test
    void idleWorkersLeaveDownToTheLeastNumberAndComeBackOnDemand() throws Exception {
        try (var pool =
                quiet(3).idleTimeout(Duration.ofMillis(100)).minWorkers(1).build()) {
            List<Integer> inputs = IntStream.range(0, 12).boxed().toList();
            assertThat(pool.map(
                                    (Integer n) -> {
                                        Jobs.pause(50);
                                        return n;
                                    },
                                    inputs)
                            .batch(1)
                            .toList())
                    .isEqualTo(inputs);
            Eventually.until("one worker is left", () -> pool.workers().size() == 1);
            assertThat(pool.workers().getFirst().state()).isNotEqualTo(WorkerStatus.State.ENDING);
            assertThat(pool.submit(() -> 7).await()).isEqualTo(7);
        }
    }

    @Test
    void aPoolThatHasShrunkToNothingWorksAgain() throws Exception {
        try (var pool = quiet(2).idleTimeout(Duration.ofMillis(50)).build()) {
            long first = pool.submit(Jobs::pid).await();
            Eventually.until("no worker is left", () -> pool.workers().isEmpty());
            assertThat(Jobs.ends(first)).isTrue();
            assertThat(pool.submit(Jobs::pid).await()).isNotEqualTo(first);
            assertThat(pool.statistics().failed()).isZero();
        }
    }

    @Test
    void theLeastNumberNeedsAnIdleTimeout() {
        assertThatThrownBy(() -> quiet(2).minWorkers(1).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("minWorkers(1) needs idleTimeout");
        assertThatThrownBy(() -> quiet(2).minWorkers(3)
                        .idleTimeout(Duration.ofSeconds(1))
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there are to be 2");
        assertThatThrownBy(() -> quiet(2).minWorkers(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> quiet(2).idleTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPoolGrowsWhileItWorks() throws Exception {
        try (var pool = quiet(1).build()) {
            List<Task<Long>> tasks = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                String file = directory.resolve("t" + i).toString();
                tasks.add(pool.submit(() -> Jobs.startedAndSleeping(file)));
            }
            long first = Jobs.awaitStarted(directory.resolve("t0"));
            pool.resize(2);
            assertThat(pool.parallelism()).isEqualTo(2);
            // The second one was in line behind the first, and is given back to the new worker.
            assertThat(Jobs.awaitStarted(directory.resolve("t1"))).isNotEqualTo(first);
            tasks.forEach(task -> task.cancel("seen"));
        }
    }

    @Test
    void aPoolShrinksWithoutHarmToWhatRunsOrWaits() throws Exception {
        try (var pool = quiet(3).build()) {
            Eventually.until(
                    "all are there",
                    () -> pool.workers().stream().allMatch(worker -> worker.state() == WorkerStatus.State.IDLE));
            List<Task<Integer>> tasks = IntStream.range(0, 60)
                    .mapToObj(n -> pool.submit(() -> {
                        Jobs.pause(20);
                        return n;
                    }))
                    .toList();
            pool.resize(1);
            assertThat(pool.parallelism()).isEqualTo(1);
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(tasks.get(i).await()).isEqualTo(i);
            }
            Eventually.until("one worker is left", () -> pool.workers().size() == 1);
            assertThat(pool.statistics().failed()).isZero();
        }
    }

    @Test
    void aPoolThatIsResizedToAndFroDuringAMapLosesNothing() {
        List<Integer> inputs = IntStream.range(0, 3000).boxed().toList();
        try (var pool = quiet(2).build()) {
            List<Integer> results = new ArrayList<>();
            for (int n : pool.map(
                    (Integer n) -> {
                        if (n % 10 == 0) {
                            Jobs.pause(1);
                        }
                        return n;
                    },
                    inputs)) {
                results.add(n);
                if (n % 300 == 0) {
                    pool.resize(1 + n / 300 % 3);
                }
            }
            assertThat(results).isEqualTo(inputs);
        }
    }

    @Test
    void aSizeOutOfRangeIsRefused() {
        try (var pool = quiet(1).build()) {
            assertThatThrownBy(() -> pool.resize(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 1024 workers, and was given 0");
            assertThatThrownBy(() -> pool.resize(10_000)).hasMessageContaining("was given 10000");
        }
    }

    @Test
    void aWorkerThatHasGrownTooLargeIsReplacedBetweenTasks() throws Exception {
        try (var pool = quiet(1).heap("512m").memoryPerWorker("200m").build()) {
            long first = pool.submit(Jobs::pid).await();
            int leaked = pool.submit(() -> {
                        for (int i = 0; i < 250; i++) {
                            byte[] mebibyte = new byte[1 << 20];
                            Arrays.fill(mebibyte, (byte) 1);
                            LEAK.add(mebibyte);
                        }
                        return LEAK.size();
                    })
                    .await();
            assertThat(leaked).isEqualTo(250);
            Eventually.until(
                    "the worker is replaced", () -> pool.submit(Jobs::pid).await() != first);
            assertThat(pool.submit(() -> LEAK.size()).await()).isZero();
            assertThat(pool.statistics().failed()).isZero();
        }
    }

    @Test
    void garbageAloneDoesNotCostAWorker() throws Exception {
        try (var pool = quiet(1).heap("512m").memoryPerWorker("250m").build()) {
            long first = pool.submit(Jobs::pid).await();
            long until = System.nanoTime() + Duration.ofSeconds(3).toNanos(); // it is looked at once a second
            while (System.nanoTime() < until) {
                long pid = pool.submit(() -> {
                            long sum = 0;
                            for (int i = 0; i < 300; i++) {
                                byte[] mebibyte = new byte[1 << 20];
                                Arrays.fill(mebibyte, (byte) 1);
                                sum += mebibyte.length;
                            }
                            return sum > 0 ? Jobs.pid() : 0;
                        })
                        .await();
                assertThat(pid).isEqualTo(first);
            }
        }
    }

    @Test
    void tooLittleMemoryIsRefused() {
        assertThatThrownBy(() -> quiet(1).memoryPerWorker("32m"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 64 MiB");
    }
}

package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.TimedOutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Work that may be run again after the death of its worker. */
@Timeout(60)
class RetryIT {
    @TempDir
    Path directory;

    private static ProcessPool.Builder quiet(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").output(WorkerOutput.discard());
    }

    /** Ends its worker the first {@code times} times that it runs. */
    static int endsWorkers(String place, int times, int result) throws IOException {
        for (int i = 0; i < times; i++) {
            Path mark = Path.of(place + "-" + i);
            if (!Files.exists(mark)) {
                Files.createFile(mark);
                Runtime.getRuntime().halt(70 + i);
            }
        }
        return result;
    }

    @Test
    void aTaskIsRunAgainUntilAWorkerSurvivesIt() {
        try (var pool = quiet(1).build()) {
            String place = directory.resolve("t").toString();
            assertThat(pool.retrying(2).submit(() -> endsWorkers(place, 2, 5)).await())
                    .isEqualTo(5);
            assertThat(pool.statistics().submitted()).isEqualTo(1);
        }
    }

    @Test
    void aTaskThatEndsEveryWorkerFailsForGoodAndNamesThemAll() {
        try (var pool = quiet(2).build()) {
            String place = directory.resolve("t").toString();
            Task<Integer> task = pool.retrying(2).submit(() -> endsWorkers(place, 9, 5));
            var crash = catchThrowableOfType(WorkerCrashedException.class, task::await);
            assertThat(crash.pids()).hasSize(3).doesNotHaveDuplicates();
            assertThat(crash)
                    .hasMessageContaining("task '" + task.name() + "' ended each of the 3 worker processes")
                    .hasMessageContaining("is not run again");
            for (int i = 0; i < 3; i++) {
                assertThat(crash)
                        .hasMessageContaining("process " + crash.pids().get(i) + " exited with code " + (70 + i));
            }
            assertThat(crash.pid()).isEqualTo(crash.pids().get(2));
            assertThat(pool.submit(() -> "the pool goes on").await()).isEqualTo("the pool goes on");
        }
    }

    @Test
    void withoutThatNothingIsRunAgain() {
        try (var pool = quiet(1).build()) {
            String place = directory.resolve("t").toString();
            assertThatThrownBy(() -> pool.submit(() -> endsWorkers(place, 1, 5)).await())
                    .isInstanceOf(WorkerCrashedException.class);
            assertThatThrownBy(() -> pool.retrying(0)
                            .submit(() -> endsWorkers(place, 2, 5))
                            .await())
                    .isInstanceOf(WorkerCrashedException.class);
        }
    }

    @Test
    void inputsOfAMapAreRunAgainEachByItself() {
        String place = directory.resolve("e").toString();
        List<Integer> inputs = IntStream.range(0, 300).boxed().toList();
        try (var pool = quiet(2).build()) {
            int failed = 0;
            int index = 0;
            for (Outcome<Integer, Integer> outcome : pool.retrying(1)
                    .map((Integer n) -> endsWorkers(place + n, n % 100 == 7 ? 1 : n == 150 ? 5 : 0, n), inputs)
                    .outcomes()) {
                assertThat(outcome.index()).isEqualTo(index++);
                if (outcome.succeeded()) {
                    assertThat(outcome.result()).isEqualTo(outcome.input());
                } else {
                    failed++;
                    assertThat(outcome.input()).isEqualTo(150);
                    assertThat(outcome.failure())
                            .isInstanceOfSatisfying(
                                    WorkerCrashedException.class,
                                    e -> assertThat(new HashSet<>(e.pids())).hasSize(2))
                            .hasMessageContaining("[150]' ended each of the 2 worker processes");
                }
            }
            assertThat(index).isEqualTo(300);
            assertThat(failed).isEqualTo(1);
        }
    }

    @Test
    void aMapWithBatchesOfOneIsRetriedToo() {
        String place = directory.resolve("b").toString();
        List<Integer> inputs = IntStream.range(0, 20).boxed().toList();
        try (var pool = quiet(2).build()) {
            assertThat(pool.retrying(2)
                            .map((Integer n) -> endsWorkers(place + n, n % 7 == 3 ? 2 : 0, n), inputs)
                            .batch(1)
                            .toList())
                    .isEqualTo(inputs);
        }
    }

    @Test
    void neitherFailuresNorTimeOutsAreRetried() throws Exception {
        try (var pool = quiet(1).taskTimeout(Duration.ofSeconds(5))
                .killGrace(Duration.ofMillis(50))
                .build()) {
            Path counted = directory.resolve("runs");
            String file = counted.toString();
            assertThatThrownBy(() -> pool.retrying(3)
                            .submit(() -> {
                                Jobs.started(file + "-failed");
                                throw new IllegalStateException("mine");
                            })
                            .await())
                    .isInstanceOf(IllegalStateException.class);
            Task<Integer> late = pool.retrying(3).submit(() -> Jobs.startedAndSpinning(file));
            assertThatThrownBy(late::await).isInstanceOf(TimedOutException.class);
            long pid = Jobs.awaitStarted(counted);
            assertThat(pool.submit(() -> Files.readString(Path.of(file))).await())
                    .isEqualTo(Long.toString(pid));
        }
    }

    @Test
    void aTaskThatIsCancelledBetweenItsRunsEnds() throws Exception {
        try (var pool = quiet(1).build()) {
            String file = directory.resolve("started").toString();
            Task<Long> task = pool.retrying(50).submit(() -> Jobs.startedAndSleeping(file));
            long pid = Jobs.awaitStarted(directory.resolve("started"));
            Jobs.kill(pid);
            task.cancel("enough of it");
            task.join();
            assertThat(task.isCancelled() || task.failure() instanceof WorkerCrashedException)
                    .isTrue();
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void theViewIsAPoolLikeAnyOther() throws Exception {
        try (var pool = quiet(1).build()) {
            ProcessPool view = pool.retrying(1);
            String first = directory.resolve("first").toString();
            String second = directory.resolve("second").toString();
            List<Callable<Integer>> works = List.of(
                    (Callable<Integer> & java.io.Serializable) () -> endsWorkers(first, 1, 1),
                    (Callable<Integer> & java.io.Serializable) () -> endsWorkers(second, 1, 2));
            assertThat(view.invokeAll(works))
                    .extracting(future -> future.resultNow())
                    .containsExactly(1, 2);
            assertThat(view.name()).isEqualTo(pool.name());
            assertThat(view.parallelism()).isEqualTo(1);
            assertThat(view.workers()).hasSize(1);
            assertThatThrownBy(() -> pool.retrying(-1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-1 times");
            view.close();
            assertThat(pool.isTerminated()).isTrue();
        }
    }
}

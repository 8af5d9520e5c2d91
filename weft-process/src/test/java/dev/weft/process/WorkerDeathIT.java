package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Job;
import dev.weft.Outcome;
import dev.weft.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One crash costs one task. */
@Timeout(60)
class WorkerDeathIT {
    @TempDir
    Path directory;

    private static ProcessPool.Builder quiet(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").output(WorkerOutput.discard());
    }

    @Test
    @DisplayName("P236 a worker killed in a task fails that task alone, with its exit code, and is replaced")
    void aWorkerKilledInATaskFailsThatTaskAloneAndIsReplaced() throws Exception {
        try (var pool = quiet(2).build()) {
            String file = directory.resolve("started").toString();
            Task<Long> victim = pool.submit(() -> {
                System.err.println("these are");
                System.err.println("my last words");
                return Jobs.startedAndSleeping(file);
            });
            long pid = Jobs.awaitStarted(directory.resolve("started"));
            List<Task<Integer>> others = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int n = i;
                others.add(pool.submit(() -> n));
            }
            Jobs.kill(pid);
            var crash = catchThrowableOfType(WorkerCrashedException.class, victim::await);
            assertThat(crash)
                    .hasMessageContaining("task '" + victim.name() + "'")
                    .hasMessageContaining("worker process " + pid)
                    .hasMessageContaining("SIGKILL (exit code 137)")
                    .hasMessageContaining("my last words");
            assertThat(crash.pid()).isEqualTo(pid);
            assertThat(crash.exitCode()).isEqualTo(137);
            assertThat(crash.signal()).isEqualTo("SIGKILL");
            assertThat(crash.lastErrorLines()).containsSubsequence("these are", "my last words");
            assertThat(crash.task()).isEqualTo(victim.name());
            assertThat(others)
                    .extracting(Task::await)
                    .isEqualTo(IntStream.range(0, 20).boxed().toList());
            Eventually.until(
                    "there are two live workers again",
                    () -> pool.workers().stream()
                                    .filter(worker -> worker.state() == WorkerStatus.State.IDLE && worker.pid() != pid)
                                    .count()
                            == 2);
        }
    }

    @Test
    void aTaskInLineForADeadWorkerRunsElsewhere() throws Exception {
        try (var pool = quiet(1).build()) {
            String file = directory.resolve("started").toString();
            Task<Long> victim = pool.submit(() -> Jobs.startedAndSleeping(file));
            long pid = Jobs.awaitStarted(directory.resolve("started"));
            Task<Long> inLine = pool.submit(Jobs::pid);
            Jobs.kill(pid);
            assertThat(inLine.await()).isNotEqualTo(pid);
            assertThatThrownBy(victim::await).isInstanceOf(WorkerCrashedException.class);
        }
    }

    @Test
    void theDeathOfAnIdleWorkerCostsNothing() {
        try (var pool = quiet(1).build()) {
            for (int i = 0; i < 5; i++) {
                long pid = pool.submit(Jobs::pid).await();
                Jobs.kill(pid);
                assertThat(pool.submit(Jobs::pid).await()).isNotEqualTo(pid);
            }
            assertThat(pool.statistics().failed()).isZero();
        }
    }

    @Test
    void theDeathOfAStartingWorkerCostsNothing() throws Exception {
        try (var pool = quiet(1).build()) {
            Task<Long> task = pool.submit(Jobs::pid);
            Eventually.until(
                    "the process was made", () -> pool.workers().stream().anyMatch(worker -> worker.pid() > 0));
            long first = pool.workers().getFirst().pid();
            Jobs.kill(first);
            assertThat(task.await()).isPositive();
        }
    }

    @Test
    void systemExitInATaskIsNamed() {
        try (var pool = quiet(1).build()) {
            Task<Integer> task = pool.submit(() -> {
                System.exit(5);
                return 0;
            });
            assertThatThrownBy(task::await)
                    .isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                        assertThat(e.exitCode()).isEqualTo(5);
                        assertThat(e.signal()).isNull();
                    })
                    .hasMessageContaining("exited with code 5")
                    .hasMessageContaining("System.exit");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void runningOutOfMemoryEndsTheWorkerAndIsNamed() {
        try (var pool = quiet(1).build()) {
            assertThatThrownBy(() -> pool.submit(Jobs::exhaust).await())
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("OutOfMemoryError")
                    .hasMessageContaining("heap(...)");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void anInterruptSignalAsFromCtrlCLeavesWorkersAlone() throws Exception {
        try (var pool = quiet(1).build()) {
            long pid = pool.submit(Jobs::pid).await();
            assertThat(new ProcessBuilder("kill", "-INT", Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(pool.submit(Jobs::pid).await()).isEqualTo(pid);
        }
    }

    @Test
    void messagesThatTogetherExceedTheHeapAreNotSentAhead() {
        try (var pool = quiet(1).build()) { // 64 MiB of heap
            byte[] large = new byte[15 << 20];
            List<Task<Integer>> tasks = IntStream.range(0, 12)
                    .mapToObj(_ -> pool.submit(() -> large.length))
                    .toList();
            assertThat(tasks).extracting(Task::await).containsOnly(15 << 20);
            assertThat(pool.workers()).extracting(WorkerStatus::number).containsExactly(1);
        }
    }

    @Test
    @DisplayName("P242 a native crash fails its task, which names the report of the JVM")
    void aNativeCrashNamesTheReportOfTheJvm() throws Exception {
        try (var pool = quiet(1).build()) {
            var crash = catchThrowableOfType(
                    WorkerCrashedException.class,
                    () -> pool.submit(() -> Jobs.signal("SEGV")).await());
            assertThat(crash).hasMessageContaining("SIGABRT").hasMessageContaining("SIGSEGV");
            assertThat(crash.crashFile()).exists();
            Files.delete(crash.crashFile());
        }
    }

    @Test
    void aMapOverInputsThatCrashNamesEachAndGoesOn() {
        try (var pool = quiet(2).build()) {
            List<Integer> failed = new ArrayList<>();
            int succeeded = 0;
            Iterable<Outcome<Integer, Integer>> outcomes = pool.map(
                            (Integer n) -> {
                                if (n % 40 == 13) {
                                    Runtime.getRuntime().halt(1);
                                }
                                return n;
                            },
                            IntStream.range(0, 200).boxed().toList())
                    .outcomes();
            for (Outcome<Integer, Integer> outcome : outcomes) {
                if (outcome.succeeded()) {
                    succeeded++;
                } else {
                    assertThat(outcome.failure()).isInstanceOf(WorkerCrashedException.class);
                    failed.add(outcome.input());
                }
            }
            assertThat(failed).containsExactly(13, 53, 93, 133, 173);
            assertThat(succeeded).isEqualTo(195);
        }
    }

    @Test
    void aFlagThatTheJvmRejectsBreaksThePoolWithOneClearError() {
        try (var pool = quiet(4).jvmArgs("-XX:NoSuchFlag=1").build()) {
            List<Task<Integer>> tasks = IntStream.range(0, 10)
                    .mapToObj(n -> pool.submit((Job<Integer>) () -> n))
                    .toList();
            for (Task<Integer> task : tasks) {
                assertThatThrownBy(task::await)
                        .isInstanceOf(BrokenPoolException.class)
                        .hasMessageContaining("NoSuchFlag")
                        .hasMessageContaining("exited with code 1")
                        .hasMessageContaining("flags given to jvmArgs: [-XX:NoSuchFlag=1]");
            }
            assertThatThrownBy(() -> pool.submit(() -> 1).await()).isInstanceOf(BrokenPoolException.class);
        }
    }

    @Test
    void aPoolWhoseEveryTaskEndsItsWorkerIsNotBroken() {
        try (var pool = quiet(1).build()) {
            for (int i = 0; i < 6; i++) {
                assertThatThrownBy(() -> pool.submit(() -> {
                                    Runtime.getRuntime().halt(1);
                                    return 0;
                                })
                                .await())
                        .isInstanceOf(WorkerCrashedException.class);
            }
            assertThat(pool.submit(() -> "fine").await()).isEqualTo("fine");
        }
    }

    @Test
    void aCancelledTaskThatReactsCostsNoWorker() throws Exception {
        try (var pool = quiet(1).build()) {
            String file = directory.resolve("started").toString();
            Task<Long> task = pool.submit(() -> Jobs.startedAndSleeping(file));
            long pid = Jobs.awaitStarted(directory.resolve("started"));
            assertThat(task.cancel("changed my mind")).isTrue();
            assertThat(task.cancel("again")).isFalse();
            assertThatThrownBy(task::await).hasMessageContaining("changed my mind");
            assertThat(pool.submit(Jobs::pid).await()).isEqualTo(pid);
        }
    }

    @Test
    void aTaskThatEndsInSpiteOfItsCancellationKeepsItsResult() throws Exception {
        try (var pool = quiet(1).killGrace(Duration.ofSeconds(30)).build()) {
            String file = directory.resolve("started").toString();
            Task<String> task = pool.submit(() -> {
                try {
                    Jobs.startedAndSleeping(file);
                } catch (InterruptedException e) {
                    return "finished all the same";
                }
                return "not interrupted";
            });
            Jobs.awaitStarted(directory.resolve("started"));
            task.cancel("no effect");
            assertThat(task.await()).isEqualTo("finished all the same");
        }
    }

    @Test
    void aCancelledTaskThatDoesNotReactIsKilledAfterTheGraceAndItsWorkerReplaced() throws Exception {
        try (var pool = quiet(1).killGrace(Duration.ofMillis(200)).build()) {
            String file = directory.resolve("started").toString();
            Task<Integer> task = pool.submit(() -> Jobs.startedAndSpinning(file));
            long pid = Jobs.awaitStarted(directory.resolve("started"));
            Task<Long> next = pool.submit(Jobs::pid);
            task.cancel("spins");
            task.join();
            assertThat(task.isCancelled()).isTrue();
            assertThat(next.await()).isNotEqualTo(pid);
            assertThat(Jobs.ends(pid)).isTrue();
        }
    }

    @Test
    void aTaskThatIsCancelledInLineNeverRuns() throws Exception {
        try (var pool = quiet(1).build()) {
            String file = directory.resolve("started").toString();
            Task<Long> running = pool.submit(() -> Jobs.startedAndSleeping(file));
            Jobs.awaitStarted(directory.resolve("started"));
            String never = directory.resolve("never").toString();
            List<Task<Long>> inLine = IntStream.range(0, 4)
                    .mapToObj(_ -> pool.submit(() -> Jobs.startedAndSleeping(never)))
                    .toList();
            inLine.forEach(task -> task.cancel("not needed"));
            inLine.forEach(Task::join);
            assertThat(inLine).allMatch(Task::isCancelled);
            running.cancel("done");
            running.join();
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
            assertThat(directory.resolve("never")).doesNotExist();
        }
    }

    @Test
    void aTaskInLineForAFrozenWorkerCanBeCancelledWithoutHarmToTheOneThatRuns() throws Exception {
        try (var pool = quiet(1).killGrace(Duration.ofMillis(200)).build()) {
            String file = directory.resolve("started").toString();
            Task<Long> running = pool.submit(() -> {
                Jobs.started(file);
                Thread.sleep(2000);
                return Jobs.pid();
            });
            long pid = Jobs.awaitStarted(directory.resolve("started"));
            assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
            Task<Long> inLine = pool.submit(Jobs::pid);
            inLine.cancel("it is frozen");
            inLine.join();
            assertThat(inLine.isCancelled()).isTrue();
            assertThat(new ProcessBuilder("kill", "-CONT", Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(running.await()).isEqualTo(pid);
            assertThat(pool.submit(Jobs::pid).await()).isEqualTo(pid);
        }
    }

    @Test
    void closeNowCancelsAndKillsWithinTheGrace() throws Exception {
        var pool = quiet(2).killGrace(Duration.ofMillis(200)).build();
        List<Task<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String file = directory.resolve("started-" + i).toString();
            tasks.add(pool.submit(() -> Jobs.startedAndSpinning(file)));
        }
        long pid = Jobs.awaitStarted(directory.resolve("started-0"));
        pool.closeNow("enough");
        assertThat(tasks).allMatch(Task::isCancelled);
        assertThat(Jobs.isAlive(pid)).isFalse();
    }
}

package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.TimedOutException;
import java.lang.management.ManagementFactory;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time-outs of tasks, replacement of workers after some tasks, initializers, and how pools end. */
@Timeout(60)
class PoolOptionsIT {
    private static final String PROVIDER = "java.nio.channels.spi.SelectorProvider";

    /** What an initializer leaves for tasks; in the worker. */
    static volatile String state = "nothing";

    private static ProcessPool.Builder quiet(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").output(WorkerOutput.discard());
    }

    /**
     * Takes time that doubles with each character; the back reference keeps the JDK from remembering what did not
     * match.
     */
    static boolean matches(String input) {
        return Pattern.matches("(x+)+\\1y", input);
    }

    @Test
    void aWorkerIsToldTheProviderOfSelectorsThatItsParentHasFound() {
        try (var pool = quiet(1).build()) {
            assertThat(pool.submit(() -> System.getProperty(PROVIDER)).await())
                    .isEqualTo(SelectorProvider.provider().getClass().getName());
        }
    }

    @Test
    void aProviderOfSelectorsThatTheUserNamesIsTheOne() {
        String named = SelectorProvider.provider().getClass().getName();
        try (var pool =
                quiet(1).jvmArgs("-D" + PROVIDER + "=" + named, "-Dlast=1").build()) {
            List<String> flags = pool.submit(() ->
                            List.copyOf(ManagementFactory.getRuntimeMXBean().getInputArguments()))
                    .await();
            assertThat(flags.stream().filter(flag -> flag.startsWith("-D" + PROVIDER)))
                    .hasSize(1);
        }
    }

    @Test
    void aTaskThatReactsIsInterruptedWhenItsTimeIsOver() {
        try (var pool = quiet(1).taskTimeout(Duration.ofMillis(200)).build()) {
            long pid = pool.submit(Jobs::pid).await();
            Task<Integer> task = pool.submit(() -> {
                Jobs.pause(60_000);
                return 1;
            });
            assertThatThrownBy(task::await)
                    .isInstanceOf(TimedOutException.class)
                    .hasMessageContaining(task.name())
                    .hasMessageContaining("200 ms");
            assertThat(pool.submit(Jobs::pid).await()).isEqualTo(pid);
        }
    }

    @Test
    void aTaskThatDoesNotReactIsKilledAfterTheGrace() {
        try (var pool = quiet(1).taskTimeout(Duration.ofMillis(200))
                .killGrace(Duration.ofMillis(100))
                .build()) {
            long pid = pool.submit(Jobs::pid).await();
            String bomb = "x".repeat(60);
            assertThatThrownBy(() -> pool.submit(() -> matches(bomb)).await()).isInstanceOf(TimedOutException.class);
            assertThat(pool.submit(Jobs::pid).await()).isNotEqualTo(pid);
        }
    }

    /** A class that a fresh process needs longer to load than the tasks may take. */
    static final class LoadedSlowly {
        static final int ANSWER = slowly();

        private static int slowly() {
            try {
                Jobs.pause(600);
            } catch (InterruptedException e) {
                throw new IllegalStateException("the time-out has interrupted the loading of a class", e);
            }
            return 42;
        }

        private LoadedSlowly() {}
    }

    /** An argument whose reading loads that class. */
    record Argument(int number) implements java.io.Serializable {
        Argument {
            number += LoadedSlowly.ANSWER;
        }
    }

    @Test
    void theTimeInWhichAFreshWorkerLoadsTheClassesOfItsFirstWorkDoesNotCount() {
        try (var pool = quiet(1).taskTimeout(Duration.ofMillis(300)).build()) {
            var argument = new Argument(1);
            assertThat(pool.submit(argument::number).await()).isEqualTo(1 + 2 * 42);
            assertThatThrownBy(() -> pool.submit(() -> {
                                Jobs.pause(60_000);
                                return 1;
                            })
                            .await())
                    .isInstanceOf(TimedOutException.class);
        }
    }

    @Test
    void timeInLineDoesNotCount() {
        try (var pool = quiet(1).taskTimeout(Duration.ofSeconds(2)).build()) {
            List<Task<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                tasks.add(pool.submit(() -> {
                    Jobs.pause(250);
                    return 1;
                }));
            }
            assertThat(tasks).extracting(Task::await).containsOnly(1);
        }
    }

    @Test
    void bombsAmongInputsOfAMapTimeOutAndTheOthersSucceed() {
        Set<Integer> bombs = Set.of(17, 400, 401, 950);
        try (var pool = quiet(2).taskTimeout(Duration.ofMillis(200))
                .killGrace(Duration.ofMillis(50))
                .build()) {
            List<String> inputs = IntStream.range(0, 1000)
                    .mapToObj(i -> bombs.contains(i) ? "x".repeat(60) : "xxxy")
                    .toList();
            for (Outcome<String, Boolean> outcome :
                    pool.map(PoolOptionsIT::matches, inputs).outcomes()) {
                if (bombs.contains((int) outcome.index())) {
                    assertThat(outcome.failure()).isInstanceOf(TimedOutException.class);
                } else {
                    assertThat(outcome.failure()).isNull();
                    assertThat(outcome.result()).isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName("P237 a worker is replaced after its budget of tasks")
    void aWorkerIsReplacedAfterItsBudgetOfTasks() {
        try (var pool = quiet(1).tasksPerWorker(3).build()) {
            List<Long> pids = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                pids.add(pool.submit(Jobs::pid).await());
            }
            assertThat(new HashSet<>(pids)).hasSize(3);
            assertThat(pids.subList(0, 3)).containsOnly(pids.get(0));
            assertThat(pids.subList(3, 6)).containsOnly(pids.get(3));
            assertThat(pool.parallelism()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("P238 with a backlog larger than all budgets every task completes")
    void aBacklogLargerThanAllBudgetsCompletes() {
        try (var pool = quiet(2).tasksPerWorker(10).build()) {
            List<Task<Integer>> tasks =
                    IntStream.range(0, 45).mapToObj(n -> pool.submit(() -> n)).toList();
            for (int i = 0; i < 45; i++) {
                assertThat(tasks.get(i).await()).isEqualTo(i);
            }
            List<Integer> inputs = IntStream.range(0, 45).boxed().toList();
            assertThat(pool.map((Integer n) -> n, inputs).toList()).isEqualTo(inputs);
            assertThat(pool.statistics().failed()).isZero();
        }
    }

    @Test
    void whatAnInitializerLeavesIsThereForEveryTask() {
        String text = "from the initializer";
        try (var pool = quiet(2).initializer(() -> {
                    state = text;
                    return 0;
                })
                .build()) {
            for (int i = 0; i < 10; i++) {
                assertThat(pool.submit(() -> state).await()).isEqualTo(text);
            }
            Jobs.kill(pool.submit(Jobs::pid).await());
            assertThat(pool.map((Integer n) -> state, List.of(1, 2, 3, 4)).toList())
                    .containsOnly(text);
        }
        assertThat(state).isEqualTo("nothing");
    }

    @Test
    @DisplayName("P226 P248 an initializer that always fails breaks the pool with its error")
    void anInitializerThatAlwaysFailsBreaksThePool() {
        try (var pool = quiet(2).initializer(() -> {
                    throw new IllegalStateException("no licence");
                })
                .build()) {
            List<Task<Integer>> pending =
                    IntStream.range(0, 5).mapToObj(n -> pool.submit(() -> n)).toList();
            for (Task<Integer> task : pending) {
                assertThatThrownBy(task::await)
                        .isInstanceOf(BrokenPoolException.class)
                        .hasMessageContaining("failed in the initializer")
                        .hasMessageContaining("no licence");
            }
            assertThatThrownBy(() -> pool.submit(() -> 1).await()).isInstanceOf(BrokenPoolException.class);
        }
    }

    @Test
    void anInitializerThatCannotBeSentIsRefusedAtOnce() {
        Object lock = new Object();
        var builder = quiet(1);
        assertThatThrownBy(() -> builder.initializer(() -> lock.hashCode())).isInstanceOf(TransferException.class);
    }

    @Test
    @DisplayName("P240 closing a broken pool at once raises nothing")
    void closingABrokenPoolRaisesNothing() {
        var pool = quiet(1).jvmArgs("-XX:NoSuchFlag=1").build();
        assertThatThrownBy(() -> pool.submit(() -> 1).await()).isInstanceOf(BrokenPoolException.class);
        pool.closeNow("broken anyway");
        pool.closeNow("again");
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    @DisplayName("P245 a worker that dies after the pool was shut down fails its task, and the shutdown ends")
    void aWorkerThatDiesAfterTheShutdownFailsItsTask() {
        var pool = quiet(1).build();
        Task<Integer> task = pool.submit(() -> {
            Jobs.pause(200);
            Runtime.getRuntime().halt(7);
            return 0;
        });
        pool.shutdown();
        assertThatThrownBy(task::await).isInstanceOf(WorkerCrashedException.class);
        pool.close();
        assertThat(pool.workers()).isEmpty();
    }

    @Test
    @DisplayName("P273 closing at once stops a huge backlog")
    void closingAtOnceStopsAHugeBacklog() {
        var pool = quiet(1).build();
        List<Task<Integer>> tasks = IntStream.range(0, 5000)
                .mapToObj(_ -> pool.submit(() -> {
                    Jobs.pause(1000);
                    return 1;
                }))
                .toList();
        pool.closeNow("enough");
        assertThat(tasks).allMatch(Task::isDone);
        assertThat(tasks.stream().filter(Task::isCancelled).count()).isGreaterThan(4900);
    }

    @Test
    @DisplayName("P272 an input that fails early does not keep the others from running to their end before close")
    void aFailureDoesNotStopTheOthersBeforeClose() {
        var pool = quiet(2).build();
        List<Task<Integer>> tasks = IntStream.range(0, 20)
                .mapToObj(n -> pool.submit(() -> {
                    if (n == 0) {
                        throw new IllegalStateException("the first");
                    }
                    return n;
                }))
                .toList();
        pool.close();
        assertThat(tasks.stream().filter(task -> task.state() == Task.State.SUCCESS))
                .hasSize(19);
    }
}

package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Cancelled;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Event;
import dev.weft.sync.Lock;
import dev.weft.sync.Queue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProblemsTest {
    @Test
    void aDeadlockIsReportedWithItsCycleAndStacks() {
        assertThatThrownBy(() -> Simulation.of(trial -> {
                            var left = new Lock();
                            var right = new Lock();
                            try (var group = TaskGroup.open()) {
                                group.spawn("ann", () -> both(left, right));
                                group.spawn("bob", () -> both(right, left));
                                group.join();
                            }
                        })
                        .run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("deadlock")
                .hasMessageContaining("wait-for cycle")
                .hasMessageContaining("ann")
                .hasMessageContaining("bob")
                .hasMessageContaining("ProblemsTest.both");
    }

    private static Void both(Lock first, Lock second) {
        first.withLock(() -> {
            Weft.sleep(Duration.ofMillis(1));
            second.withLock(() -> {});
        });
        return null;
    }

    @Test
    @Tag("loop-only")
    void aDeadlockOverLocksThatCannotBeInterruptedIsReportedToo() {
        assertThatThrownBy(() -> Simulation.of(trial -> {
                            var left = new ReentrantLock();
                            var right = new ReentrantLock();
                            try (var group = TaskGroup.open()) {
                                group.spawn(() -> both(left, right));
                                group.spawn(() -> both(right, left));
                                group.join();
                            }
                        })
                        .run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("deadlock");
    }

    private static Void both(ReentrantLock first, ReentrantLock second) {
        first.lock();
        Weft.sleep(Duration.ofMillis(1));
        second.lock();
        return null;
    }

    @Test
    @Tag("loop-only")
    void aWaitForNothingInTheJdkIsADeadlock() {
        assertThatThrownBy(() -> Simulation.of(trial -> new LinkedBlockingQueue<>().take())
                        .run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("deadlock")
                .hasMessageContaining("a call of the JDK");
    }

    @Test
    void aPausedClockWithTimersIsToldFromADeadlock() {
        assertThatThrownBy(() -> Simulation.of(trial -> Weft.sleep(Duration.ofMillis(1)))
                        .clock(ClockMode.PAUSED)
                        .run())
                .hasMessageContaining("the clock is paused");
    }

    @Test
    void aLeakedTaskIsReportedWithThePlaceThatStartedIt() {
        assertThatThrownBy(() -> Simulation.of(trial -> Weft.spawn(() -> Weft.sleep(Duration.ofDays(1))))
                        .run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("leaves behind")
                .hasMessageContaining("task")
                .hasMessageContaining("started at dev.weft.testing.ProblemsTest");
    }

    @Test
    void aTaskThatOnlyHasToEndIsNoLeak() {
        Simulation.of(trial -> {
                    var task = Weft.spawn(() -> Weft.sleep(Duration.ofDays(1)));
                    Weft.sleep(Duration.ofSeconds(1));
                    task.cancel("no longer needed");
                })
                .run();
    }

    @Test
    void aFailureThatNobodyLookedAtFailsTheTest() {
        assertThatThrownBy(() -> Simulation.of(trial -> {
                            Weft.spawn(() -> {
                                throw new IllegalArgumentException("lost");
                            });
                            Weft.sleep(Duration.ofSeconds(1));
                        })
                        .run())
                .hasMessageContaining("lost");
    }

    @Test
    void aTestThatFailsThrowsWhatItThrew() {
        assertThatThrownBy(() -> Simulation.of(trial -> {
                            throw new IllegalArgumentException("mine");
                        })
                        .run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mine");
    }

    @Test
    void aCancellationThatLosesAnItemIsFoundAtItsCheckpoint() {
        Throwable failure = catchThrowable(() -> Simulation.of(trial -> {
                    var pool = Queue.<String>unbounded();
                    pool.put("connection");
                    try {
                        String connection = pool.get();
                        Weft.sleep(Duration.ofSeconds(1));
                        pool.put(connection);
                    } finally {
                        assertThat(pool.size()).as("pooled connections").isEqualTo(1);
                    }
                })
                .cancelEverywhere()
                .run());
        assertThat(failure)
                .isInstanceOf(LoopTestFailure.class)
                .hasMessageContaining("after the cancellation of the test itself")
                .hasMessageContaining("ProblemsTest.java")
                .hasMessageContaining("pooled connections");
    }

    @Test
    void aCancellationThatDoesHarmReplays() {
        Simulation simulation = Simulation.of(trial -> {
                    var queue = Queue.<String>unbounded();
                    try (var group = TaskGroup.open()) {
                        queue.put("item");
                        group.spawn(() -> {
                            String item = queue.get();
                            Weft.sleep(Duration.ZERO);
                            queue.put(item);
                        });
                        group.spawn(() -> Weft.sleep(Duration.ZERO));
                        group.join();
                    } finally {
                        assertThat(queue.size()).isEqualTo(1);
                    }
                })
                .named("the test")
                .cancelEverywhere();
        for (int schedules : new int[] {1, 200}) {
            Throwable failure =
                    catchThrowable(() -> simulation.schedules(schedules).run());
            assertThat(failure)
                    .isInstanceOf(LoopTestFailure.class)
                    .hasMessageContaining("failed when it was cancelled at checkpoint")
                    .hasMessageContaining("step  clock");
            String replay = ((LoopTestFailure) failure).replay();
            assertThat(replay).startsWith("1/-@");
            assertThat(catchThrowable(() -> simulation.replay(replay).run()))
                    .isInstanceOf(LoopTestFailure.class)
                    .hasMessageContaining("in the schedule that was replayed, after the cancellation of");
        }
    }

    @Test
    void aCancellationThatDoesHarmInSomeOrdersOnlyIsFoundThere() {
        Simulation simulation = Simulation.of(trial -> {
                    List<String> order = new ArrayList<>();
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> {
                            order.add("first");
                            try {
                                Weft.sleep(Duration.ZERO);
                            } catch (Cancelled e) {
                                assertThat(order).startsWith("first");
                                throw e;
                            }
                        });
                        group.spawn(() -> order.add("second"));
                        group.join();
                    }
                })
                .cancelEverywhere()
                .schedules(500);
        Throwable failure = catchThrowable(simulation::run);
        assertThat(failure).isInstanceOf(LoopTestFailure.class).hasMessageContaining("after the cancellation of");
        String replay = ((LoopTestFailure) failure).replay();
        assertThat(replay).matches("\\d+/[\\d:,]+@\\d+");
        assertThat(catchThrowable(() -> simulation.replay(replay).run())).isInstanceOf(LoopTestFailure.class);
    }

    @Test
    void aTestThatCleansUpSurvivesCancellationEverywhere() {
        SimulationReport report = Simulation.of(trial -> {
                    var done = new Event();
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> {
                            Weft.sleep(Duration.ofSeconds(1));
                            done.set();
                        });
                        Weft.withTimeout(Duration.ofSeconds(2), () -> done.await());
                        group.join();
                    } catch (Cancelled e) {
                        throw e;
                    }
                })
                .cancelEverywhere()
                .run();
        assertThat(report.runs()).isGreaterThan(3);
    }
}

package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Lock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExplorationSeededTest {
    /** Loses an update only if the first task is held up in the middle while the second one runs to its end, thrice. */
    private static void lateUpdate(Trial trial) {
        int[] balance = {0};
        try (var group = TaskGroup.open()) {
            group.spawn("teller", () -> {
                int seen = balance[0];
                Weft.sleep(Duration.ZERO);
                balance[0] = seen + 1;
                return null;
            });
            group.spawn("auditor", () -> {
                for (int i = 0; i < 3; i++) {
                    Weft.sleep(Duration.ZERO);
                }
                return balance[0]++;
            });
            group.join();
        }
        assertThat(balance[0]).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void findsAnOrderThatProductionHardlyHasAndReplaysIt(Algorithm algorithm) {
        Simulation simulation =
                Simulation.of(ExplorationSeededTest::lateUpdate).schedules(1000).algorithm(algorithm);

        Throwable failure = catchThrowable(simulation::run);

        assertThat(failure)
                .isInstanceOf(LoopTestFailure.class)
                .hasMessageContaining("replay: ")
                .hasMessageContaining("teller")
                .hasMessageContaining("auditor")
                .cause()
                .isInstanceOf(AssertionError.class);
        String replay = ((LoopTestFailure) failure).replay();
        for (int i = 0; i < 100; i++) {
            assertThat(catchThrowable(() -> simulation.replay(replay).run())).isInstanceOf(LoopTestFailure.class);
        }
    }

    @Test
    void exploresAllOrdersOfAFewSteps() {
        Set<List<Integer>> orders = new HashSet<>();
        SimulationReport report = Simulation.of(trial -> {
                    List<Integer> order = new ArrayList<>();
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < 4; i++) {
                            int number = i;
                            group.spawn(() -> order.add(number));
                        }
                        group.join();
                    }
                    orders.add(order);
                })
                .schedules(2000)
                .run();
        assertThat(orders).hasSize(24);
        assertThat(report.runs()).isEqualTo(2000);
        assertThat(report.distinct()).isGreaterThanOrEqualTo(24);
    }

    @Test
    void theSameSeedGivesTheSameSchedules() {
        assertThat(traceOfRandomOrders(7)).isEqualTo(traceOfRandomOrders(7)).isNotEqualTo(traceOfRandomOrders(8));
    }

    private static List<Integer> traceOfRandomOrders(long seed) {
        List<Integer> steps = new ArrayList<>();
        Simulation.of(trial -> {
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < 5; i++) {
                            int number = i;
                            group.spawn(() -> {
                                Weft.sleep(Duration.ofMillis(trial.random().nextInt(3)));
                                steps.add(number);
                            });
                        }
                        group.join();
                    }
                })
                .schedules(50)
                .seed(seed)
                .run();
        return steps;
    }

    @Test
    void aTestThatLeavesItToChanceIsRefused() {
        assertThat(catchThrowable(() -> Simulation.of(trial -> {
                            for (int i = ThreadLocalRandom.current().nextInt(1000); i > 0; i--) {
                                Weft.sleep(Duration.ZERO);
                            }
                        })
                        .schedules(10)
                        .run()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not deterministic");
    }

    @Test
    void aTaskThatPollsStarvesNobody() {
        Simulation.of(trial -> {
                    boolean[] done = {false};
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> {
                            while (!done[0]) {
                                Weft.sleep(Duration.ZERO);
                            }
                        });
                        group.spawn(() -> {
                            Weft.sleep(Duration.ZERO);
                            done[0] = true;
                        });
                        group.join();
                    }
                })
                .schedules(500)
                .run();
    }

    @Test
    void callbacksKeepTheirOrderInEverySchedule() {
        Simulation.of(trial -> {
                    var lock = new Lock();
                    List<Integer> entered = new ArrayList<>();
                    lock.acquire();
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < 3; i++) {
                            int number = i;
                            group.spawn(() -> {
                                entered.add(number);
                                lock.withLock(() -> assertThat(entered).contains(number));
                            });
                        }
                        lock.release();
                        group.join();
                    }
                })
                .schedules(200)
                .run();
    }

    @Test
    @Tag("loop-only")
    void locksOfTheJdkTakePartAndReplay() {
        Simulation simulation = Simulation.of(trial -> {
                    var lock = new ReentrantLock();
                    List<Integer> order = new ArrayList<>();
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < 3; i++) {
                            int number = i;
                            group.spawn(() -> {
                                lock.lock();
                                try {
                                    Weft.sleep(Duration.ZERO);
                                    order.add(number);
                                } finally {
                                    lock.unlock();
                                }
                            });
                        }
                        group.join();
                    }
                    assertThat(order).isNotEqualTo(List.of(2, 0, 1));
                })
                .schedules(1000);
        Throwable failure = catchThrowable(simulation::run);
        assertThat(failure).isInstanceOf(LoopTestFailure.class);
        String replay = ((LoopTestFailure) failure).replay();
        for (int i = 0; i < 100; i++) {
            assertThat(catchThrowable(() -> simulation.replay(replay).run())).isInstanceOf(LoopTestFailure.class);
        }
    }
}

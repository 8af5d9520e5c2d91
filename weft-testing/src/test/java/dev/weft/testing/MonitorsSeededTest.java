package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Coroutines that wait inside {@code synchronized} and stand in line for it: the JVM hands monitors over on a thread of
 * its own, and the order of a run is the same all the same.
 */
@Tag("loop-only")
class MonitorsSeededTest {
    private static final Duration NONE = Duration.ZERO;

    /** Three monitors, four tasks that wait inside of them, and one that leaves two of them within one step. */
    private static List<String> contend(Trial trial) {
        Object[] monitors = {new Object(), new Object(), new Object()};
        List<String> order = new ArrayList<>();
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 4; i++) {
                String name = "task " + i;
                int first = i % 3;
                group.spawn(() -> {
                    for (int round = 0; round < 3; round++) {
                        synchronized (monitors[(first + round) % 3]) {
                            order.add(name);
                            Weft.sleep(NONE);
                            order.add(name);
                        }
                        Weft.sleep(Duration.ofMillis(trial.random().nextInt(2)));
                    }
                });
            }
            group.spawn(() -> {
                for (int round = 0; round < 2; round++) {
                    synchronized (monitors[0]) {
                        synchronized (monitors[1]) {
                            order.add("both");
                            Weft.sleep(NONE);
                        }
                    }
                    Weft.sleep(NONE);
                }
            });
            group.join();
        }
        return order;
    }

    @Test
    void eachScheduleHasOneOrder() {
        List<List<String>> first = new ArrayList<>();
        List<List<String>> second = new ArrayList<>();
        for (List<List<String>> orders : List.of(first, second)) {
            Simulation.of(trial -> orders.add(contend(trial))).schedules(300).run();
        }
        assertThat(second).isEqualTo(first);
        assertThat(first.stream().distinct().count()).isGreaterThan(100);
    }

    @Test
    void waitAndNotifyHaveOneOrderToo() {
        List<List<Integer>> first = new ArrayList<>();
        List<List<Integer>> second = new ArrayList<>();
        for (List<List<Integer>> orders : List.of(first, second)) {
            Simulation.of(trial -> {
                        var monitor = new Object();
                        List<Integer> order = new ArrayList<>();
                        int[] tokens = {0};
                        try (var group = TaskGroup.open()) {
                            for (int i = 0; i < 4; i++) {
                                int number = i;
                                group.spawn(() -> {
                                    synchronized (monitor) {
                                        while (tokens[0] == 0) {
                                            monitor.wait();
                                        }
                                        tokens[0]--;
                                        order.add(number);
                                        Weft.sleep(NONE);
                                    }
                                });
                            }
                            for (int i = 0; i < 2; i++) {
                                group.spawn(() -> {
                                    synchronized (monitor) {
                                        tokens[0] += 2;
                                        monitor.notifyAll();
                                        Weft.sleep(NONE);
                                    }
                                });
                            }
                            group.join();
                        }
                        orders.add(order);
                    })
                    .schedules(300)
                    .run();
        }
        assertThat(second).isEqualTo(first);
        assertThat(first.stream().distinct().count()).isEqualTo(24);
    }

    @Test
    void aFailureUnderContentionReplaysEveryTime() {
        Simulation simulation = Simulation.of(trial -> assertThat(contend(trial).lastIndexOf("both"))
                        .as("last step of the one that takes two")
                        .isLessThan(19))
                .schedules(2000);
        Throwable failure = catchThrowable(simulation::run);
        assertThat(failure)
                .isInstanceOf(LoopTestFailure.class)
                .message()
                .contains("replay: ")
                .doesNotContain("may differ");
        for (int i = 0; i < 100; i++) {
            assertThat(catchThrowable(() -> simulation
                            .replay(((LoopTestFailure) failure).replay())
                            .run()))
                    .isInstanceOf(LoopTestFailure.class);
        }
    }

    @Test
    void whereItIsNotKnownWhoIsNextTheFailureSaysSo() {
        assertThat(catchThrowable(() -> Simulation.of(trial -> {
                            trial.clock()
                                    .conductor
                                    .monitorsUncertain(); // as the loop calls it on a JVM that does this otherwise
                            throw new AssertionError("planned");
                        })
                        .schedules(2)
                        .run()))
                .isInstanceOf(LoopTestFailure.class)
                .hasMessageContaining("This run met a contended monitor")
                .hasMessageContaining("its replay may differ");
    }
}

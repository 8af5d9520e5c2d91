package dev.weft.testing.explored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.sync.Event;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;

/** Whatever happens in which order, a block ends when its tasks have, and says why it ended. */
class GroupSeededTest {
    private static final int SCHEDULES = 300;

    private final List<Task<?>> tasks = new ArrayList<>();
    private int live;

    private static final class Planned extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    // ---- nested groups

    @LoopTest(schedules = SCHEDULES)
    void aBlockEndsWithItsTasks(RandomGenerator random) {
        nest(random, 2);
        assertThat(tasks).allSatisfy(task -> assertThat(task.state()).isEqualTo(Task.State.SUCCESS));
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aBlockThatIsCancelledEndsWithItsTasks(RandomGenerator random) {
        nest(random, 2);
    }

    private void nest(RandomGenerator random, int depth) {
        List<Task<?>> own = new ArrayList<>();
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 2; i++) {
                own.add(group.spawn(() -> work(() -> {
                    RandomTimes.sleep(random, 3);
                    if (depth > 1) {
                        nest(random, depth - 1);
                    }
                })));
            }
            own.add(group.spawnNow(() -> work(() -> RandomTimes.sleep(random, 2))));
            group.join();
        } finally {
            tasks.addAll(own);
            assertThat(own).as("tasks of a block that has ended").allMatch(Task::isDone);
        }
    }

    private void work(Runnable body) {
        live++;
        try {
            body.run();
        } finally {
            live--;
        }
    }

    // ---- failures

    @LoopTest(schedules = SCHEDULES)
    void theFirstFailureEndsTheGroupAndIsThrown(RandomGenerator random) {
        assertThat(failureOf(random)).isInstanceOf(Planned.class);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aFailureIsNotLostBesideACancellation(RandomGenerator random) {
        boolean[] failed = {false};
        Throwable thrown = null;
        try {
            fail(random, failed);
        } catch (Planned | Cancelled | CancellationException e) {
            thrown = e;
        }
        assertThat(thrown instanceof Planned)
                .as("a task failed, and the group threw %s", thrown)
                .isEqualTo(failed[0]);
    }

    private Throwable failureOf(RandomGenerator random) {
        try {
            fail(random, new boolean[1]);
        } catch (Planned e) {
            return e;
        }
        throw new AssertionError("the group has lost a failure");
    }

    private void fail(RandomGenerator random, boolean[] failed) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 3; i++) {
                boolean fails = i == 1;
                group.spawn(() -> work(() -> {
                    RandomTimes.sleep(random, 3);
                    if (fails) {
                        failed[0] = true;
                        throw new Planned();
                    }
                    RandomTimes.sleep(random, 3);
                }));
            }
            RandomTimes.sleep(random, 4);
            group.join();
        }
    }

    // ---- start and wait until ready

    @LoopTest(schedules = SCHEDULES)
    void aTaskThatReportsGoesOnInTheGroup(RandomGenerator random) {
        start(random);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aStartThatIsCancelledLeavesNothingBehind(RandomGenerator random) {
        start(random);
    }

    private void start(RandomGenerator random) {
        var asked = new Event();
        try (var group = TaskGroup.open()) {
            group.spawn(() -> work(() -> RandomTimes.sleep(random, 3)));
            try {
                int port = group.<Integer>start(ready -> work(() -> {
                    RandomTimes.sleep(random, 3);
                    ready.accept(80);
                    asked.await();
                }));
                assertThat(port).isEqualTo(80);
            } catch (CancellationException e) {
                assertThat(live).isLessThanOrEqualTo(1); // cancelled before it reported
            }
            Weft.shield(() -> asked.set());
            group.join();
        }
    }

    // ---- limits of time

    @LoopTest(schedules = SCHEDULES)
    void aLimitOfTimeIsThatOfItsBlock(RandomGenerator random) {
        limit(random);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aLimitOfTimeAndACancellationAreToldApart(RandomGenerator random) {
        limit(random);
    }

    private void limit(RandomGenerator random) {
        boolean[] reached = {false, false};
        try {
            Weft.withTimeout(RandomTimes.millis(random, 6), () -> {
                boolean inTime = Weft.moveOnAfter(RandomTimes.millis(random, 4), () -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> work(() -> RandomTimes.sleep(random, 4)));
                        group.spawn(() -> Weft.shield(() -> work(() -> RandomTimes.sleep(random, 4))));
                        group.join();
                    }
                    reached[0] = true;
                });
                assertThat(inTime).isEqualTo(reached[0]);
                assertThat(live).isZero();
                reached[1] = true;
            });
            assertThat(reached[1]).isTrue();
        } catch (TimedOutException e) {
            assertThat(reached[1]).isFalse();
        }
        assertThat(live).isZero();
    }

    // ---- several at once

    @LoopTest(schedules = SCHEDULES)
    void aRaceHasTheFirstSuccessAndEndsTheOthers(RandomGenerator random) {
        assertThat(race(random)).isBetween(1, 3);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aRaceThatIsCancelledEndsAll(RandomGenerator random) {
        race(random);
    }

    private int race(RandomGenerator random) {
        List<Integer> ends = new ArrayList<>();
        int winner;
        try {
            winner = Weft.race(List.of(
                    runner(random, ends, 0),
                    runner(random, ends, 1),
                    runner(random, ends, 2),
                    runner(random, ends, 3)));
        } finally {
            assertThat(live).as("runners that still run").isZero();
        }
        assertThat(winner).isEqualTo(ends.getFirst());
        return winner;
    }

    private Callable<Integer> runner(RandomGenerator random, List<Integer> ends, int number) {
        return () -> {
            live++;
            try {
                Weft.sleep(Duration.ofMillis(random.nextInt(3)));
                if (number == 0 && ends.isEmpty()) {
                    throw new Planned(); // after the first success this would go to the uncaught-exception handler
                }
                ends.add(number);
                return number;
            } finally {
                live--;
            }
        };
    }

    @LoopTest(schedules = SCHEDULES)
    void allAreGatheredInTheirOrder(RandomGenerator random) {
        assertThat(gather(random)).containsExactly(1, 2, 3);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aGatherThatIsCancelledEndsAll(RandomGenerator random) {
        gather(random);
    }

    private List<Integer> gather(RandomGenerator random) {
        List<Integer> ends = new ArrayList<>();
        try {
            return Weft.gather(List.of(runner(random, ends, 1), runner(random, ends, 2), runner(random, ends, 3)));
        } finally {
            assertThat(live).isZero();
        }
    }

    @AfterEach
    void nothingRunsAnyMore() {
        assertThat(live).isZero();
    }
}

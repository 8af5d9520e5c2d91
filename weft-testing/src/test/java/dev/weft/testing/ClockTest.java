package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Pools;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ClockTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @LoopTest
    @DisplayName("T016 an hour of sleeps takes no real time and wakes at exact virtual times")
    void jumps(TestClock clock) {
        List<Duration> wokenAt = new ArrayList<>();
        long begin = System.nanoTime();

        try (var group = TaskGroup.open()) {
            for (int minute = 60; minute > 0; minute--) {
                Duration sleep = Duration.ofMinutes(minute);
                group.spawn(() -> {
                    Weft.sleep(sleep);
                    wokenAt.add(clock.now());
                });
            }
            group.join();
        }

        assertThat(wokenAt).hasSize(60).isSorted().contains(Duration.ofMinutes(1), HOUR);
        assertThat(clock.now()).isEqualTo(HOUR);
        assertThat(System.nanoTime() - begin).isLessThan(HOUR.toNanos() / 60);
    }

    @LoopTest
    @DisplayName("T017 waiting for quiescence wins over a jump of the clock")
    void quiescenceWins(TestClock clock) {
        List<String> order = new ArrayList<>();
        try (var group = TaskGroup.open()) {
            group.spawn(() -> {
                Weft.sleep(Duration.ofNanos(1));
                order.add("slept");
            });
            group.spawn(() -> {
                clock.awaitQuiescence();
                order.add("quiescent at " + clock.now());
            });
            group.spawn(() -> {
                clock.awaitQuiescence();
                Weft.sleep(Duration.ZERO);
                clock.awaitQuiescence();
                order.add("once more at " + clock.now());
            });
            group.join();
        }
        assertThat(order).containsExactly("quiescent at PT0S", "once more at PT0S", "slept");
    }

    @LoopTest
    void aTimeOutFiresInVirtualTime() {
        assertThatThrownBy(() -> Weft.withTimeout(HOUR, () -> new Event().await()))
                .isInstanceOf(TimedOutException.class);
    }

    @LoopTest(clock = ClockMode.PAUSED)
    void aPausedClockMovesOnlyWhereTheTestMovesIt(TestClock clock) {
        List<Duration> ticks = new ArrayList<>();
        try (var group = TaskGroup.open()) {
            group.spawn(() -> {
                for (int i = 0; i < 3; i++) {
                    Weft.sleep(Duration.ofSeconds(10));
                    ticks.add(clock.now());
                }
            });
            clock.awaitQuiescence();
            assertThat(ticks).isEmpty();

            clock.advance(Duration.ofSeconds(25));
            assertThat(ticks).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(20));
            assertThat(clock.now()).isEqualTo(Duration.ofSeconds(25));

            clock.advance(Duration.ofSeconds(5));
            assertThat(ticks).hasSize(3);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aRealClockCannotBeAdvanced(TestClock clock) {
        Weft.sleep(Duration.ofMillis(1));
        assertThat(clock.now()).isGreaterThanOrEqualTo(Duration.ofMillis(1));
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("AUTO_JUMP");
    }

    @LoopTest
    void anOffloadedCallHoldsTheClock(TestClock clock) {
        var letGo = new CountDownLatch(1);
        try (var group = TaskGroup.open()) {
            Task<Duration> offloaded = group.spawn(() -> {
                Weft.offload(() -> letGo.await(10, TimeUnit.SECONDS));
                return clock.now();
            });
            group.spawn(() -> Weft.sleep(HOUR));
            group.spawn(() -> letGo.countDown());
            group.join();
            assertThat(offloaded.result()).isZero();
        }
    }

    @LoopTest
    void aTaskOfAPoolHoldsTheClock(TestClock clock) {
        try (var pool = Pools.threads(1);
                var group = TaskGroup.open()) {
            group.spawn(() -> Weft.sleep(HOUR));
            int sum = pool.map(x -> x + 1, List.of(1, 2, 3)).toList().stream()
                    .mapToInt(x -> x)
                    .sum();
            assertThat(sum).isEqualTo(9);
            assertThat(clock.now()).isZero();
            group.cancel("done");
        }
    }

    @LoopTest
    void aHoldKeepsTheClockUntilItIsClosed(TestClock clock) throws Exception {
        var event = new Event();
        TestClock.Hold hold = clock.hold("a library that calls back");
        Thread other = Thread.ofPlatform().start(() -> {
            LockSupport.parkNanos(1_000_000);
            event.set();
            hold.close();
        });
        Weft.withTimeout(Duration.ofSeconds(1), () -> event.await());
        assertThat(clock.now()).isZero();
        Weft.offload(() -> other.join(Duration.ofSeconds(10)));
    }

    @Test
    void aHangOutsideFailsWithTheNameOfWhatHoldsTheClock() {
        var never = new CountDownLatch(1);
        Throwable failure = catchThrowable(() -> Simulation.of(trial -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn("waiter", () -> Weft.offload(() -> never.await(30, TimeUnit.SECONDS)));
                        group.spawn(() -> Weft.sleep(HOUR));
                        group.join();
                    }
                })
                .realTimeLimit(Duration.ofMillis(50))
                .run());
        assertThat(failure)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("weft-offload")
                .hasMessageContaining("limit of 50 ms")
                .hasMessageContaining("waiter")
                .hasMessageContaining("Weft.sleep");
    }

    @Test
    @Tag("loop-only")
    void aSleepOfTheJdkKeepsItsPlaceInVirtualTimeAndTakesRealTime() {
        List<String> order = new ArrayList<>();
        Simulation.of(trial -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> {
                            Thread.sleep(20);
                            order.add("jdk " + trial.clock().now());
                        });
                        group.spawn(() -> {
                            Weft.sleep(Duration.ofMillis(10));
                            order.add("weft " + trial.clock().now());
                        });
                        group.spawn(() -> {
                            Weft.sleep(Duration.ofMillis(30));
                            order.add("weft " + trial.clock().now());
                        });
                        group.join();
                    }
                })
                .run();
        assertThat(order).containsExactly("weft PT0.01S", "jdk PT0.02S", "weft PT0.03S");
    }

    @Test
    @Tag("loop-only")
    void timedWaitsOfJavaUtilConcurrentKeepTheirPlaceInVirtualTime() {
        List<String> order = new ArrayList<>();
        Simulation.of(trial -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> {
                            assertThat(new LinkedBlockingQueue<>().poll(15, TimeUnit.MILLISECONDS))
                                    .isNull();
                            order.add("poll " + trial.clock().now());
                        });
                        group.spawn(() -> {
                            LockSupport.parkNanos(Duration.ofHours(2).toNanos());
                            order.add("park " + trial.clock().now());
                        });
                        group.spawn(() -> {
                            Weft.sleep(HOUR);
                            order.add("sleep " + trial.clock().now());
                        });
                        group.join();
                    }
                })
                .run();
        assertThat(order).containsExactly("poll PT0.015S", "sleep PT1H", "park PT2H");
    }

    @Test
    @Tag("loop-only")
    void aLongSleepOfTheJdkFailsAtOnceWithAdvice() {
        assertThatThrownBy(() -> Simulation.of(trial -> Thread.sleep(HOUR)).run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Thread.sleep")
                .hasMessageContaining("Weft.sleep");
    }

    @Test
    @Tag("loop-only")
    void aJoinOnAFutureOfAnotherThreadLetsThatThreadFinishFirst() {
        Simulation.of(trial -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> Weft.sleep(HOUR));
                        int value = CompletableFuture.supplyAsync(() -> {
                                    LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
                                    return 1;
                                })
                                .join();
                        assertThat(value).isEqualTo(1);
                        assertThat(trial.clock().now()).isZero();
                        group.cancel("done");
                    }
                })
                .run();
    }

    @LoopTest
    void aStageThatTheCommonPoolWorksOnHoldsTheClock(TestClock clock) {
        try (var group = TaskGroup.open()) {
            group.spawn(() -> Weft.sleep(HOUR));
            var stage = CompletableFuture.supplyAsync(() -> {
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                return 1;
            });
            assertThat(Weft.await(stage)).isEqualTo(1);
            assertThat(clock.now()).isZero();
            group.cancel("done");
        }
    }

    @LoopTest
    void aStageThatAnotherThreadCompletesIsWaitedFor() {
        var stage = new CompletableFuture<Integer>();
        CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(() -> stage.complete(1));
        assertThat(Weft.await(stage)).isEqualTo(1);
    }

    @LoopTest
    void aStageThatACoroutineCompletesLaterDoesNotHoldTheClock(TestClock clock) {
        var stage = new CompletableFuture<Integer>();
        try (var group = TaskGroup.open()) {
            group.spawn(() -> {
                Weft.sleep(HOUR);
                stage.complete(1);
            });
            assertThat(Weft.await(stage)).isEqualTo(1);
            group.join();
        }
        assertThat(clock.now()).isEqualTo(HOUR);
    }

    @Test
    void aStageThatNobodyCompletesIsADeadlockAfterTheLimit() {
        assertThatThrownBy(() -> Simulation.of(trial -> Weft.await(new CompletableFuture<>()))
                        .realTimeLimit(Duration.ofMillis(60))
                        .run())
                .hasMessageContaining("deadlock")
                .hasMessageContaining("within the limit of 60 ms")
                .hasMessageContaining("stage");
    }

    @LoopTest(clock = ClockMode.REAL)
    void inRealTimeAThreadMaySetAnEvent() {
        var event = new Event();
        CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(event::set);
        event.await();
    }

    @LoopTest(clock = ClockMode.REAL)
    void aRealClockGoesOnWhileSomethingOutsideIsPending() {
        var letGo = new CountDownLatch(1);
        try (var group = TaskGroup.open()) {
            group.spawn(() -> Weft.offload(() -> letGo.await(10, TimeUnit.SECONDS)));
            Weft.sleep(Duration.ofMillis(5));
            assertThat(letGo.getCount()).isEqualTo(1);
            letGo.countDown();
            group.join();
        }
    }

    @Test
    @Tag("loop-only")
    void aCoroutineInAWaitOfTheJdkDoesNotSlowTheClockDown() {
        Simulation.of(trial -> {
                    var queue = new LinkedBlockingQueue<Integer>();
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> assertThat(queue.take()).isEqualTo(1));
                        for (int second = 0; second < HOUR.toSeconds(); second++) {
                            Weft.sleep(Duration.ofSeconds(1));
                        }
                        queue.put(1);
                        group.join();
                    }
                    assertThat(trial.clock().now()).isEqualTo(HOUR);
                })
                .run();
    }
}

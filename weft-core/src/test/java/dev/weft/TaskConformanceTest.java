package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a task does, case by case, where no other test of this package says so. */
class TaskConformanceTest {
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    @DisplayName("P001 a task that awaits its own handle fails instead of hanging")
    void awaitsItself() {
        run(() -> {
            var self = new AtomicReference<Task<?>>();
            self.set(spawn(() -> self.get().await()));
            self.get().join();

            assertThat(self.get().failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("would wait for its own end");
        });
    }

    @Test
    @DisplayName("P006 the reason reaches whoever asks for the result, unchanged")
    void theReasonReachesTheWaiter() {
        run(() -> {
            Task<?> task = spawn(() -> sleep(LONG));
            passes(2);
            task.cancel("reason no. 6");
            task.join();

            assertThatThrownBy(task::result)
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("reason no. 6")
                    .satisfies(
                            e -> assertThat(((Cancelled) e.getCause()).reason()).isEqualTo("reason no. 6"));
        });
    }

    @Test
    @DisplayName("P007 a reason that was given before the first step is delivered")
    void aReasonBeforeTheFirstStep() {
        run(() -> {
            Task<?> task = spawn(() -> sleep(LONG));
            task.cancel("reason no. 7");
            task.join();

            assertThatThrownBy(task::result).hasMessageContaining("reason no. 7");
        });
    }

    @Test
    @DisplayName("P009 a task that catches the signal and returns a value has that result, and is not cancelled")
    void catchesTheSignal() {
        run(() -> {
            Task<String> task = spawn(() -> {
                try {
                    sleep(LONG);
                } catch (Cancelled e) {
                    return "saved";
                }
                return "never";
            });
            passes(2);
            task.cancel("enough");
            task.join();

            assertThat(task.result()).isEqualTo("saved");
            assertThat(task.isCancelled()).isFalse();
        });
    }

    @Test
    @DisplayName(
            "P011 a task that cancels itself goes on to its next checkpoint; if there is none, it returns its value")
    void cancelsItself() {
        run(() -> {
            var self = new AtomicReference<Task<?>>();
            var went = new ArrayList<String>();
            Task<?> waits = spawn(() -> {
                self.get().cancel("my own wish");
                went.add("on");
                sleep(Duration.ZERO);
                went.add("too far");
            });
            self.set(waits);
            waits.join();
            Task<String> ends = spawn(() -> {
                self.get().cancel("my own wish");
                return "value";
            });
            self.set(ends);
            ends.join();

            assertThat(went).containsExactly("on");
            assertThat(waits.isCancelled()).isTrue();
            assertThat(ends.result()).isEqualTo("value");
        });
    }

    @Test
    @DisplayName("P026 a cancelled sleep leaves no timer")
    void aCancelledSleepLeavesNoTimer() {
        var clock = new JumpingClock();
        long before = clock.now();
        clock.run(() -> {
            Task<?> task = spawn(() -> sleep(LONG));
            passes(2);
            task.cancel("enough");
            task.join();
            sleep(Duration.ofMillis(1));
        });
        assertThat(clock.now() - before).isLessThan(Duration.ofSeconds(1).toNanos());
    }

    @Test
    @DisplayName(
            "P039 P335 a child sees the scoped values of the moment it was made; later bindings on either side stay apart")
    @Tag("loop-only")
    void contextIsThatOfTheSpawn() {
        ScopedValue<String> user = ScopedValue.newInstance();
        run(() -> {
            var seen = new ArrayList<String>();
            ScopedValue.where(user, "outer").run(() -> {
                Task<?> child = spawn(() -> {
                    seen.add(user.get());
                    ScopedValue.where(user, "child's own").run(() -> {
                        passes(2);
                        seen.add(user.get());
                    });
                    seen.add(user.get());
                });
                ScopedValue.where(user, "caller's own").run(() -> passes(2));
                seen.add(user.get());
                child.join();
            });
            assertThat(seen).containsExactlyInAnyOrder("outer", "outer", "child's own", "outer");
            assertThat(user.isBound()).isFalse();
        });
    }

    @Test
    @DisplayName("P029 two tasks that take turns each find their own thread after every wait")
    void eachFindsItself() {
        run(() -> {
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                tasks.add(spawn(() -> {
                    Thread first = Thread.currentThread();
                    boolean same = true;
                    for (int pass = 0; pass < 5; pass++) {
                        sleep(Duration.ZERO);
                        same &= Thread.currentThread() == first;
                    }
                    return same;
                }));
            }
            for (Task<Boolean> task : tasks) {
                assertThat(task.await()).isTrue();
            }
        });
        assertThatThrownBy(() -> spawn(() -> 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("P046 a task of another loop may be awaited: it is no error here")
    void awaitsTasksOfOtherLoops() {
        try (EventLoop other = EventLoop.open("other")) {
            Task<Integer> foreign = other.spawn(() -> 5);
            run(() -> assertThat(Weft.gather(foreign::await, () -> 6)).containsExactly(5, 6));
        }
    }

    @Test
    @DisplayName("P054 a sleep of zero is one pass: what was ready before runs before it goes on")
    void aSleepOfZeroIsOnePass() {
        run(() -> {
            var order = new ArrayList<String>();
            spawn(() -> order.add("ready"));
            sleep(Duration.ZERO);
            order.add("back");
            assertThat(order).containsExactly("ready", "back");
        });
    }

    @Test
    @DisplayName("P135 P141 failures that nobody asked for come out at the end of the run, each once")
    void failuresNobodyAskedFor() {
        Throwable thrown = catchThrowable(() -> run(() -> {
            spawn(() -> {
                throw new IllegalStateException("first");
            });
            spawn(() -> {
                throw new IllegalArgumentException("second");
            });
            passes(2);
        }));

        assertThat(Failures.of(thrown).all()).extracting(Throwable::getMessage).containsExactly("first", "second");
    }

    /** One task goes wrong in the worst way, and nothing else does. */
    @Nested
    class TheLoopLivesOn {
        private final AtomicInteger others = new AtomicInteger();

        private void survives(Action<Exception> body, Class<? extends Throwable> failure) {
            try (EventLoop loop = EventLoop.open("served")) {
                Task<?> bad = loop.spawn(() -> {
                    passes(1);
                    body.run();
                    return null;
                });
                bad.join();
                assertThat(bad.failure()).isInstanceOf(failure);
                loop.spawn(() -> {
                            sleep(Duration.ofMillis(1));
                            return others.incrementAndGet();
                        })
                        .await();
                assertThat(others).hasValue(1);
            }
        }

        @Test
        void afterAnError() {
            survives(
                    () -> {
                        throw new AssertionError("bug");
                    },
                    AssertionError.class);
        }

        @Test
        void afterAStackOverflow() {
            survives(() -> assertThat(endless(0)).isZero(), StackOverflowError.class);
        }

        private static int endless(int depth) {
            return depth < 0 ? 0 : endless(depth + 1) + 1;
        }

        @Test
        void afterTheHeapIsExhausted() {
            survives(
                    () -> {
                        var all = new long[64][];
                        for (int i = 0; i < all.length; i++) {
                            all[i] = new long[Integer.MAX_VALUE - 8];
                        }
                        assertThat(all).isEmpty();
                    },
                    OutOfMemoryError.class);
        }
    }

    @Nested
    class BadInput {
        @Test
        void negativeTimesAreRefusedWithWords() {
            run(() -> {
                Duration negative = Duration.ofMillis(-1);
                List<Action<Exception>> calls = List.of(
                        () -> sleep(negative),
                        () -> Weft.withTimeout(negative, () -> 1),
                        () -> Weft.moveOnAfter(negative, () -> 1),
                        () -> Weft.waitUntil(Until.ALL_COMPLETED, List.of(spawn(() -> 1)), negative),
                        () -> Weft.asCompleted(List.of(spawn(() -> 1)), negative));
                for (Action<Exception> call : calls) {
                    assertThatThrownBy(call::run)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("must not be negative");
                }
                sleep(Duration.ZERO);
            });
        }

        @Test
        void absurdTimesAreForEver() {
            run(() -> {
                Duration absurd = Duration.ofSeconds(Long.MAX_VALUE);
                assertThat(Weft.withTimeout(absurd, () -> 1)).isEqualTo(1);
                assertThat(Weft.moveOnAfter(absurd, () -> 1)).contains(1);
                Task<?> sleeper = spawn(() -> sleep(absurd));
                passes(2);
                assertThat(sleeper.isDone()).isFalse();
                sleeper.cancel("enough");
            });
        }

        @Test
        @SuppressWarnings("NullAway") // what a caller without null checks does
        void nullIsRefusedAndTheLoopLivesOn() {
            run(() -> {
                List<Action<Exception>> calls = List.of(
                        () -> sleep(null),
                        () -> Weft.withTimeout(null, () -> 1),
                        () -> spawn((java.util.concurrent.Callable<Integer>) null),
                        () -> Weft.waitUntil(Until.ALL_COMPLETED, null),
                        () -> Weft.await(null));
                for (Action<Exception> call : calls) {
                    assertThatThrownBy(call::run).isInstanceOf(NullPointerException.class);
                }
                sleep(Duration.ZERO);
            });
        }

        @Test
        void groupsRefuseThreadsThatAreNotOnTheirLoop() throws InterruptedException {
            var seen = new AtomicReference<Throwable>();
            var done = new AtomicBoolean();
            run(() -> {
                try (var group = TaskGroup.open()) {
                    var stranger = new Thread(() -> {
                        seen.set(catchThrowable(() -> group.spawn(() -> 1)));
                        done.set(true);
                    });
                    stranger.start();
                    while (!done.get()) {
                        sleep(Duration.ofMillis(1));
                    }
                    group.join();
                }
            });
            assertThat(seen.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("not on loop");
        }
    }
}

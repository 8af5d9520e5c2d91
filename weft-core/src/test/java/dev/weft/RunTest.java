package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Eventually.waits;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Weft.run and Weft.spawn. */
class RunTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void returnsWhatTheBlockReturns() {
        assertThat(run(() -> "result")).isEqualTo("result");
    }

    @Test
    void returnsNullWhereTheBlockDoes() {
        String result = run(() -> (String) null);

        assertThat(result).isNull();
    }

    @Test
    void throwsTheCheckedExceptionOfTheBlockAsItself() {
        var failure = new IOException("disk");

        assertThatThrownBy(() -> run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void throwsAnErrorOfTheBlockAsItself() {
        var failure = new AssertionError("mine");

        assertThatThrownBy(() -> run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void aFailureCarriesTheStackOfTheCaller() {
        Throwable failure = catchThrowable(() -> run(() -> {
            throw new IllegalStateException("inside");
        }));

        assertThat(failure.getSuppressed())
                .hasSize(1)
                .allSatisfy(trace -> assertThat(trace.getStackTrace())
                        .anySatisfy(frame ->
                                assertThat(frame.getMethodName()).isEqualTo("aFailureCarriesTheStackOfTheCaller")));
    }

    @Test
    void theBlockRunsInAVirtualThread() {
        assertThat(run(() -> Thread.currentThread().isVirtual())).isTrue();
    }

    @Test
    void oneCoroutineRunsAtATime() {
        run(() -> {
            int[] counter = {0};
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < 50; i++) {
                    group.spawn(() -> {
                        for (int k = 0; k < 50; k++) {
                            int before = counter[0];
                            Thread.onSpinWait();
                            counter[0] = before + 1; // no other coroutine can have come in between
                            sleep(Duration.ZERO);
                        }
                    });
                }
                group.join();
            }
            assertThat(counter[0]).isEqualTo(2_500);
        });
    }

    @Test
    void runsOneAfterTheOtherOnTheSameThread() {
        for (int i = 0; i < 20; i++) {
            int number = i;
            assertThat(run(() -> spawn(() -> number).await())).isEqualTo(number);
        }
    }

    @Test
    void runsOnManyThreadsAtTheSameTime() throws InterruptedException {
        var sum = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform()
                    .start(() -> run(() -> {
                        sleep(TICK);
                        sum.addAndGet(spawn(() -> 1).await());
                    })));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(sum).hasValue(8);
    }

    @Nested
    class Nesting {
        @Test
        void isRefusedInACoroutineWithAdvice() {
            run(() -> assertThatThrownBy(() -> run(() -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("call the block directly, or spawn it"));
        }

        @Test
        void isRefusedInACallback() {
            try (EventLoop loop = EventLoop.open("outer")) {
                var seen = new AtomicReference<Throwable>();
                loop.callSoon(() -> seen.set(catchThrowable(() -> run(() -> 1))));
                until("the callback ran", () -> seen.get() != null);

                assertThat(seen.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("outer");
            }
        }

        @Test
        void leavesTheOuterLoopAlive() {
            assertThat(run(() -> {
                        var _ = catchThrowable(() -> run(() -> 1));
                        return spawn(() -> 2).await();
                    }))
                    .isEqualTo(2);
        }
    }

    @Nested
    class InAVirtualThread {
        @Test
        void works() throws InterruptedException {
            var result = new AtomicReference<List<Integer>>();
            Thread.startVirtualThread(() -> result.set(run(() -> Weft.gather(() -> 1, () -> 2))))
                    .join();

            assertThat(result.get()).containsExactly(1, 2);
        }

        @Test
        void carriesFailures() throws InterruptedException {
            var failure = new IOException("disk");
            var seen = new AtomicReference<Throwable>();
            Thread.startVirtualThread(() -> seen.set(catchThrowable(() -> run(() -> {
                        throw failure;
                    }))))
                    .join();

            assertThat(seen.get()).isSameAs(failure);
        }

        @Test
        void isCancelledByAnInterrupt() throws InterruptedException {
            var inside = new AtomicReference<Throwable>();
            var outside = new AtomicReference<Throwable>();
            var started = new AtomicBoolean();
            var flag = new AtomicBoolean();
            Thread caller = Thread.startVirtualThread(() -> {
                outside.set(catchThrowable(() -> run(() -> {
                    started.set(true);
                    try {
                        sleep(LONG);
                    } catch (Cancelled e) {
                        inside.set(e);
                        throw e;
                    }
                })));
                flag.set(Thread.currentThread().isInterrupted());
            });
            until("the block runs", started::get);
            caller.interrupt();
            caller.join();

            assertThat(inside.get()).isInstanceOf(Cancelled.class).hasMessageContaining("interrupted");
            assertThat(outside.get()).isInstanceOf(CancellationException.class);
            assertThat(flag).isTrue();
        }
    }

    @Nested
    class AnInterruptOfTheCallingThread {
        private Throwable inside;
        private Throwable outside;
        private boolean flagAfterwards;

        private Thread runs(Body<?, ?> body) {
            return Thread.ofPlatform().start(() -> {
                outside = catchThrowable(() -> run(() -> {
                    try {
                        return body.call();
                    } catch (Throwable e) {
                        inside = e;
                        throw e;
                    }
                }));
                flagAfterwards = Thread.currentThread().isInterrupted();
            });
        }

        private void assertCancelled(Thread thread) throws InterruptedException {
            thread.join();
            assertThat(inside).isInstanceOf(Cancelled.class).hasMessageContaining("interrupted");
            assertThat(outside).isInstanceOf(CancellationException.class).hasCauseInstanceOf(Cancelled.class);
            assertThat(flagAfterwards).as("is still interrupted after the run").isTrue();
        }

        @Test
        void cancelsTheBlockWhileTheLoopRests() throws InterruptedException {
            var started = new AtomicBoolean();
            Thread thread = runs(() -> {
                started.set(true);
                sleep(LONG);
                return null;
            });
            until("the block runs", started::get);
            waits(thread);
            thread.interrupt();
            assertCancelled(thread);
        }

        @Test
        void cancelsTheBlockWhileTheLoopIsBusy() throws InterruptedException {
            var started = new AtomicBoolean();
            Thread thread = runs(() -> {
                for (; ; ) {
                    started.set(true);
                    sleep(Duration.ZERO);
                }
            });
            until("the block runs", started::get);
            thread.interrupt();
            assertCancelled(thread);
        }

        @Test
        void cancelsTheBlockThatComputes() throws InterruptedException {
            var started = new AtomicBoolean();
            Thread thread = runs(() -> {
                for (; ; ) {
                    started.set(true);
                    Weft.checkpoint();
                }
            });
            until("the block runs", started::get);
            thread.interrupt();
            assertCancelled(thread);
        }

        @Test
        void keepsTheBlockFromBeginningWhenItCameBefore() {
            var begun = new AtomicBoolean();
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> run(() -> begun.set(true))).isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(begun).isFalse();
        }

        @Test
        void staysWithTheThreadWhereTheBlockReturnsAllTheSame() throws InterruptedException {
            var result = new AtomicReference<String>();
            var flag = new AtomicBoolean();
            var started = new AtomicBoolean();
            Thread thread = Thread.ofPlatform().start(() -> {
                result.set(run(() -> {
                    started.set(true);
                    try {
                        sleep(LONG);
                    } catch (Cancelled _) {
                        // the value wins
                    }
                    return "saved";
                }));
                flag.set(Thread.currentThread().isInterrupted());
            });
            until("the block runs", started::get);
            waits(thread);
            thread.interrupt();
            thread.join();

            assertThat(result).hasValue("saved");
            assertThat(flag).isTrue();
        }
    }

    @Nested
    class SpawnedTasks {
        @Test
        void belongToTheLoopAndAreCancelledWhenTheBlockEnds() {
            var ended = new AtomicReference<Throwable>();
            Task<?> task = run(() -> {
                Task<?> spawned = spawn(() -> {
                    try {
                        sleep(LONG);
                    } catch (Cancelled e) {
                        ended.set(e);
                        throw e;
                    }
                });
                passes(2);
                return spawned;
            });

            assertThat(task.isCancelled()).isTrue();
            assertThat(ended.get()).isInstanceOf(Cancelled.class);
        }

        @Test
        void areWaitedForWhileTheyCleanUp() {
            var cleaned = new AtomicBoolean();
            run(() -> {
                spawn(() -> {
                    try {
                        sleep(LONG);
                    } finally {
                        try {
                            passes(3);
                        } catch (Cancelled _) {
                            // cleaning up may not wait; it may try
                        }
                        cleaned.set(true);
                    }
                });
                passes(2);
            });

            assertThat(cleaned).isTrue();
        }

        @Test
        @DisplayName("P135 a failure that nobody looked at is thrown where the owner of its task ends")
        void thatFailWithoutAnybodyAwaitingThemFailTheRun() {
            var failure = new IllegalStateException("lost");

            assertThatThrownBy(() -> run(() -> {
                        Task<?> task = spawn(() -> {
                            throw failure;
                        });
                        task.join();
                        return "result";
                    }))
                    .isSameAs(failure);
        }

        @Test
        void thatFailWithACheckedExceptionFailTheRunInItsCarrier() {
            var failure = new IOException("disk");

            assertThatThrownBy(() -> run(() -> {
                        Task<?> task = spawn(() -> {
                            throw failure;
                        });
                        task.join();
                    }))
                    .isInstanceOf(TaskFailedException.class)
                    .hasCause(failure);
        }

        @Test
        void thatSomebodyAwaitedAreNotReportedAgain() {
            run(() -> {
                Task<?> task = spawn(() -> {
                    throw new IllegalStateException("seen");
                });
                assertThatThrownBy(task::await).hasMessage("seen");
            });
        }

        @Test
        void thatFailBesidesTheBlockAreSuppressedInItsFailure() {
            var first = new IllegalStateException("first");
            var second = new IllegalStateException("second");
            var main = new IllegalArgumentException("main");

            assertThatThrownBy(() -> run(() -> {
                        for (var failure : List.of(first, second)) {
                            spawn(() -> {
                                throw failure;
                            });
                        }
                        passes(3);
                        throw main;
                    }))
                    .isSameAs(main);
            assertThat(main.getSuppressed()).contains(first, second);
        }

        @Test
        void thatFailOneAfterTheOtherAreAllInTheFirst() {
            var first = new IllegalStateException("first");
            var second = new IllegalStateException("second");

            assertThatThrownBy(() -> run(() -> {
                        for (var failure : List.of(first, second)) {
                            spawn(() -> {
                                throw failure;
                            });
                        }
                        passes(3);
                    }))
                    .isSameAs(first);
            assertThat(first.getSuppressed()).contains(second);
        }

        @Test
        void doNotStopEachOther() {
            run(() -> {
                Task<?> failing = spawn(() -> {
                    throw new IllegalStateException("alone");
                });
                Task<Integer> other = spawn(() -> {
                    sleep(TICK);
                    return 1;
                });

                assertThat(other.await()).isEqualTo(1);
                assertThatThrownBy(failing::await).hasMessage("alone");
            });
        }

        @Test
        void needALoop() {
            assertThatThrownBy(() -> spawn(() -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Weft.run");
        }

        @Test
        void startInTheOrderOfSpawning() {
            run(() -> {
                var order = new ArrayList<Integer>();
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    spawn(() -> {
                        order.add(number);
                    });
                }
                assertThat(order).isEmpty();
                passes(1);

                assertThat(order).hasSize(100).isSorted();
            });
        }
    }
}

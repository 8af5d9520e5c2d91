package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cancelling tasks: level-triggered, with a reason, from anywhere. */
class CancellationTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Nested
    class OfAWaitingTask {
        @Test
        void raisesCancelledWithTheReasonAndWhereItWasAskedFor() {
            run(() -> {
                var seen = new AtomicReference<Cancelled>();
                Task<?> task = spawn(() -> {
                    try {
                        sleep(LONG);
                    } catch (Cancelled e) {
                        seen.set(e);
                        throw e;
                    }
                });
                passes(2);
                assertThat(task.cancel("enough")).isTrue();
                task.join();

                assertThat(seen.get().reason()).isEqualTo("enough");
                assertThat(seen.get()).hasMessageStartingWith("cancelled: enough");
                assertThat(seen.get().getCause().getStackTrace())
                        .anySatisfy(
                                frame -> assertThat(frame.getClassName()).startsWith(CancellationTest.class.getName()));
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void isRecordedOnce() {
            run(() -> {
                Task<?> task = spawn(() -> sleep(LONG));
                passes(2);

                assertThat(task.cancel("first")).isTrue();
                assertThat(task.cancel("second")).isFalse();
                assertThatThrownBy(task::await).hasMessageContaining("first");
            });
        }

        @Test
        void runsItsFinallyBlocks() {
            run(() -> {
                var cleaned = new AtomicBoolean();
                Task<?> task = spawn(() -> {
                    try {
                        sleep(LONG);
                    } finally {
                        cleaned.set(true);
                    }
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(cleaned).isTrue();
            });
        }

        @Test
        void isNoFailureOfTheRun() {
            run(() -> {
                spawn(() -> sleep(LONG)).cancel("enough");
                passes(3);
            });
        }
    }

    @Nested
    class IsLevelTriggered {
        @Test
        void whatWasSwallowedIsRaisedAgainAtTheNextCheckpoint() {
            run(() -> {
                var raised = new AtomicInteger();
                Task<?> task = spawn(() -> {
                    for (int i = 0; i < 3; i++) {
                        try {
                            sleep(LONG);
                        } catch (Cancelled swallowed) {
                            raised.incrementAndGet();
                        }
                    }
                    checkpoint();
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(raised).hasValue(3);
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void catchExceptionDoesNotCatchIt() {
            run(() -> {
                var caught = new AtomicBoolean();
                Task<?> task = spawn(() -> {
                    try {
                        sleep(LONG);
                    } catch (Exception e) {
                        caught.set(true);
                    }
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(caught).isFalse();
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        @DisplayName("P009 a task that catches its cancellation and returns ends with its value")
        void aValueReturnedAfterASwallowedOneIsAResult() {
            run(() -> {
                Task<String> task = spawn(() -> {
                    try {
                        sleep(LONG);
                    } catch (Cancelled swallowed) {
                        // the task knows better
                    }
                    return "saved";
                });
                passes(2);
                task.cancel("enough");

                assertThat(task.await()).isEqualTo("saved");
                assertThat(task.isCancelled()).isFalse();
            });
        }

        @Test
        void aFailureWhileReactingIsAFailure() {
            run(() -> {
                Task<String> task = spawn(() -> {
                    try {
                        sleep(LONG);
                        return "never";
                    } finally {
                        explode();
                    }
                });
                passes(2);
                task.cancel("enough");

                assertThatThrownBy(task::await).isInstanceOf(IllegalStateException.class);
            });
        }

        private static void explode() {
            throw new IllegalStateException("cleaning up failed");
        }

        @Test
        void everyKindOfWaitIsACheckpoint() {
            run(() -> {
                Task<?> never = spawn(() -> sleep(LONG));
                var seen = new ArrayList<Throwable>();
                Task<?> task = spawn(() -> {
                    var _ = catchThrowable(() -> sleep(LONG));
                    seen.add(catchThrowable(() -> sleep(Duration.ZERO)));
                    seen.add(catchThrowable(() -> sleep(TICK)));
                    seen.add(catchThrowable(Weft::checkpoint));
                    seen.add(catchThrowable(never::await));
                    seen.add(catchThrowable(never::join));
                    seen.add(catchThrowable(never::get));
                    seen.add(catchThrowable(() -> Weft.offload(() -> 1)));
                    seen.add(catchThrowable(() -> Weft.gather(() -> 1)));
                    seen.add(catchThrowable(() -> {
                        try (var group = TaskGroup.open()) {
                            group.join();
                        }
                    }));
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(seen)
                        .hasSize(9)
                        .allSatisfy(e -> assertThat(e)
                                .isInstanceOfSatisfying(
                                        Cancelled.class,
                                        signal -> assertThat(signal.reason()).isEqualTo("enough")));
            });
        }
    }

    @Nested
    class BeforeTheFirstStep {
        @Test
        void theTaskNeverRuns() {
            run(() -> {
                var ran = new AtomicBoolean();
                Task<?> task = spawn(() -> ran.set(true));
                assertThat(task.cancel("changed my mind")).isTrue();
                task.join();

                assertThat(ran).isFalse();
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void theTaskNeverRunsAlsoIfAForeignThreadCancels() throws InterruptedException {
            try (EventLoop loop = EventLoop.open("held up")) {
                for (int i = 0; i < 50; i++) {
                    var entered = new CountDownLatch(1);
                    var gate = new CountDownLatch(1);
                    loop.callSoon(() -> {
                        entered.countDown();
                        holdUntil(gate);
                    });
                    entered.await();
                    var ran = new AtomicBoolean();
                    Task<?> task = loop.spawn(() -> {
                        ran.set(true);
                        return null;
                    });
                    assertThat(task.cancel("changed my mind")).isTrue();
                    gate.countDown();
                    task.join();

                    assertThat(ran).isFalse();
                    assertThat(task.isCancelled()).isTrue();
                }
            }
        }
    }

    /** Keeps the loop busy without waiting. */
    private static void holdUntil(CountDownLatch gate) {
        while (gate.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    @Nested
    class FromAForeignThread {
        @Test
        void endsAWait() {
            try (EventLoop loop = EventLoop.open("served")) {
                Task<?> task = loop.spawn(() -> {
                    sleep(LONG);
                    return null;
                });

                assertThat(task.cancel("from afar")).isTrue();
                assertThatThrownBy(task::await)
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("from afar");
            }
        }

        @Test
        void isRecordedOnce() throws InterruptedException {
            try (EventLoop loop = EventLoop.open("held up")) {
                var entered = new CountDownLatch(1);
                var gate = new CountDownLatch(1);
                Task<?> task = loop.spawn(() -> {
                    entered.countDown();
                    holdUntil(gate);
                    sleep(LONG);
                    return null;
                });
                entered.await();

                assertThat(task.cancel("first")).isTrue();
                assertThat(task.cancel("second")).isFalse();
                gate.countDown();
                assertThatThrownBy(task::await).hasMessageContaining("first");
            }
        }

        @Test
        void isNoticedByALongComputationAtItsCheckpoint() throws InterruptedException {
            try (EventLoop loop = EventLoop.open("busy")) {
                var entered = new CountDownLatch(1);
                Task<?> task = loop.spawn(() -> {
                    for (; ; ) {
                        entered.countDown();
                        checkpoint();
                    }
                });
                entered.await();
                task.cancel("too long");

                assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
            }
        }

        @Test
        void isSeenByTheTaskWithTheStackOfTheCanceller() {
            try (EventLoop loop = EventLoop.open("served")) {
                var seen = new AtomicReference<Throwable>();
                var entered = new CountDownLatch(1);
                Task<?> task = loop.spawn(() -> {
                    entered.countDown();
                    seen.set(catchThrowable(() -> sleep(LONG)));
                    return null;
                });
                until("the task runs", () -> entered.getCount() == 0);
                cancelHere(task);
                task.join();

                assertThat(seen.get().getCause().getStackTrace())
                        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("cancelHere"));
            }
        }

        private void cancelHere(Task<?> task) {
            task.cancel("from afar");
        }
    }

    @Nested
    class OfOneself {
        @Test
        @DisplayName("P011 a task that cancels itself is stopped at its next checkpoint")
        void isRaisedAtTheNextCheckpoint() {
            run(() -> {
                var self = new AtomicReference<Task<?>>();
                var went = new ArrayList<String>();
                Task<?> task = spawn(() -> {
                    assertThat(self.get().cancel("my own wish")).isTrue();
                    went.add("on");
                    sleep(Duration.ZERO);
                    went.add("too far");
                });
                self.set(task);
                task.join();

                assertThat(went).containsExactly("on");
                assertThat(task.isCancelled()).isTrue();
            });
        }
    }

    @Nested
    class LongComputations {
        @Test
        void givesWayAtACheckpointIfSomethingElseIsReady() {
            run(() -> {
                var other = new AtomicBoolean();
                spawn(() -> other.set(true));
                while (!other.get()) {
                    checkpoint();
                }
            });
        }

        @Test
        void endsWithItsTimeOutAtACheckpoint() {
            run(() -> assertThatThrownBy(() -> Weft.withTimeout(TICK, () -> {
                        for (; ; ) {
                            checkpoint();
                        }
                    }))
                    .isInstanceOf(TimedOutException.class));
        }

        @Test
        void checkpointOutsideOfALoopThrowsIfTheThreadIsInterrupted() {
            checkpoint();
            Thread.currentThread().interrupt();

            assertThatThrownBy(Weft::checkpoint).isInstanceOf(Cancelled.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Nested
    class Interrupts {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void anInterruptedExceptionOutOfACancelledTaskCountsAsCancelled(boolean nio) {
            run(() -> {
                Task<?> task = spawn(() -> {
                    try {
                        sleep(LONG);
                    } catch (Cancelled e) {
                        if (nio) {
                            throw new ClosedByInterruptException();
                        }
                        throw new InterruptedException();
                    }
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void anInterruptedExceptionOutOfATaskThatIsNotCancelledIsAFailure() {
            run(() -> {
                Task<?> task = spawn(() -> {
                    throw new InterruptedException("odd");
                });

                assertThatThrownBy(task::await)
                        .isInstanceOf(TaskFailedException.class)
                        .hasCauseInstanceOf(InterruptedException.class);
            });
        }

        @Test
        void anInterruptThatIsNotOursCancelsTheTaskAtItsNextCheckpoint() {
            run(() -> {
                Task<?> task = spawn(() -> {
                    Thread.currentThread().interrupt();
                    sleep(LONG);
                });

                assertThatThrownBy(task::await)
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("interrupted");
            });
        }

        @Test
        void aReadyTaskThatIsCancelledLeavesNoInterruptForTheNextOneOnItsThread() {
            run(() -> {
                for (int i = 0; i < 20; i++) {
                    Task<?> ready = spawn(() -> {
                        for (; ; ) {
                            sleep(Duration.ZERO);
                        }
                    });
                    passes(2);
                    ready.cancel("enough");
                    ready.join();
                    assertThat(spawn(() -> Thread.currentThread().isInterrupted())
                                    .await())
                            .isFalse();
                }
            });
        }

        @Test
        @Tag("loop-only")
        void aBlockingCallOfTheJdkIsInterrupted() {
            run(() -> {
                var seen = new AtomicReference<Throwable>();
                Task<?> task = spawn(() -> {
                    try {
                        Thread.sleep(LONG);
                    } catch (InterruptedException e) {
                        seen.set(e);
                        throw e;
                    }
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(seen.get()).isInstanceOf(InterruptedException.class);
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        @Tag("loop-only")
        void aSwallowedInterruptedExceptionIsFollowedByCancelledAtTheNextCheckpoint() {
            run(() -> {
                var seen = new ArrayList<Throwable>();
                Task<?> task = spawn(() -> {
                    seen.add(catchThrowable(() -> Thread.sleep(LONG)));
                    seen.add(catchThrowable(Weft::checkpoint));
                    sleep(TICK);
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(seen).hasSize(2);
                assertThat(seen.getFirst()).isInstanceOf(InterruptedException.class);
                assertThat(seen.getLast()).isInstanceOf(Cancelled.class);
                assertThat(task.isCancelled()).isTrue();
            });
        }
    }

    @Nested
    class OfAMainBlock {
        @Test
        void comesOutOfTheRunAsCancellationException() {
            assertThatThrownBy(() -> run(() -> {
                        Thread.currentThread().interrupt();
                        sleep(TICK);
                    }))
                    .isInstanceOf(CancellationException.class)
                    .hasCauseInstanceOf(Cancelled.class);
        }

        @Test
        void reachesItsSpawnedTasks() {
            var children = new ArrayList<Task<?>>();
            var _ = catchThrowable(() -> run(() -> {
                children.add(spawn(() -> sleep(LONG)));
                passes(2);
                Thread.currentThread().interrupt();
                sleep(TICK);
            }));

            assertThat(children)
                    .hasSize(1)
                    .allSatisfy(child -> assertThat(child.isCancelled()).isTrue());
        }
    }

    @Test
    void awaitingACancelledTaskIsAFailureOfTheWaiterNotItsCancellation() {
        run(() -> {
            Task<?> stopped = spawn(() -> sleep(LONG));
            Task<?> waiter = spawn(() -> stopped.await());
            passes(2);
            stopped.cancel("enough");

            assertThatThrownBy(waiter::await).isInstanceOf(CancellationException.class);
            assertThat(waiter.isCancelled()).isFalse();
        });
    }

    @Test
    void aTaskThatThrowsCancelledByItselfCountsAsCancelled() {
        run(() -> {
            Task<?> task = spawn(() -> {
                throw new Cancelled("made up", null);
            });
            task.join();

            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void anIOExceptionWhileCancelledIsAFailure() {
        run(() -> {
            Task<?> task = spawn(() -> {
                try {
                    sleep(LONG);
                } catch (Cancelled e) {
                    throw new IOException("while closing", e);
                }
            });
            passes(2);
            task.cancel("enough");

            assertThatThrownBy(task::await).hasCauseInstanceOf(IOException.class);
        });
    }
}

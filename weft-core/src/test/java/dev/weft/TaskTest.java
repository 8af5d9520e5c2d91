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
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The handle, on tasks of a loop; pool tasks share all of it and are covered by PoolTaskTest. */
class TaskTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    /** A task that fails. */
    static Task<?> failing(Throwable failure) {
        return spawn(() -> {
            if (failure instanceof Error e) {
                throw e;
            }
            throw (Exception) failure;
        });
    }

    @Nested
    class Ends {
        @Test
        void awaitReturnsTheResult() {
            assertThat(run(() -> spawn(() -> 42).await())).isEqualTo(42);
        }

        @Test
        void aNullResultIsAResult() {
            run(() -> {
                Task<String> task = spawn(() -> (String) null);

                assertThat(task.await()).isNull();
                assertThat(task.result()).isNull();
                assertThat(task.state()).isEqualTo(Future.State.SUCCESS);
                assertThat(task.resultNow()).isNull();
            });
        }

        @Test
        void awaitThrowsAnUncheckedFailureAsItself() {
            run(() -> {
                var failure = new IllegalArgumentException("mine");

                assertThatThrownBy(failing(failure)::await).isSameAs(failure);
            });
        }

        @Test
        void awaitThrowsAnErrorAsItself() {
            run(() -> {
                var failure = new AssertionError("mine");

                assertThatThrownBy(failing(failure)::await).isSameAs(failure);
            });
        }

        @Test
        void awaitCarriesACheckedFailureInATaskFailedException() {
            run(() -> {
                var failure = new IOException("disk");
                Task<?> task = failing(failure);

                assertThatThrownBy(task::await)
                        .isInstanceOf(TaskFailedException.class)
                        .hasCause(failure)
                        .hasMessageContaining(task.name())
                        .hasMessageContaining("disk");
            });
        }

        @Test
        void awaitOfATypeThrowsACheckedFailureOfThatTypeAsItself() {
            run(() -> {
                var failure = new FileNotFoundException("disk");

                assertThatThrownBy(() -> failing(failure).await(IOException.class))
                        .isSameAs(failure);
            });
        }

        @Test
        void awaitOfATypeCarriesOtherCheckedFailures() {
            run(() -> {
                var failure = new InterruptedException("other");

                assertThatThrownBy(() -> failing(failure).await(IOException.class))
                        .isInstanceOf(TaskFailedException.class)
                        .hasCause(failure);
            });
        }

        @Test
        @DisplayName("P007 who awaits a task that was cancelled before its first step is told why")
        void awaitOfACancelledTaskSaysWhyAndIsNoCancellationOfTheCaller() {
            run(() -> {
                Task<?> task = spawn(() -> sleep(LONG));
                task.cancel("no longer needed");

                assertThatThrownBy(task::await)
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("no longer needed")
                        .hasMessageContaining(task.name())
                        .cause()
                        .isInstanceOfSatisfying(
                                Cancelled.class,
                                signal -> assertThat(signal.reason()).isEqualTo("no longer needed"));
                sleep(TICK); // the caller is not cancelled
            });
        }

        @Test
        void joinReturnsHoweverTheTaskEnds() {
            run(() -> {
                Task<?> good = spawn(() -> 1);
                Task<?> bad = failing(new IllegalStateException("bad"));
                Task<?> stopped = spawn(() -> sleep(LONG));
                stopped.cancel("stop");

                good.join();
                bad.join();
                stopped.join();

                assertThat(List.of(good.state(), bad.state(), stopped.state()))
                        .containsExactly(Future.State.SUCCESS, Future.State.FAILED, Future.State.CANCELLED);
                assertThat(bad.failure()).hasMessage("bad");
            });
        }

        @Test
        void resultRefusesBeforeTheEnd() {
            run(() -> {
                Task<Integer> task = spawn(() -> {
                    sleep(TICK);
                    return 1;
                });

                assertThatThrownBy(task::result)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(task.name())
                        .hasMessageContaining("await()");
                assertThat(task.await()).isEqualTo(1);
                assertThat(task.result()).isEqualTo(1);
            });
        }

        @Test
        void resultThrowsAsAwaitDoes() {
            run(() -> {
                var unchecked = new IllegalArgumentException("mine");
                var checked = new IOException("disk");
                Task<?> first = failing(unchecked);
                Task<?> second = failing(checked);
                first.join();
                second.join();

                assertThatThrownBy(first::result).isSameAs(unchecked);
                assertThatThrownBy(second::result)
                        .isInstanceOf(TaskFailedException.class)
                        .hasCause(checked);
            });
        }

        @Test
        void failureIsNullUnlessTheTaskFailed() {
            run(() -> {
                Task<?> running = spawn(() -> sleep(LONG));
                Task<?> good = spawn(() -> 1);
                good.join();

                assertThat(running.failure()).isNull();
                assertThat(good.failure()).isNull();
                running.cancel("enough");
                running.join();
                assertThat(running.failure()).isNull();
            });
        }

        @Test
        void theStateOfATaskThatHasNotEndedIsRunning() {
            run(() -> {
                Task<?> task = spawn(() -> sleep(LONG));

                assertThat(task.state()).isEqualTo(Future.State.RUNNING);
                assertThat(task.isDone()).isFalse();
                assertThat(task.isCancelled()).isFalse();
            });
        }

        @Test
        void nothingChangesOnceItHasEnded() {
            run(() -> {
                Task<Integer> task = spawn(() -> 5);
                task.join();

                assertThat(task.cancel("too late")).isFalse();
                assertThat(task.cancel(true)).isFalse();
                assertThat(task.await()).isEqualTo(5);
                assertThat(task.isCancelled()).isFalse();
            });
        }

        @Test
        void allWhoAwaitReceiveTheSameEnd() {
            run(() -> {
                Task<Integer> task = spawn(() -> {
                    sleep(TICK);
                    return 9;
                });
                try (var group = TaskGroup.open()) {
                    var waiters = new ArrayList<Task<Integer>>();
                    for (int i = 0; i < 20; i++) {
                        waiters.add(group.spawn(() -> task.await()));
                    }
                    group.join();
                    assertThat(waiters)
                            .allSatisfy(waiter -> assertThat(waiter.result()).isEqualTo(9));
                }
            });
        }
    }

    @Nested
    class AwaitTraces {
        @Test
        void theStackOfTheWaitingCallIsInTheFailure() {
            run(() -> {
                var failure = new IllegalStateException("deep");
                Task<?> task = failing(failure);

                var _ = catchThrowable(task::await);

                assertThat(failure.getSuppressed()).singleElement().satisfies(trace -> {
                    assertThat(trace).isInstanceOf(AwaitTrace.class).hasMessageContaining(task.name());
                    assertThat(trace.getStackTrace())
                            .anySatisfy(
                                    frame -> assertThat(frame.getClassName()).startsWith(TaskTest.class.getName()));
                });
            });
        }

        @Test
        void manyAwaitsDoNotGrowTheFailureWithoutEnd() {
            run(() -> {
                var failure = new IllegalStateException("popular");
                Task<?> task = failing(failure);
                for (int i = 0; i < 100; i++) {
                    var _ = catchThrowable(task::await);
                }

                assertThat(failure.getSuppressed()).hasSizeLessThanOrEqualTo(8);
            });
        }

        @Test
        void aFailureWithoutRoomForSuppressedOnesIsThrownAllTheSame() {
            var failure = new RuntimeException("shared", null, false, false) {};

            assertThatThrownBy(() -> run(() -> failing(failure).await())).isSameAs(failure);
        }
    }

    @Nested
    class Waiting {
        @Test
        @DisplayName("P001 a task that waits for its own end is refused")
        void aTaskMayNotAwaitItself() {
            run(() -> {
                var self = new AtomicReference<Task<?>>();
                Task<?> task = spawn(() -> {
                    self.get().await();
                    return null;
                });
                self.set(task);

                assertThatThrownBy(task::await)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("would wait for its own end");
            });
        }

        @Test
        void aForeignThreadMayAwait() {
            try (EventLoop loop = EventLoop.open("served")) {
                Task<Integer> task = loop.spawn(() -> {
                    sleep(TICK);
                    return 3;
                });

                assertThat(task.await()).isEqualTo(3);
            }
        }

        @Test
        void aVirtualThreadOfTheJdkMayAwait() throws InterruptedException {
            try (EventLoop loop = EventLoop.open("served")) {
                Task<Integer> task = loop.spawn(() -> {
                    sleep(TICK);
                    return 3;
                });
                var seen = new AtomicReference<Integer>();
                Thread.startVirtualThread(() -> seen.set(task.await())).join();

                assertThat(seen).hasValue(3);
            }
        }

        @Test
        @DisplayName("P046 a task may be awaited from another loop")
        void aCoroutineOfAnotherLoopMayAwait() {
            try (EventLoop one = EventLoop.open("one");
                    EventLoop other = EventLoop.open("other")) {
                Task<Integer> task = one.spawn(() -> {
                    sleep(TICK);
                    return 3;
                });
                Task<Integer> waiter = other.spawn(() -> task.await() + 1);

                assertThat(waiter.await()).isEqualTo(4);
            }
        }

        @Test
        void whatTheTaskWroteIsSeenByWhoSawItsEnd() {
            try (EventLoop loop = EventLoop.open("writer")) {
                for (int i = 0; i < 200; i++) {
                    int[] plain = new int[1];
                    int value = i;
                    loop.spawn(() -> {
                                plain[0] = value;
                                return null;
                            })
                            .join();
                    assertThat(plain[0]).isEqualTo(value);
                }
            }
        }

        @Test
        void awaitIsACheckpointEvenIfTheTaskHasEnded() {
            run(() -> {
                Task<Integer> ended = spawn(() -> 1);
                ended.join();
                var reached = new AtomicBoolean();
                Task<?> waiter = spawn(() -> {
                    try {
                        sleep(LONG);
                    } catch (Cancelled swallowed) {
                        reached.set(true);
                    }
                    ended.await();
                    return null;
                });
                passes(2);
                waiter.cancel("now");
                waiter.join();

                assertThat(reached).isTrue();
                assertThat(waiter.isCancelled()).isTrue();
            });
        }

        @Test
        void cancellingTheWaiterLeavesTheTaskAlone() {
            run(() -> {
                var gate = new AtomicBoolean();
                Task<Integer> task = spawn(() -> {
                    while (!gate.get()) {
                        sleep(TICK);
                    }
                    return 1;
                });
                Task<?> waiter = spawn(() -> task.await());
                passes(2);
                waiter.cancel("impatient");
                waiter.join();

                assertThat(waiter.isCancelled()).isTrue();
                gate.set(true);
                assertThat(task.await()).isEqualTo(1);
            });
        }

        @Test
        void anInterruptedThreadGetsCancelledAndStaysInterrupted() {
            try (EventLoop loop = EventLoop.open("slow")) {
                Task<?> task = loop.spawn(() -> {
                    sleep(LONG);
                    return null;
                });
                Thread.currentThread().interrupt();

                assertThatThrownBy(task::await).isInstanceOf(Cancelled.class);
                assertThat(Thread.interrupted()).isTrue();
                assertThat(task.isDone()).isFalse();
            }
        }

        @Test
        void anInterruptDuringTheWaitEndsIt() throws InterruptedException {
            try (EventLoop loop = EventLoop.open("slow")) {
                Task<?> task = loop.spawn(() -> {
                    sleep(LONG);
                    return null;
                });
                var seen = new AtomicReference<Throwable>();
                var flag = new AtomicBoolean();
                Thread waiter = Thread.ofPlatform().start(() -> {
                    seen.set(catchThrowable(task::await));
                    flag.set(Thread.currentThread().isInterrupted());
                });
                waits(waiter);
                waiter.interrupt();
                waiter.join();

                assertThat(seen.get()).isInstanceOf(Cancelled.class).hasMessageContaining("interrupted");
                assertThat(flag).isTrue();
            }
        }
    }

    @Nested
    class Names {
        @Test
        void areUniqueUnlessGiven() {
            run(() -> {
                Task<?> one = spawn(() -> 1);
                Task<?> other = spawn(() -> 1);
                try (var group = TaskGroup.open()) {
                    assertThat(group.spawn("mine", () -> 1).name()).isEqualTo("mine");
                    group.join();
                }

                assertThat(one.name()).isNotEqualTo(other.name()).isEqualTo(one.name());
                assertThat(one.toString()).contains(one.name());
            });
        }

        @Test
        void areTheSameForAllWhoAskAtTheSameTime() throws InterruptedException {
            try (EventLoop loop = EventLoop.open("names")) {
                for (int round = 0; round < 50; round++) {
                    Task<?> task = loop.spawn(() -> 1);
                    var start = new CountDownLatch(1);
                    var names = new ArrayList<AtomicReference<String>>();
                    var threads = new ArrayList<Thread>();
                    for (int i = 0; i < 3; i++) {
                        var name = new AtomicReference<String>();
                        names.add(name);
                        threads.add(Thread.startVirtualThread(() -> {
                            try {
                                start.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            name.set(task.name());
                        }));
                    }
                    start.countDown();
                    for (Thread thread : threads) {
                        thread.join();
                    }
                    assertThat(names.stream().map(AtomicReference::get).distinct())
                            .hasSize(1);
                }
            }
        }
    }

    @Test
    void aFailureThatSomebodyOnlyAskedForTooEarlyIsStillReported() {
        assertThatThrownBy(() -> run(() -> {
                    Task<?> task = spawn(() -> {
                        sleep(TICK);
                        throw new IllegalStateException("late");
                    });
                    assertThat(task.failure()).isNull();
                    task.join();
                }))
                .hasMessage("late");
    }

    @Test
    void isPromptlySeenAsEndedByAForeignThread() {
        try (EventLoop loop = EventLoop.open("seen")) {
            Task<Integer> task = loop.spawn(() -> 1);

            until("the task has ended", task::isDone);
            assertThat(task.result()).isEqualTo(1);
        }
    }
}

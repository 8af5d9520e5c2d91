package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.asCompleted;
import static dev.weft.Weft.await;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.gather;
import static dev.weft.Weft.gatherOutcomes;
import static dev.weft.Weft.race;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.waitUntil;
import static dev.weft.Weft.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import dev.weft.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Waiting for several things at once: gather, race, asCompleted, waitUntil, and stages of the JDK. */
class CombinatorsTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    /** A task that ends after some passes of the loop. */
    private static <T> Task<T> after(int passes, Callable<T> result) {
        return spawn(() -> {
            passes(passes);
            return result.call();
        });
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // it returns nothing, of whatever type the caller needs
    private static <T> T fail(String message) {
        throw new IllegalStateException(message);
    }

    @Nested
    class Gather {
        @Test
        @DisplayName("P043 outcomes are listed in the order of the blocks, once all have ended")
        void outcomesAreInOrder() {
            run(() -> {
                List<Outcome<Callable<String>, String>> outcomes = gatherOutcomes(
                        () -> {
                            passes(3);
                            return "slow";
                        },
                        () -> fail("boom"),
                        () -> "fast");

                assertThat(outcomes).extracting(Outcome::index).containsExactly(0L, 1L, 2L);
                assertThat(outcomes.get(0).result()).isEqualTo("slow");
                assertThat(outcomes.get(1).failure()).hasMessage("boom");
                assertThat(outcomes.get(2).result()).isEqualTo("fast");
            });
        }

        @Test
        @DisplayName("P045 a block that was cancelled by itself is an element of the outcomes")
        void aCancelledBlockIsAnOutcome() {
            run(() -> {
                var outcomes = gatherOutcomes(
                        () -> {
                            throw new Cancelled("my own wish", null);
                        },
                        () -> 1);

                assertThat(outcomes.getFirst().failure())
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("my own wish");
                assertThat(outcomes.getLast().succeeded()).isTrue();
            });
        }

        @Test
        @DisplayName("P038 outcomes do not swallow the cancellation of the caller")
        void outcomesDoNotSwallowACancellation() {
            run(() -> {
                Task<?> caller = spawn(() -> gatherOutcomes(() -> {
                    sleep(LONG);
                    return 1;
                }));
                passes(3);
                caller.cancel("enough");
                caller.join();

                assertThat(caller.isCancelled()).isTrue();
            });
        }

        @Test
        @DisplayName("P047 cancelling the caller cancels every block; cancelling it afterwards returns false")
        void cancellingTheCallerCancelsTheBlocks() {
            run(() -> {
                var ended = new ArrayList<String>();
                Task<?> caller =
                        spawn(() -> gather(() -> sleepUntilCancelled(ended), () -> sleepUntilCancelled(ended)));
                passes(3);
                caller.cancel("enough");
                caller.join();

                assertThat(ended).hasSize(2);
                assertThat(caller.isCancelled()).isTrue();
                assertThat(caller.cancel("again")).isFalse();
            });
        }

        private static String sleepUntilCancelled(List<String> ended) {
            try {
                sleep(LONG);
                return "never";
            } finally {
                ended.add("ended");
            }
        }

        @Test
        @DisplayName(
                "P044 a cancelled block makes gather fail with CancellationException, and the caller is not cancelled")
        void aCancelledBlockIsAFailureOfGather() {
            run(() -> {
                assertThatThrownBy(() -> gather(() -> {
                            throw new Cancelled("my own wish", null);
                        }))
                        .isInstanceOf(CancellationException.class);
                checkpoint();
            });
        }

        @Test
        void ofNothingIsEmpty() {
            run(() -> assertThat(gatherOutcomes(List.<Callable<Integer>>of())).isEmpty());
        }
    }

    @Nested
    class Race {
        @Test
        void theFirstSuccessWinsAndTheOthersAreCancelled() {
            run(() -> {
                var cancelled = new AtomicBoolean();
                String winner = race(
                        () -> {
                            try {
                                sleep(LONG);
                                return "slow";
                            } catch (Cancelled e) {
                                cancelled.set(true);
                                throw e;
                            }
                        },
                        () -> fail("boom"),
                        () -> {
                            passes(2);
                            return "fast";
                        });

                assertThat(winner).isEqualTo("fast");
                assertThat(cancelled).isTrue();
                checkpoint();
            });
        }

        @Test
        void nullIsASuccess() {
            run(() -> assertThat(Weft.<String>race(() -> null)).isNull());
        }

        @Test
        void ofFailuresOnlyThrowsTheFirstWithAllOthers() {
            run(() -> assertThatThrownBy(() -> race(
                            () -> {
                                passes(2);
                                throw new IOException("later");
                            },
                            () -> fail("first"),
                            () -> {
                                throw new Cancelled("my own wish", null);
                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("first")
                    .satisfies(e -> assertThat(Failures.of(e).all())
                            .extracting(Throwable::getMessage)
                            .contains("first", "later")
                            .hasSize(3)));
        }

        @Test
        void ofNoBlocksIsRefused() {
            run(() -> assertThatThrownBy(() -> race(List.<Callable<Integer>>of()))
                    .isInstanceOf(IllegalArgumentException.class));
        }

        @Test
        void isCancelledWithItsCaller() {
            run(() -> {
                var ended = new AtomicBoolean();
                assertThatThrownBy(() -> withTimeout(
                                TICK,
                                () -> race(() -> {
                                    try {
                                        sleep(LONG);
                                        return 1;
                                    } finally {
                                        ended.set(true);
                                    }
                                })))
                        .isInstanceOf(TimedOutException.class);
                assertThat(ended).isTrue();
            });
        }

        @Test
        void aLoserThatFailsWhileItEndsIsReportedAndChangesNothing() {
            run(() -> {
                var reported = new AtomicReference<Throwable>();
                Thread.currentThread().setUncaughtExceptionHandler((_, e) -> reported.set(e));
                int winner = race(
                        () -> {
                            try {
                                sleep(LONG);
                                return 1;
                            } finally {
                                fail("while cleaning up");
                            }
                        },
                        () -> {
                            passes(1);
                            return 2;
                        });

                assertThat(winner).isEqualTo(2);
                assertThat(reported.get()).hasMessage("while cleaning up");
            });
        }
    }

    @Nested
    class AsCompleted {
        @Test
        @DisplayName("P023 tasks come in the order in which they end")
        void inTheOrderOfTheirEnd() {
            run(() -> {
                List<Task<String>> tasks =
                        List.of(after(4, () -> "last"), after(0, () -> "first"), after(2, () -> "then"));
                var results = new ArrayList<String>();
                for (Task<String> task : asCompleted(tasks)) {
                    results.add(task.result());
                }

                assertThat(results).containsExactly("first", "then", "last");
            });
        }

        @Test
        @DisplayName("P024 P216 a task that is given twice comes once")
        void duplicatesComeOnce() {
            run(() -> {
                Task<Integer> task = after(1, () -> 5);
                assertThat(asCompleted(List.of(task, task))).containsExactly(task);
            });
        }

        @Test
        @DisplayName("P025 the iteration may stop and go on later; each task comes exactly once")
        void isResumable() {
            run(() -> {
                List<Task<Integer>> tasks = List.of(after(0, () -> 1), after(2, () -> 2), after(4, () -> 3));
                Iterable<Task<Integer>> completed = asCompleted(tasks);
                var seen = new ArrayList<Integer>();
                for (Task<Integer> task : completed) {
                    seen.add(task.result());
                    break;
                }
                for (Task<Integer> task : completed) {
                    seen.add(task.result());
                }

                assertThat(seen).containsExactly(1, 2, 3);
            });
        }

        @Test
        @DisplayName("P022 what ends before the limit comes; the step behind it throws; the rest goes on")
        void hasALimitForAll() {
            run(() -> {
                var gate = new Event();
                Task<Integer> quick = spawn(() -> 1);
                Task<Integer> slow = spawn(() -> {
                    gate.await();
                    return 2;
                });
                var iterator = asCompleted(List.of(slow, quick), TICK).iterator();

                assertThat(iterator.next()).isSameAs(quick);
                assertThatThrownBy(iterator::next)
                        .isInstanceOf(TimedOutException.class)
                        .hasMessageContaining("1 of 2 tasks");
                gate.set();
                assertThat(slow.await()).isEqualTo(2);
                assertThat(iterator.next()).isSameAs(slow);
            });
        }

        @Test
        @DisplayName("P215 tasks that have ended come before the time-out is thrown, also with a limit of zero")
        void givesWhatHasEndedBeforeItTimesOut() {
            run(() -> {
                Task<Integer> ended = spawn(() -> 1);
                ended.join();
                Task<Integer> slow = spawn(() -> {
                    sleep(LONG);
                    return 2;
                });
                var iterator = asCompleted(List.of(slow, ended), Duration.ZERO).iterator();

                assertThat(iterator.next()).isSameAs(ended);
                assertThatThrownBy(iterator::next).isInstanceOf(TimedOutException.class);
            });
        }

        @Test
        @DisplayName("P215 P216 over the tasks of a pool, from a thread")
        void coversTasksOfPools() throws InterruptedException {
            try (Pool pool = Pools.threads(2)) {
                var gate = new CountDownLatch(1);
                Task<Integer> held = pool.submit(() -> {
                    gate.await();
                    return 1;
                });
                Task<Integer> quick = pool.submit(() -> 2);
                var iterator = asCompleted(List.of(held, quick, held)).iterator();

                assertThat(iterator.next()).isSameAs(quick);
                gate.countDown();
                assertThat(iterator.next()).isSameAs(held);
                assertThat(iterator.hasNext()).isFalse();
            }
        }

        @Test
        void aFailedTaskComesLikeAnyOther() {
            run(() -> {
                Task<Integer> failing = spawn(() -> fail("boom"));
                Task<?> first = asCompleted(List.of(failing)).iterator().next();

                assertThat(first.failure()).hasMessage("boom");
            });
        }

        @Test
        void theWaitIsCancellable() {
            run(() -> {
                Task<?> never = spawn(() -> sleep(LONG));
                var iterator = asCompleted(List.of(never)).iterator();

                assertThatThrownBy(() -> withTimeout(TICK, iterator::next)).isInstanceOf(TimedOutException.class);
                never.cancel("enough");
                assertThat(iterator.next()).isSameAs(never);
            });
        }
    }

    @Nested
    class WaitUntil {
        @Test
        @DisplayName("P015 all are done and none is pending; waiting again returns at once")
        void allCompleted() {
            run(() -> {
                List<Task<Integer>> tasks = List.of(after(2, () -> 1), after(0, () -> 2));
                Waited<Task<Integer>> first = waitUntil(Until.ALL_COMPLETED, tasks);
                var other = new AtomicBoolean();
                spawn(() -> other.set(true));
                Waited<Task<Integer>> again = waitUntil(Until.ALL_COMPLETED, tasks);

                assertThat(first.done()).containsExactlyElementsOf(tasks);
                assertThat(first.pending()).isEmpty();
                assertThat(again).isEqualTo(first);
                assertThat(other).isFalse();
            });
        }

        @Test
        void firstCompleted() {
            run(() -> {
                Task<Integer> quick = after(1, () -> 1);
                Task<Integer> slow = after(5, () -> 2);
                Waited<Task<Integer>> waited = waitUntil(Until.FIRST_COMPLETED, List.of(slow, quick));

                assertThat(waited.done()).containsExactly(quick);
                assertThat(waited.pending()).containsExactly(slow);
                assertThat(slow.await()).isEqualTo(2);
            });
        }

        @Test
        @DisplayName("P017 tasks that end in the same pass as the first are done")
        void theSamePassCounts() {
            run(() -> {
                List<Task<Integer>> tasks = List.of(after(2, () -> 1), after(2, () -> 2), after(9, () -> 3));
                Waited<Task<Integer>> waited = waitUntil(Until.FIRST_COMPLETED, tasks);

                assertThat(waited.done()).containsExactly(tasks.get(0), tasks.get(1));
            });
        }

        @Test
        @DisplayName(
                "P018 P218 FIRST_EXCEPTION returns when a task fails, throws nothing, and has earlier successes too")
        void firstException() {
            run(() -> {
                Task<Integer> good = after(0, () -> 1);
                Task<Integer> bad = after(2, () -> fail("boom"));
                Task<Integer> slow = after(9, () -> 3);
                Waited<Task<Integer>> waited = waitUntil(Until.FIRST_EXCEPTION, List.of(good, bad, slow));

                assertThat(waited.done()).containsExactly(good, bad);
                assertThat(waited.pending()).containsExactly(slow);
                assertThat(bad.failure()).hasMessage("boom");
            });
        }

        @Test
        @DisplayName("P018 a cancelled task is no failure for FIRST_EXCEPTION")
        void aCancelledTaskIsNoException() {
            run(() -> {
                Task<?> cancelled = spawn(() -> sleep(LONG));
                cancelled.cancel("enough");
                Task<Integer> slow = after(3, () -> 3);
                Waited<Task<?>> waited = waitUntil(Until.FIRST_EXCEPTION, List.<Task<?>>of(cancelled, slow));

                assertThat(waited.pending()).isEmpty();
            });
        }

        @Test
        @DisplayName("P019 with ALL_COMPLETED a failure is only visible by asking the task")
        void aFailureIsNotThrown() {
            run(() -> {
                Task<Integer> bad = spawn(() -> fail("boom"));
                waitUntil(Until.ALL_COMPLETED, List.of(bad));

                assertThat(bad.failure()).hasMessage("boom");
            });
        }

        @Test
        @DisplayName("P019 a failure that waitUntil saw and nobody asked for is still reported")
        void doesNotCountAsHavingLooked() {
            assertThatThrownBy(() -> run(() -> {
                        waitUntil(Until.FIRST_EXCEPTION, List.of(spawn(() -> fail("boom"))));
                    }))
                    .hasMessage("boom");
        }

        @Test
        @DisplayName("P020 P220 when the time is over it returns the split, throws nothing and cancels nothing")
        void timesOutWithTheSplit() {
            run(() -> {
                var gate = new Event();
                Task<Integer> quick = spawn(() -> 1);
                Task<Integer> slow = spawn(() -> {
                    gate.await();
                    return 2;
                });
                Waited<Task<Integer>> waited = waitUntil(Until.ALL_COMPLETED, List.of(quick, slow), TICK);

                assertThat(waited.done()).containsExactly(quick);
                assertThat(waited.pending()).containsExactly(slow);
                gate.set();
                assertThat(slow.await()).isEqualTo(2);
            });
        }

        @Test
        @DisplayName("P218 P220 over the tasks of a pool, from a thread")
        void coversTasksOfPools() {
            try (Pool pool = Pools.threads(2)) {
                var gate = new CountDownLatch(1);
                Task<Integer> held = pool.submit(() -> {
                    gate.await();
                    return 1;
                });
                Task<Integer> bad = pool.submit(() -> fail("boom"));
                Waited<Task<Integer>> waited = waitUntil(Until.FIRST_EXCEPTION, List.of(held, bad));
                Waited<Task<Integer>> timed = waitUntil(Until.ALL_COMPLETED, List.of(held), TICK);
                gate.countDown();

                assertThat(waited.done()).containsExactly(bad);
                assertThat(timed.done()).isEmpty();
                assertThat(held.await()).isEqualTo(1);
            }
        }

        @Test
        void nothingIsRefused() {
            run(() -> assertThatThrownBy(() -> waitUntil(Until.ALL_COMPLETED, List.<Task<?>>of()))
                    .isInstanceOf(IllegalArgumentException.class));
        }

        @Test
        void isCancellable() {
            run(() -> {
                Task<?> never = spawn(() -> sleep(LONG));
                Task<?> waiter = spawn(() -> waitUntil(Until.ALL_COMPLETED, List.of(never)));
                passes(2);
                waiter.cancel("enough");
                waiter.join();

                assertThat(waiter.isCancelled()).isTrue();
                assertThat(never.isDone()).isFalse();
            });
        }
    }

    @Nested
    class AwaitShields {
        @Test
        @DisplayName("P033 cancelling the work itself ends the wait")
        void cancellingTheWorkEndsTheWait() {
            run(() -> {
                Task<?> work = spawn(() -> sleep(LONG));
                Task<?> waiter = spawn(() -> work.await());
                passes(2);
                work.cancel("enough");
                waiter.join();

                assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
            });
        }

        @Test
        @DisplayName("P034 a failure after the wait was cancelled is reported exactly once, at the end of the run")
        void aFailureAfterTheWaitWasCancelledIsReported() {
            assertThatThrownBy(() -> run(() -> {
                        Task<?> work = spawn(() -> {
                            passes(4);
                            fail("boom");
                        });
                        Task<?> waiter = spawn(() -> work.await());
                        passes(2);
                        waiter.cancel("enough");
                        waiter.join();
                        work.join();
                    }))
                    .hasMessage("boom")
                    .satisfies(e -> assertThat(Failures.of(e).all()).hasSize(1));
        }

        @Test
        @DisplayName("P035 P036 a cancelled wait does not stop a gather that runs as a task of its own")
        void leaveAGatherAlone() {
            run(() -> {
                var gate = new Event();
                Task<List<Integer>> both = spawn(() -> gather(
                        () -> {
                            gate.await();
                            return 1;
                        },
                        () -> 2));
                Task<?> waiter = spawn(() -> both.await());
                passes(3);
                waiter.cancel("enough");
                waiter.join();
                gate.set();

                assertThat(both.await()).containsExactly(1, 2);
            });
        }

        @Test
        @DisplayName("P008 P013 who awaits a cancelled task is told so and may let that end it")
        void aCancelledInnerTaskReachesTheWaiter() {
            run(() -> {
                Task<?> inner = spawn(() -> sleep(LONG));
                Task<?> outer = spawn(() -> inner.await());
                passes(2);
                inner.cancel("enough");
                outer.join();

                assertThat(outer.failure()).hasMessageContaining("enough");
            });
        }
    }

    @Nested
    class Stages {
        @Test
        void suspendTheCoroutineUntilTheyComplete() throws InterruptedException {
            var future = new CompletableFuture<String>();
            var completer = new Thread(() -> future.complete("done"));
            run(() -> {
                var other = new AtomicBoolean();
                Task<String> waiter = spawn(() -> await(future));
                spawn(() -> other.set(true)).join();
                completer.start();

                assertThat(waiter.await()).isEqualTo("done");
                assertThat(other).isTrue();
            });
            completer.join();
        }

        @Test
        void thatHaveCompletedReturnAtOnce() {
            run(() -> assertThat(await(CompletableFuture.completedFuture(5))).isEqualTo(5));
            assertThat(await(CompletableFuture.completedFuture(6))).isEqualTo(6);
        }

        @Test
        void failAsThemselves() {
            run(() -> {
                assertThatThrownBy(() -> await(CompletableFuture.supplyAsync(() -> fail("boom"))))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("boom");
                assertThatThrownBy(() -> await(CompletableFuture.failedFuture(new IOException("odd"))))
                        .isInstanceOf(TaskFailedException.class)
                        .hasCauseInstanceOf(IOException.class);
            });
        }

        @Test
        void thatAreCancelledAreNoCancellationOfTheCaller() {
            run(() -> {
                var future = new CompletableFuture<String>();
                future.cancel(false);
                assertThatThrownBy(() -> await(future)).isInstanceOf(CancellationException.class);
                checkpoint();
            });
        }

        @Test
        void areLeftAloneByACancelledWait() {
            run(() -> {
                var future = new CompletableFuture<String>();
                assertThatThrownBy(() -> withTimeout(TICK, () -> await(future))).isInstanceOf(TimedOutException.class);

                assertThat(future.isDone()).isFalse();
            });
        }

        @Test
        @DisplayName("P050 P053 a future of a task: cancelling it cancels the task")
        void theWayBack() {
            try (EventLoop loop = EventLoop.open("served")) {
                Task<?> task = loop.spawn(() -> {
                    sleep(LONG);
                    return null;
                });
                task.toCompletableFuture().cancel(true);
                task.join();

                assertThat(task.isCancelled()).isTrue();
                assertThat(catchThrowable(task::result)).isInstanceOf(CancellationException.class);
            }
        }
    }
}

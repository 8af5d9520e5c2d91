package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.waits;
import static dev.weft.TaskTest.failing;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The handle as others take it: as a future of the JDK, by callbacks, and as a stage. */
class TaskAsFutureTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Nested
    class AsAFuture {
        @Test
        void getWrapsAFailure() throws Exception {
            run(() -> {
                var failure = new IllegalStateException("bad");
                Task<?> task = failing(failure);

                assertThatThrownBy(task::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCause(failure)
                        .hasMessageContaining(task.name());
                assertThat(task.exceptionNow()).isSameAs(failure);
            });
        }

        @Test
        void getOfACancelledTaskThrowsCancellationException() {
            run(() -> {
                Task<?> task = spawn(() -> sleep(LONG));
                task.cancel(true);

                assertThatThrownBy(task::get).isInstanceOf(CancellationException.class);
                assertThatThrownBy(task::resultNow).isInstanceOf(IllegalStateException.class);
            });
        }

        @Test
        void getWithALimitTimesOutAndTheTaskGoesOn() throws Exception {
            run(() -> {
                var gate = new AtomicBoolean();
                Task<Integer> task = spawn(() -> {
                    while (!gate.get()) {
                        sleep(TICK);
                    }
                    return 1;
                });

                assertThatThrownBy(() -> task.get(2, TimeUnit.MILLISECONDS))
                        .isInstanceOf(TimeoutException.class)
                        .hasMessageContaining(task.name())
                        .hasMessageContaining("2 ms");
                assertThatThrownBy(() -> task.get(0, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
                assertThatThrownBy(() -> task.get(-1, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
                gate.set(true);
                assertThat(task.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            });
        }

        @Test
        void getIsEndedByAnInterruptWithAndWithoutALimit() throws InterruptedException {
            try (EventLoop loop = EventLoop.open("slow")) {
                Task<?> task = loop.spawn(() -> {
                    sleep(LONG);
                    return null;
                });
                var seen = new ArrayList<Throwable>();
                var flags = new ArrayList<Boolean>();
                for (boolean limited : List.of(false, true)) {
                    Thread waiter = Thread.ofPlatform().start(() -> {
                        seen.add(catchThrowable(() -> {
                            if (limited) {
                                task.get(1, TimeUnit.HOURS);
                            } else {
                                task.get();
                            }
                        }));
                        flags.add(Thread.currentThread().isInterrupted());
                    });
                    waits(waiter);
                    waiter.interrupt();
                    waiter.join();
                }

                assertThat(seen).hasSize(2).allSatisfy(e -> assertThat(e).isInstanceOf(InterruptedException.class));
                assertThat(flags).containsExactly(false, false);
            }
        }

        @Test
        void getWithALimitIsEndedByTheCancellationOfTheWaiter() {
            run(() -> {
                Task<?> task = spawn(() -> sleep(LONG));
                Task<?> waiter = spawn(() -> task.get(1, TimeUnit.HOURS));
                passes(2);
                waiter.cancel("enough");
                waiter.join();

                assertThat(waiter.isCancelled()).isTrue();
            });
        }
    }

    @Nested
    class Callbacks {
        @Test
        void whenDoneIsCalledOnceTheTaskHasEndedInTheOrderOfAsking() {
            run(() -> {
                var seen = new ArrayList<String>();
                Task<Integer> task = spawn(() -> {
                    sleep(TICK);
                    return 4;
                });
                for (int i = 0; i < 5; i++) {
                    int number = i;
                    task.whenDone(ended -> seen.add(number + ":" + ended.result()));
                }
                assertThat(seen).isEmpty();
                task.join();

                assertThat(seen).containsExactly("0:4", "1:4", "2:4", "3:4", "4:4");
            });
        }

        @Test
        void whenDoneOfAnEndedTaskIsCalledAtOnceInTheCaller() {
            run(() -> {
                Task<Integer> task = spawn(() -> 4);
                task.join();
                var caller = new AtomicReference<Thread>();
                task.whenDone(_ -> caller.set(Thread.currentThread()));

                assertThat(caller).hasValue(Thread.currentThread());
            });
        }

        @Test
        void whatACallbackThrowsGoesToTheHandlerAndDisturbsNothing() {
            var reported = new ArrayList<Throwable>();
            run(() -> {
                var seen = new ArrayList<Integer>();
                Task<Integer> task = spawn(() -> {
                    Thread.currentThread().setUncaughtExceptionHandler((_, e) -> reported.add(e));
                    sleep(TICK);
                    return 4;
                });
                task.whenDone(_ -> {
                    throw new IllegalStateException("callback");
                });
                task.whenDone(ended -> seen.add(ended.result()));

                assertThat(task.await()).isEqualTo(4);
                assertThat(seen).containsExactly(4);
            });
            assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasMessage("callback"));
        }

        @Test
        void aHandlerThatThrowsDoesNotKeepOthersFromBeingTold() {
            run(() -> {
                var seen = new ArrayList<Integer>();
                Task<Integer> task = spawn(() -> {
                    Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {
                        throw new IllegalStateException("handler");
                    });
                    sleep(TICK);
                    return 4;
                });
                task.whenDone(_ -> {
                    throw new IllegalStateException("callback");
                });
                task.whenDone(ended -> seen.add(ended.result()));

                assertThat(task.await()).isEqualTo(4);
                assertThat(seen).containsExactly(4);
            });
        }
    }

    @Nested
    class Completable {
        @Test
        void endsWithTheResult() throws Exception {
            run(() -> {
                CompletableFuture<Integer> future = spawn(() -> 6).toCompletableFuture();
                until(future);
                assertThat(future.getNow(0)).isEqualTo(6);
            });
        }

        @Test
        void endsWithTheFailureItself() {
            run(() -> {
                var failure = new IOException("disk");
                CompletableFuture<?> future = failing(failure).toCompletableFuture();
                until(future);
                assertThat(future.exceptionNow()).isSameAs(failure);
            });
        }

        @Test
        void endsCancelledAsTheTaskDoes() {
            run(() -> {
                Task<?> task = spawn(() -> sleep(LONG));
                CompletableFuture<?> future = task.toCompletableFuture();
                task.cancel("stop");
                until(future);

                assertThat(future.isCancelled()).isTrue();
                assertThatThrownBy(future::join)
                        .isInstanceOf(CancellationException.class)
                        .hasStackTraceContaining("stop");
            });
        }

        @Test
        void cancellingItCancelsTheTask() {
            run(() -> {
                Task<?> task = spawn(() -> sleep(LONG));
                task.toCompletableFuture().cancel(false);
                task.join();

                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void completingItByHandLeavesTheTaskAlone() {
            run(() -> {
                Task<Integer> task = spawn(() -> {
                    sleep(TICK);
                    return 2;
                });
                CompletableFuture<Integer> future = task.toCompletableFuture();
                future.complete(1);

                assertThat(task.await()).isEqualTo(2);
                assertThat(future.getNow(0)).isEqualTo(1);
            });
        }

        @Test
        void eachOneIsNew() {
            run(() -> {
                Task<Integer> task = spawn(() -> 2);

                assertThat(task.toCompletableFuture()).isNotSameAs(task.toCompletableFuture());
            });
        }

        private static void until(Future<?> future) {
            while (!future.isDone()) {
                sleep(TICK);
            }
        }
    }
}

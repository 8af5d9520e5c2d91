package dev.weft.loop;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an event loop calls and when, and what it refuses. */
class EventLoopTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    private final List<EventLoop.Report> reports = new ArrayList<>();
    private final EventLoop loop = EventLoop.builder()
            .name("tested")
            .exceptionHandler(report -> {
                synchronized (reports) {
                    reports.add(report);
                }
            })
            .open();

    @AfterEach
    void close() {
        loop.close();
    }

    private List<EventLoop.Report> reports() {
        synchronized (reports) {
            return List.copyOf(reports);
        }
    }

    @Nested
    class CallSoon {
        @Test
        @DisplayName("P163 calls from another thread wake the loop and are made in their order")
        void fromAnotherThreadWakesTheLoopAndKeepsOrder() throws Exception {
            var order = new ArrayList<Integer>();
            for (int i = 0; i < 1_000; i++) {
                int number = i;
                loop.callSoon(() -> order.add(number));
            }
            loop.callSoon(() -> {}).get();

            assertThat(order).hasSize(1_000).isSorted();
        }

        @Test
        @DisplayName("T015 calls from each of several threads are made in the order of that thread")
        void fromSeveralThreadsKeepTheOrderOfEach() throws Exception {
            var seen = new ArrayList<int[]>();
            var threads = new ArrayList<Thread>();
            for (int t = 0; t < 4; t++) {
                int thread = t;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 500; i++) {
                        int[] call = {thread, i};
                        loop.callSoon(() -> seen.add(call));
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            loop.callSoon(() -> {}).get();

            assertThat(seen).hasSize(2_000);
            for (int t = 0; t < 4; t++) {
                int thread = t;
                assertThat(seen.stream()
                                .filter(call -> call[0] == thread)
                                .map(call -> call[1])
                                .toList())
                        .isSorted();
            }
        }

        @Test
        void neverRunsTheFunctionInside() {
            loop.call(() -> {
                var called = new AtomicBoolean();
                loop.callSoon(() -> called.set(true));
                assertThat(called).isFalse();
                passes(1);
                assertThat(called).isTrue();
            });
        }

        @Test
        void addedByACallIsMadeInTheNextPass() {
            loop.call(() -> {
                var order = new ArrayList<String>();
                loop.callSoon(() -> {
                    order.add("first");
                    loop.callSoon(() -> order.add("added"));
                });
                loop.callSoon(() -> order.add("second"));
                passes(1);
                assertThat(order).containsExactly("first", "second");
                passes(1);
                assertThat(order).containsExactly("first", "second", "added");
            });
        }

        @Test
        void mayWait() throws Exception {
            var done = new AtomicBoolean();
            loop.callSoon(() -> {
                        sleep(TICK);
                        done.set(true);
                    })
                    .get();

            assertThat(done).isTrue();
        }
    }

    @Nested
    class Handles {
        @Test
        @DisplayName("P164 a call can be called off from another thread before it is made")
        void areCancelledFromAnotherThread() throws Exception {
            var called = new AtomicBoolean();
            var gate = new AtomicBoolean();
            loop.callSoon(() -> {
                while (!gate.get()) {
                    Thread.onSpinWait(); // holds the loop
                }
            });
            EventLoop.Handle handle = loop.callSoon(() -> called.set(true));
            handle.cancel();
            gate.set(true);
            loop.callSoon(() -> {}).get();

            assertThat(called).isFalse();
            assertThat(handle.isCancelled()).isTrue();
            assertThat(handle.isDone()).isTrue();
            assertThatThrownBy(handle::get).isInstanceOf(CancellationException.class);
        }

        @Test
        void thatWereCalledCannotBeCancelled() throws Exception {
            EventLoop.Handle handle = loop.callSoon(() -> {});
            handle.get();

            assertThat(handle.cancel(true)).isFalse();
            assertThat(handle.isCancelled()).isFalse();
            assertThat(handle.state()).isEqualTo(java.util.concurrent.Future.State.SUCCESS);
        }

        @Test
        void tellWhoWaitsWhatTheFunctionThrew() {
            var failure = new IllegalStateException("mine");
            EventLoop.Handle handle = loop.callSoon(() -> {
                throw failure;
            });

            assertThatThrownBy(handle::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCause(failure);
            assertThat(handle.exceptionNow()).isSameAs(failure);
        }

        @Test
        void tellHowLongItTakes() {
            EventLoop.Handle soon = loop.callLater(Duration.ofMinutes(1), () -> {});
            EventLoop.Handle late = loop.callLater(Duration.ofMinutes(2), () -> {});

            assertThat(soon.getDelay(TimeUnit.SECONDS)).isBetween(1L, 60L);
            assertThat(soon.compareTo(late)).isNegative();
        }

        @Test
        void canBeWaitedForWithALimit() {
            EventLoop.Handle handle = loop.callLater(LONG, () -> {});

            assertThatThrownBy(() -> handle.get(1, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(handle.isDone()).isFalse();
        }

        @Test
        void ofCallsThatTheLoopDidNotComeToAreCancelled() {
            EventLoop.Handle handle = loop.callLater(LONG, () -> {});
            loop.callSoon(() -> {});
            loop.close();

            assertThat(handle.isCancelled()).isTrue();
        }
    }

    @Nested
    class Timers {
        @Test
        void areCalledInTheOrderOfTheirTimes() throws Exception {
            loop.call(() -> {
                var order = new ArrayList<Integer>();
                Duration now = loop.time();
                for (int millis : new int[] {3, 1, 2, 1}) {
                    loop.callAt(now.plusMillis(millis), () -> order.add(millis));
                }
                loop.callAt(now.plusMillis(4), () -> order.add(4)).get();

                assertThat(order).containsExactly(1, 1, 2, 3, 4);
            });
        }

        @Test
        void areNotCalledBeforeTheirTime() throws Exception {
            Duration due = loop.time().plusMillis(5);
            var called = new AtomicReference<Duration>();
            loop.callAt(due, () -> called.set(loop.time())).get();

            assertThat(called.get()).isGreaterThanOrEqualTo(due);
        }

        @Test
        void ofATimeThatIsOverAreCalledInTheNextPass() {
            loop.call(() -> {
                sleep(TICK);
                var called = new AtomicBoolean();
                loop.callAt(Duration.ZERO, () -> called.set(true));
                assertThat(called).isFalse();
                passes(2);
                assertThat(called).isTrue();
            });
        }

        @Test
        void withANegativeDelayAreRefused() {
            assertThatThrownBy(() -> loop.callLater(Duration.ofMillis(-1), () -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("negative");
        }

        @Test
        void forAnAbsurdTimeAreAccepted() {
            EventLoop.Handle handle = loop.callLater(Duration.ofSeconds(Long.MAX_VALUE), () -> {});
            EventLoop.Handle other = loop.callAt(Duration.ofSeconds(Long.MAX_VALUE), () -> {});

            assertThat(loop.call(() -> 1)).isEqualTo(1);
            handle.cancel();
            other.cancel();
        }
    }

    @Nested
    class Closed {
        @Test
        @DisplayName("P170 every way to schedule something on a closed loop is refused")
        void refusesEverything() {
            loop.close();

            List<ThrowingCallable> entries = Arrays.asList(
                    () -> loop.spawn(() -> 1),
                    () -> loop.spawn("named", () -> 1),
                    () -> loop.spawn(() -> sleep(TICK)),
                    () -> loop.callSoon(() -> {}),
                    () -> loop.callLater(TICK, () -> {}),
                    () -> loop.callAt(Duration.ZERO, () -> {}),
                    () -> loop.call(() -> 1),
                    () -> loop.run(() -> 1),
                    () -> loop.execute(() -> {}),
                    () -> loop.submit(() -> 1),
                    () -> loop.submit(() -> {}, 1),
                    () -> loop.schedule(() -> 1, 1, TimeUnit.MILLISECONDS),
                    () -> loop.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.MILLISECONDS),
                    () -> loop.scheduleWithFixedDelay(() -> {}, 1, 1, TimeUnit.MILLISECONDS),
                    () -> loop.invokeAll(List.of(() -> 1)),
                    () -> loop.invokeAny(List.of(() -> 1)));
            assertThat(entries)
                    .allSatisfy(entry -> assertThatThrownBy(entry)
                            .isInstanceOf(RejectedExecutionException.class)
                            .hasMessageContaining("'tested' is closed")
                            .hasMessageContaining("open another loop"));
        }

        @Test
        @DisplayName("P152 closing twice is fine")
        void closesTwice() {
            loop.close();
            loop.close();

            assertThat(loop.isTerminated()).isTrue();
            assertThat(loop.isShutdown()).isTrue();
            assertThat(loop.isRunning()).isFalse();
        }

        @Test
        void isNotClosedByItself() {
            assertThatThrownBy(() -> loop.call(() -> loop.close()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("would wait for itself");
            assertThat(loop.call(() -> 1)).isEqualTo(1);
        }
    }

    @Nested
    class Nothing {
        @Test
        void isRefusedAtOnceAndLeavesTheLoopAlive() {
            List<ThrowingCallable> entries = Arrays.asList(
                    () -> loop.spawn((Callable<?>) null),
                    () -> loop.spawn((String) null, () -> 1),
                    () -> loop.callSoon(null),
                    () -> loop.callLater(TICK, null),
                    () -> loop.callLater(null, () -> {}),
                    () -> loop.execute(null),
                    () -> loop.submit((Callable<?>) null),
                    () -> loop.submit((Runnable) null),
                    () -> loop.schedule((Callable<?>) null, 1, TimeUnit.SECONDS),
                    () -> loop.scheduleAtFixedRate(null, 1, 1, TimeUnit.SECONDS));
            assertThat(entries).allSatisfy(entry -> assertThatThrownBy(entry).isInstanceOf(NullPointerException.class));
            assertThat(loop.call(() -> 1)).isEqualTo(1);
        }
    }

    @Nested
    class Current {
        @Test
        void isTheLoopOfATask() {
            assertThat(loop.call(EventLoop::current)).isSameAs(loop);
        }

        @Test
        void isTheLoopOfACallback() throws Exception {
            var seen = new AtomicReference<EventLoop>();
            loop.callSoon(() -> seen.set(EventLoop.current())).get();

            assertThat(seen).hasValue(loop);
        }

        @Test
        void isRefusedElsewhere() {
            assertThatThrownBy(EventLoop::current)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Weft.run");
        }

        @Test
        void servesOtherThreadsWhileABlockRuns() throws Exception {
            var seen = new AtomicReference<Integer>();
            Weft.run(() -> {
                EventLoop block = EventLoop.current();
                assertThat(EventLoop.current()).isSameAs(block);
                Thread other = Thread.ofPlatform().start(() -> seen.set(block.call(() -> 7)));
                while (seen.get() == null) {
                    sleep(TICK);
                }
                assertThatThrownBy(block::close).hasMessageContaining("ends with its block");
                other.join();
            });

            assertThat(seen).hasValue(7);
        }

        @Test
        void refusesTasksWhenItsBlockHasEnded() {
            EventLoop block = Weft.run(EventLoop::current);

            assertThat(block.isTerminated()).isTrue();
            assertThatThrownBy(() -> block.spawn(() -> 1)).isInstanceOf(RejectedExecutionException.class);
        }

        @Test
        @DisplayName("P029 loop and task are right after every step of two tasks that take turns, and absent outside")
        void isRightAfterEveryStep() {
            loop.call(() -> {
                try (var group = TaskGroup.open()) {
                    for (int i = 0; i < 2; i++) {
                        String name = "turns-" + i;
                        group.spawn(name, () -> {
                            for (int k = 0; k < 20; k++) {
                                assertThat(EventLoop.current()).isSameAs(loop);
                                assertThat(loop.inLoop()).isTrue();
                                assertThat(Task.current().orElseThrow().name()).isEqualTo(name);
                                sleep(Duration.ZERO);
                            }
                            return null;
                        });
                    }
                    group.join();
                }
            });
            assertThat(loop.inLoop()).isFalse();
            assertThat(Task.current()).isEmpty();
        }
    }

    @Nested
    class Reports {
        @Test
        void tellOfAFunctionThatThrows() {
            var failure = new IllegalStateException("mine");
            EventLoop.Handle handle = loop.callSoon(() -> {
                throw failure;
            });
            until("it is reported", () -> !reports().isEmpty());

            assertThat(reports()).singleElement().satisfies(report -> {
                assertThat(report.loop()).isSameAs(loop);
                assertThat(report.exception()).isSameAs(failure);
                assertThat((Object) report.handle()).isSameAs(handle);
                assertThat(report.message()).contains("tested", "mine");
            });
            assertThat(loop.call(() -> 1)).isEqualTo(1);
        }

        @Test
        void tellOfWhatExecuteWasGiven() {
            var failure = new IllegalStateException("mine");
            loop.execute(() -> {
                throw failure;
            });
            until("it is reported", () -> !reports().isEmpty());

            assertThat(reports()).singleElement().satisfies(report -> {
                assertThat(report.exception()).isSameAs(failure);
                assertThat(report.task()).isNotNull();
            });
        }

        @Test
        void tellOfACallbackAtTheEndOfATask() {
            var failure = new IllegalStateException("in whenDone");
            loop.call(() -> {
                Task<Integer> task = loop.spawn(() -> 1);
                task.whenDone(_ -> {
                    throw failure;
                });
                return task.await();
            });

            assertThat(reports()).singleElement().satisfies(report -> {
                assertThat(report.exception()).isSameAs(failure);
            });
        }

        @Test
        @DisplayName("P141 a leftover task that fails when it is cancelled is reported at the end")
        void tellOfLeftoversThatFail() {
            var failure = new IllegalStateException("while cleaning up");
            loop.call(() -> {
                loop.spawn(() -> {
                    try {
                        sleep(LONG);
                    } catch (Cancelled _) {
                        throw failure;
                    }
                });
                passes(2);
            });
            assertThat(reports()).isEmpty();
            loop.close();

            assertThat(reports()).singleElement().satisfies(report -> {
                assertThat(report.exception()).isSameAs(failure);
                assertThat(report.task()).isNotNull();
                assertThat(report.message()).contains("nobody looked at it");
            });
        }

        @Test
        void doNotTellOfFailuresThatSomebodyReceived() {
            Task<Object> task = loop.spawn(() -> {
                throw new IllegalStateException("seen");
            });
            assertThatThrownBy(task::await).hasMessage("seen");
            loop.close();

            assertThat(reports()).isEmpty();
        }

        @Test
        void doNotPileUpInALoopThatRunsForLong() {
            loop.call(() -> {
                for (int i = 0; i < 5_000; i++) {
                    loop.spawn(() -> {
                        throw new IllegalStateException("lost");
                    });
                    if (i % 100 == 0) {
                        passes(1);
                    }
                }
            });
            assertThat(reports()).hasSizeGreaterThan(1_000);
            loop.close();

            assertThat(reports()).hasSize(5_000);
        }

        @Test
        @DisplayName("P156 a handler that fails is reported itself, and the loop goes on")
        void ofAFailingHandlerGoToTheThread() throws Exception {
            var seen = new AtomicReference<Throwable>();
            try (EventLoop strict = EventLoop.builder()
                    .name("strict")
                    .exceptionHandler(_ -> {
                        throw new IllegalStateException("the handler itself");
                    })
                    .open()) {
                strict.callSoon(() -> {
                    Thread.currentThread().setUncaughtExceptionHandler((_, e) -> seen.set(e));
                    throw new IllegalArgumentException("what it was told");
                });
                until("it is reported", () -> seen.get() != null);

                assertThat(seen.get())
                        .hasMessageContaining("exception handler of loop 'strict' failed")
                        .hasRootCauseMessage("the handler itself");
                assertThat(seen.get().getSuppressed())
                        .singleElement()
                        .satisfies(told -> assertThat(told).hasMessage("what it was told"));
                assertThat(strict.call(() -> 1)).isEqualTo(1);
            }
        }
    }

    @Nested
    class DebugMode {
        private final EventLoop debugged =
                EventLoop.builder().name("debugged").debug(true).open();

        @AfterEach
        void close() {
            debugged.close();
        }

        @Test
        void failuresTellWhereTheTaskWasStarted() {
            Task<?> task = startedHere();

            assertThat(catchThrowable(task::await).getSuppressed()).anySatisfy(start -> {
                assertThat(start).hasMessageContaining("was started here");
                assertThat(start.getStackTrace())
                        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("startedHere"));
            });
        }

        private Task<?> startedHere() {
            return debugged.spawn(() -> {
                throw new IllegalStateException("mine");
            });
        }

        @Test
        void nothingIsKeptOfTasksThatSucceed() {
            assertThat(debugged.spawn(() -> 1).await()).isEqualTo(1);
        }

        @Test
        @DisplayName(
                "P154 what belongs to the loop is refused to other threads, in debug mode and outside; all else is safe from anywhere")
        void whatBelongsToTheLoopIsRefusedToOtherThreads() {
            for (EventLoop each : List.of(loop, debugged)) {
                each.call(() -> {
                    try (var group = TaskGroup.open()) {
                        var seen = new AtomicReference<Throwable>();
                        Thread other =
                                Thread.ofPlatform().start(() -> seen.set(catchThrowable(() -> group.spawn(() -> 1))));
                        while (other.isAlive()) {
                            sleep(TICK);
                        }
                        assertThat(seen.get())
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("is not on loop '" + each.name() + "'")
                                .hasMessageContaining("EventLoop.spawn");
                        group.join();
                    }
                });
            }
        }
    }
}

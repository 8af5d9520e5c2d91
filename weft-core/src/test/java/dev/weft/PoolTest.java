package dev.weft;

import static dev.weft.Eventually.until;
import static dev.weft.Eventually.waits;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One face: what holds for every pool inside this JVM. */
@SuppressWarnings({"ModifiedButNotUsed", "ImmutableEnumChecker"}) // an enum of openers, and work that only fills a list
class PoolTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    enum Kind {
        SEQUENTIAL(Pools::sequential),
        THREADS(() -> Pools.threads(2)),
        VIRTUAL(Pools::virtual),
        VIRTUAL_LIMITED(() -> Pools.virtual(2)),
        LOOPS(() -> Pools.loops(2));

        private final Supplier<Pool> opener;

        Kind(Supplier<Pool> opener) {
            this.opener = opener;
        }

        Pool open() {
            return opener.get();
        }
    }

    static List<Kind> concurrentKinds() {
        return List.of(Kind.THREADS, Kind.VIRTUAL, Kind.VIRTUAL_LIMITED, Kind.LOOPS);
    }

    @Nested
    @ParameterizedClass
    @EnumSource
    class Every {
        @Parameter
        private Kind kind;

        @Test
        void givesTheResultOfAJob() {
            try (Pool pool = kind.open()) {
                assertThat(pool.submit(() -> 6 * 7).await()).isEqualTo(42);
            }
        }

        @Test
        void givesTheResultOfACallable() {
            try (Pool pool = kind.open()) {
                Callable<String> work = () -> "called";

                assertThat(pool.submit(work).await()).isEqualTo("called");
            }
        }

        @Test
        void runsARunnable() {
            try (Pool pool = kind.open()) {
                var ran = new AtomicBoolean();
                Runnable work = () -> ran.set(true);

                assertThat(pool.submit(work).await()).isNull();
                assertThat(ran).isTrue();
                assertThat(pool.submit(work, "given").await()).isEqualTo("given");
            }
        }

        @Test
        void givesANullResult() {
            try (Pool pool = kind.open()) {
                Task<String> task = pool.submit(() -> (String) null);

                assertThat(task.await()).isNull();
            }
        }

        @Test
        void throwsWhatTheWorkThrew() {
            try (Pool pool = kind.open()) {
                var unchecked = new IllegalStateException("mine");
                var checked = new IOException("disk");
                var error = new StackOverflowError("deep");
                Task<?> first = pool.submit((Callable<?>) () -> {
                    throw unchecked;
                });
                Task<?> second = pool.submit((Callable<?>) () -> {
                    throw checked;
                });
                Task<?> third = pool.submit((Callable<?>) () -> {
                    throw error;
                });

                assertThatThrownBy(first::await).isSameAs(unchecked);
                assertThatThrownBy(second::await)
                        .isInstanceOf(TaskFailedException.class)
                        .hasCause(checked);
                assertThatThrownBy(() -> second.await(IOException.class)).isSameAs(checked);
                assertThatThrownBy(third::await).isSameAs(error);
                assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
            }
        }

        @Test
        void acceptsWorkFromItsOwnWork() {
            try (Pool pool = kind.open()) {
                var inner = new AtomicReference<Task<Integer>>();
                pool.submit(() -> {
                            inner.set(pool.submit(() -> 3));
                            return null;
                        })
                        .join();

                assertThat(inner.get().await()).isEqualTo(3);
            }
        }

        @Test
        void reportsWhatExecutedWorkThrowsToTheHandler() {
            var reported = new AtomicReference<Throwable>();
            Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
            Thread.setDefaultUncaughtExceptionHandler((_, e) -> reported.set(e));
            try (Pool pool = kind.open()) {
                pool.execute(() -> {
                    throw new IllegalStateException("executed");
                });
                until("the failure is reported", () -> reported.get() != null);

                assertThat(reported.get()).hasMessage("executed");
                assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
            } finally {
                Thread.setDefaultUncaughtExceptionHandler(before);
            }
        }

        @Test
        void refusesWorkAfterClose() {
            Pool pool = kind.open();
            pool.close();

            assertThatThrownBy(() -> pool.submit(() -> 1))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining(pool.name())
                    .hasMessageContaining("open another pool");
            assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.isShutdown()).isTrue();
            assertThat(pool.isTerminated()).isTrue();
        }

        @Test
        void closesAsOftenAsAsked() {
            Pool pool = kind.open();
            pool.submit(() -> 1).join();
            pool.close();
            pool.close();
            pool.closeNow("again");
            pool.shutdown();

            assertThat(pool.shutdownNow()).isEmpty();
        }

        @Test
        void terminatesOnceShutDownAndIdle() throws InterruptedException {
            Pool pool = kind.open();
            pool.submit(() -> 1).join();
            assertThat(pool.isShutdown()).isFalse();
            assertThat(pool.isTerminated()).isFalse();
            assertThat(pool.awaitTermination(1, MILLISECONDS)).isFalse();
            pool.shutdown();

            assertThat(pool.awaitTermination(10, SECONDS)).isTrue();
            pool.close();
        }

        @Test
        void refusesToBeClosedByItsOwnWork() {
            try (Pool pool = kind.open()) {
                for (Runnable close : List.<Runnable>of(pool::close, () -> pool.closeNow("from within"))) {
                    Throwable refusal =
                            pool.submit(() -> catchThrowable(close::run)).await();

                    assertThat(refusal)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(pool.name())
                            .hasMessageContaining("shutdown()");
                }
                assertThat(pool.isShutdown()).isFalse();
            }
        }

        @Test
        void refusesToBeClosedByItsOwnWorkThatGoesThroughAnotherPool() {
            try (Pool pool = kind.open();
                    Pool inner = Pools.sequential()) {
                Throwable refusal = pool.submit(() ->
                                inner.submit(() -> catchThrowable(pool::close)).await())
                        .await();

                assertThat(refusal).isInstanceOf(IllegalStateException.class);
            }
        }

        @Test
        void mayBeShutDownByItsOwnWork() {
            Pool pool = kind.open();
            pool.submit(() -> {
                        pool.shutdown();
                        return null;
                    })
                    .join();
            pool.close();

            assertThat(pool.isTerminated()).isTrue();
        }

        @Test
        void countsWhatItDid() {
            Pool pool = kind.open();
            pool.submit(() -> 1).join();
            pool.submit(() -> 2).join();
            pool.submit((Callable<?>) () -> {
                        throw new IOException("disk");
                    })
                    .join();
            pool.close();

            assertThat(pool.statistics()).isEqualTo(new PoolStatistics(3, 2, 1, 0));
            assertThat(pool.statistics().pending()).isZero();
        }

        @Test
        void doesNotCountWhatItRefused() {
            Pool pool = kind.open();
            pool.close();
            var _ = catchThrowable(() -> pool.submit(() -> 1));

            assertThat(pool.statistics()).isEqualTo(new PoolStatistics(0, 0, 0, 0));
        }

        @Test
        void invokesAll() throws Exception {
            try (Pool pool = kind.open()) {
                List<Future<Integer>> futures = pool.invokeAll(List.of(
                        () -> 1,
                        () -> {
                            throw new IllegalStateException("two");
                        },
                        () -> 3));

                assertThat(futures).allMatch(Future::isDone);
                assertThat(futures.getFirst().get()).isEqualTo(1);
                assertThat(futures.get(1).exceptionNow()).hasMessage("two");
                assertThat(futures.getLast().get()).isEqualTo(3);
                assertThat(pool.invokeAll(List.<Callable<Integer>>of())).isEmpty();
            }
        }

        @Test
        void invokesAny() throws Exception {
            try (Pool pool = kind.open()) {
                assertThat(pool.<Integer>invokeAny(List.of(
                                () -> {
                                    throw new IllegalStateException("one");
                                },
                                () -> 2)))
                        .isEqualTo(2);
            }
        }

        @Test
        void invokeAnyFailsIfAllFail() {
            try (Pool pool = kind.open()) {
                assertThatThrownBy(() -> pool.invokeAny(List.<Callable<Integer>>of(
                                () -> {
                                    throw new IllegalStateException("one");
                                },
                                () -> {
                                    throw new IllegalStateException("two");
                                })))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> pool.invokeAny(List.<Callable<Integer>>of()))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void describesItself() {
            try (Pool pool = kind.open()) {
                assertThat(pool.toString()).contains(pool.name()).contains("open");
                pool.shutdown();
                assertThat(pool.toString()).doesNotContain("open");
            }
        }

        @Test
        void makesTheWorkSeeWhatWasWrittenBeforeAndTheWaiterWhatTheWorkWrote() {
            try (Pool pool = kind.open()) {
                for (int i = 0; i < 100; i++) {
                    int[] plain = {i, 0};
                    pool.submit(() -> {
                                plain[1] = plain[0] + 1;
                                return null;
                            })
                            .join();
                    assertThat(plain[1]).isEqualTo(i + 1);
                }
            }
        }

        @Test
        void endsEveryTaskHoweverManyAreSubmitted() {
            try (Pool pool = kind.open()) {
                var sum = new AtomicInteger();
                List<Task<?>> tasks = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    tasks.add(pool.submit(() -> sum.incrementAndGet()));
                }
                tasks.forEach(Task::join);

                assertThat(sum).hasValue(2_000);
            }
        }
    }

    @Nested
    @ParameterizedClass
    @MethodSource("dev.weft.PoolTest#concurrentKinds")
    class Concurrent {
        @Parameter
        private Kind kind;

        /** Work that lasts until the gate opens, on a thread or on a loop. */
        private static Callable<String> waitingFor(AtomicBoolean gate) {
            return () -> {
                while (!gate.get()) {
                    sleep(TICK);
                }
                return "through";
            };
        }

        private static Callable<Void> forever(CountDownLatch started) {
            return () -> {
                started.countDown();
                sleep(LONG);
                return null;
            };
        }

        @Test
        void closeWaitsForTheWork() throws InterruptedException {
            Pool pool = kind.open();
            var gate = new AtomicBoolean();
            Task<String> task = pool.submit(waitingFor(gate));
            Thread closer = Thread.ofPlatform().start(pool::close);
            waits(closer);
            assertThat(pool.isTerminated()).isFalse();
            gate.set(true);
            closer.join();

            assertThat(task.result()).isEqualTo("through");
            assertThat(pool.isTerminated()).isTrue();
        }

        @Test
        void closeNowCancelsTheWork() throws InterruptedException {
            Pool pool = kind.open();
            var started = new CountDownLatch(1);
            Task<?> running = pool.submit(forever(started));
            started.await();
            List<Task<?>> more = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                more.add(pool.submit(forever(new CountDownLatch(1))));
            }
            pool.closeNow("the day is over");

            assertThatThrownBy(running::await)
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("the day is over");
            assertThat(more).allMatch(Task::isCancelled);
            assertThat(pool.statistics()).isEqualTo(new PoolStatistics(11, 0, 0, 11));
        }

        @Test
        void shutdownNowCancelsTheWorkAndDoesNotWait() throws InterruptedException {
            Pool pool = kind.open();
            var started = new CountDownLatch(1);
            Task<?> running = pool.submit(forever(started));
            started.await();

            assertThat(pool.shutdownNow()).isEmpty();
            running.join();
            assertThat(running.isCancelled()).isTrue();
            assertThat(pool.awaitTermination(10, SECONDS)).isTrue();
            pool.close();
        }

        @Test
        void aCloseThatIsInterruptedCancelsTheWorkAndStillWaits() throws InterruptedException {
            Pool pool = kind.open();
            var started = new CountDownLatch(1);
            Task<?> running = pool.submit(forever(started));
            started.await();
            var seen = new AtomicReference<Throwable>();
            var flag = new AtomicBoolean();
            Thread closer = Thread.ofPlatform().start(() -> {
                seen.set(catchThrowable(pool::close));
                flag.set(Thread.currentThread().isInterrupted());
            });
            waits(closer);
            closer.interrupt();
            closer.join();

            assertThat(seen.get()).isInstanceOf(Cancelled.class);
            assertThat(flag).isTrue();
            assertThat(running.isCancelled()).isTrue();
            assertThat(pool.isTerminated()).isTrue();
        }

        @Test
        void aTaskThatRunsCanBeCancelled() throws InterruptedException {
            try (Pool pool = kind.open()) {
                var started = new CountDownLatch(1);
                Task<?> task = pool.submit(forever(started));
                started.await();

                assertThat(task.cancel("enough")).isTrue();
                assertThat(task.cancel("again")).isFalse();
                assertThatThrownBy(task::await)
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("enough");
                assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
            }
        }

        @Test
        void theWorkSeesTheReason() throws InterruptedException {
            try (Pool pool = kind.open()) {
                var seen = new AtomicReference<Throwable>();
                var started = new CountDownLatch(1);
                Task<?> task = pool.submit(() -> {
                    seen.set(catchThrowable(() -> {
                        started.countDown();
                        sleep(LONG);
                    }));
                    return null;
                });
                started.await();
                task.cancel("enough");
                task.join();

                assertThat(seen.get())
                        .isInstanceOfSatisfying(
                                Cancelled.class, e -> assertThat(e.reason()).isEqualTo("enough"));
            }
        }

        @Test
        void aTaskInLineIsCancelledWithoutRunning() throws InterruptedException {
            try (Pool pool = kind.open()) {
                var gate = new CountDownLatch(1);
                List<Task<?>> blockers = new ArrayList<>();
                int busy = kind == Kind.VIRTUAL ? 0 : 2;
                var entered = new CountDownLatch(busy);
                for (int i = 0; i < busy; i++) {
                    blockers.add(pool.submit(() -> {
                        entered.countDown();
                        while (gate.getCount() > 0) { // holds the thread, and a loop too
                            Thread.onSpinWait();
                        }
                        return null;
                    }));
                }
                entered.await();
                var ran = new AtomicBoolean();
                Task<?> task = pool.submit(() -> {
                    ran.set(true);
                    sleep(LONG);
                    return null;
                });
                assertThat(task.cancel("changed my mind")).isTrue();
                gate.countDown();
                task.join();

                assertThat(task.isCancelled()).isTrue();
                assertThat(busy == 0 || !ran.get()).isTrue();
            }
        }

        @Test
        void aWaiterMayGiveUpWithoutTheTask() throws Exception {
            try (Pool pool = kind.open()) {
                var gate = new AtomicBoolean();
                Task<String> task = pool.submit(waitingFor(gate));

                assertThatThrownBy(() -> task.get(2, MILLISECONDS)).isInstanceOf(TimeoutException.class);
                gate.set(true);
                assertThat(task.get(10, SECONDS)).isEqualTo("through");
            }
        }

        @Test
        void invokeAllWithALimitCancelsWhatIsNotDone() throws Exception {
            try (Pool pool = kind.open()) {
                List<Future<Integer>> futures = pool.invokeAll(
                        List.of(() -> 1, () -> {
                            sleep(LONG);
                            return 2;
                        }),
                        20,
                        MILLISECONDS);

                assertThat(futures).hasSize(2);
                until("the second task has ended", futures.getLast()::isDone);
                assertThat(futures.getLast().isCancelled()).isTrue();
            }
        }

        @Test
        void invokeAllThatIsInterruptedCancelsItsTasks() throws Exception {
            try (Pool pool = kind.open()) {
                var started = new CountDownLatch(1);
                var ended = new AtomicBoolean();
                var seen = new AtomicReference<Throwable>();
                Thread caller = Thread.ofPlatform()
                        .start(() -> seen.set(catchThrowable(() -> pool.invokeAll(List.<Callable<Void>>of(() -> {
                            try {
                                started.countDown();
                                sleep(LONG);
                            } finally {
                                ended.set(true);
                            }
                            return null;
                        })))));
                started.await();
                waits(caller);
                caller.interrupt();
                caller.join();

                assertThat(seen.get()).isInstanceOf(InterruptedException.class);
                until("the task has been cancelled", ended::get);
            }
        }

        @Test
        void invokeAnyCancelsTheOthers() throws Exception {
            try (Pool pool = kind.open()) {
                var cancelled = new AtomicBoolean();
                var started = new CountDownLatch(1);
                String first = pool.invokeAny(List.<Callable<String>>of(
                        () -> {
                            try {
                                started.countDown();
                                sleep(LONG);
                            } catch (Cancelled e) {
                                cancelled.set(true);
                                throw e;
                            }
                            return "slow";
                        },
                        () -> {
                            while (started.getCount() > 0) {
                                sleep(TICK);
                            }
                            return "fast";
                        }));

                assertThat(first).isEqualTo("fast");
                until("the other is cancelled", cancelled::get);
            }
        }

        @Test
        void invokeAnyWithALimitTimesOut() {
            try (Pool pool = kind.open()) {
                assertThatThrownBy(() -> pool.invokeAny(
                                List.<Callable<Void>>of(() -> {
                                    sleep(LONG);
                                    return null;
                                }),
                                5,
                                MILLISECONDS))
                        .isInstanceOf(TimeoutException.class);
            }
        }

        @Test
        void invokeAnyIsEndedByAnInterrupt() throws InterruptedException {
            try (Pool pool = kind.open()) {
                var seen = new AtomicReference<Throwable>();
                Thread caller = Thread.ofPlatform()
                        .start(() -> seen.set(catchThrowable(() -> pool.invokeAny(
                                List.<Callable<Void>>of(() -> {
                                    sleep(LONG);
                                    return null;
                                }),
                                1,
                                HOURS))));
                waits(caller);
                caller.interrupt();
                caller.join();

                assertThat(seen.get()).isInstanceOf(InterruptedException.class);
            }
        }

        @Test
        void awaitTerminationIsEndedByAnInterrupt() throws InterruptedException {
            Pool pool = kind.open();
            var seen = new AtomicReference<Throwable>();
            Thread caller =
                    Thread.ofPlatform().start(() -> seen.set(catchThrowable(() -> pool.awaitTermination(1, HOURS))));
            waits(caller);
            caller.interrupt();
            caller.join();
            pool.close();

            assertThat(seen.get()).isInstanceOf(InterruptedException.class);
        }

        @Test
        void waitingForItFromACoroutineLeavesTheLoopAlone() {
            try (Pool pool = kind.open()) {
                run(() -> {
                    var gate = new AtomicBoolean();
                    Task<String> task = pool.submit(waitingFor(gate));
                    Task<String> waiter = spawn(() -> task.await());
                    sleep(TICK);
                    assertThat(waiter.isDone()).isFalse();
                    gate.set(true);

                    assertThat(waiter.await()).isEqualTo("through");
                });
            }
        }

        @Test
        void closingItFromACoroutineLeavesTheLoopAlone() {
            run(() -> {
                Pool pool = kind.open();
                var gate = new AtomicBoolean();
                Task<String> task = pool.submit(waitingFor(gate));
                Task<?> closer = spawn(() -> pool.close());
                sleep(TICK);
                assertThat(closer.isDone()).isFalse();
                gate.set(true);
                closer.await();

                assertThat(task.result()).isEqualTo("through");
            });
        }

        @Test
        void aCloseWhoseCoroutineIsCancelledCancelsTheWorkAndStillWaits() {
            run(() -> {
                Pool pool = kind.open();
                var started = new CountDownLatch(1);
                Task<?> task = pool.submit(forever(started));
                while (started.getCount() > 0) {
                    sleep(TICK);
                }
                Task<?> closer = spawn(() -> pool.close());
                sleep(TICK);
                closer.cancel("enough");
                closer.join();

                assertThat(closer.isCancelled()).isTrue();
                assertThat(task.isCancelled()).isTrue();
                assertThat(pool.isTerminated()).isTrue();
            });
        }

        @Test
        void aCallbackMayUseThePool() {
            try (Pool pool = kind.open()) {
                var second = new CompletableFuture<Integer>();
                pool.submit(() -> 1)
                        .whenDone(first ->
                                pool.submit(() -> 2).whenDone(task -> second.complete(first.result() + task.result())));

                assertThat(second.join()).isEqualTo(3);
            }
        }
    }

    @Nested
    class Sequential {
        @Test
        void doesTheWorkInTheSubmittingThreadBeforeSubmitReturns() {
            try (Pool pool = Pools.sequential()) {
                Task<Thread> task = pool.submit(Thread::currentThread);

                assertThat(task.isDone()).isTrue();
                assertThat(task.result()).isSameAs(Thread.currentThread());
                assertThat(pool.parallelism()).isEqualTo(1);
            }
        }

        @Test
        void worksInACoroutineThatWaits() {
            run(() -> {
                try (Pool pool = Pools.sequential()) {
                    Task<String> task = pool.submit(() -> {
                        sleep(TICK);
                        return "done";
                    });
                    assertThat(task.result()).isEqualTo("done");
                }
            });
        }
    }

    @Nested
    class Threads {
        @Test
        void areDaemonsNamedAfterThePoolAndNoMoreThanAsked() {
            try (Pool pool = Pools.threads(2)) {
                var running = new AtomicInteger();
                var most = new AtomicInteger();
                var pairs = new CyclicBarrier(2);
                List<Task<Thread>> tasks = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    tasks.add(pool.submit(() -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        pairs.await();
                        running.decrementAndGet();
                        return Thread.currentThread();
                    }));
                }
                assertThat(tasks).allSatisfy(task -> {
                    assertThat(task.await().isDaemon()).isTrue();
                    assertThat(task.await().isVirtual()).isFalse();
                    assertThat(task.await().getName()).startsWith("threads-");
                });
                assertThat(most).hasValue(2);
                assertThat(pool.parallelism()).isEqualTo(2);
            }
        }

        @Test
        void areInterruptedWhenTheirTaskIsCancelledAndNotAfterwards() throws InterruptedException {
            try (Pool pool = Pools.threads(1)) {
                for (int i = 0; i < 200; i++) {
                    var started = new CountDownLatch(1);
                    Task<?> task = pool.submit(() -> {
                        started.countDown();
                        Thread.sleep(LONG);
                        return null;
                    });
                    Task<Boolean> next =
                            pool.submit(() -> Thread.currentThread().isInterrupted());
                    started.await();
                    task.cancel("enough");
                    task.join();

                    assertThat(task.isCancelled()).isTrue();
                    assertThat(next.await()).isFalse();
                }
            }
        }

        @Test
        void aCancelledWaitOfWorkLeavesItsThreadInterrupted() throws InterruptedException {
            try (Pool pool = Pools.threads(1)) {
                var started = new CountDownLatch(1);
                var flag = new AtomicBoolean();
                Task<?> task = pool.submit(() -> {
                    try {
                        started.countDown();
                        sleep(LONG);
                    } finally {
                        flag.set(Thread.currentThread().isInterrupted());
                    }
                    return null;
                });
                started.await();
                task.cancel("enough");
                task.join();

                assertThat(flag).isTrue();
            }
        }
    }

    @Nested
    class Virtual {
        @Test
        void startsTasksInTheOrderOfSubmission() throws InterruptedException {
            var order = new ArrayList<Integer>();
            Thread submitter = Thread.startVirtualThread(
                    () -> { // so that other carriers steal the threads it starts
                        try (Pool pool = Pools.virtual(1)) {
                            for (int i = 0; i < 2000; i++) {
                                int number = i;
                                pool.submit(() -> order.add(number));
                            }
                        }
                    });
            submitter.join();

            assertThat(order).hasSize(2000).isSorted();
        }

        @Test
        void leavesOutWhatIsCancelledInLine() {
            try (Pool pool = Pools.virtual(1)) {
                var gate = new CountDownLatch(1);
                var ran = new ArrayList<String>();
                pool.submit(() -> {
                    gate.await();
                    return null;
                });
                Task<?> cancelled = pool.submit(() -> ran.add("cancelled"));
                Task<?> behind = pool.submit(() -> ran.add("behind"));
                cancelled.cancel("not needed");
                gate.countDown();
                behind.await();

                assertThat(ran).containsExactly("behind");
            }
        }

        @Test
        void aLimitIsKept() {
            try (Pool pool = Pools.virtual(3)) {
                var running = new AtomicInteger();
                var most = new AtomicInteger();
                List<Task<Thread>> tasks = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    tasks.add(pool.submit(() -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        Thread.sleep(1);
                        running.decrementAndGet();
                        return Thread.currentThread();
                    }));
                }
                assertThat(tasks)
                        .allSatisfy(task -> assertThat(task.await().isVirtual()).isTrue());
                assertThat(most).hasValueLessThanOrEqualTo(3);
                assertThat(pool.parallelism()).isEqualTo(3);
            }
            try (Pool pool = Pools.virtual()) {
                assertThat(pool.parallelism()).isEqualTo(Integer.MAX_VALUE);
            }
        }

        @Test
        @Tag("loop-only")
        void workSubmittedInACoroutineDoesNotRunOnItsLoop() {
            run(() -> {
                try (Pool pool = Pools.virtual()) {
                    var stop = new AtomicBoolean();
                    Task<?> task = pool.submit(() -> stop.set(true));
                    while (!stop.get()) { // holds the loop
                        Thread.onSpinWait();
                    }
                    task.join();
                }
            });
        }
    }

    @Nested
    class Loops {
        @Test
        void tasksAreCoroutinesOfSeveralLoops() {
            try (Pool pool = Pools.loops(2)) {
                List<Task<Integer>> tasks = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    tasks.add(pool.submit(() -> Weft.gather(() -> number, () -> {
                                sleep(TICK);
                                return number;
                            })
                            .getLast()));
                }
                for (int i = 0; i < 100; i++) {
                    assertThat(tasks.get(i).await()).isEqualTo(i);
                }
            }
        }

        @Test
        void aFailureIsNotReportedAgainWhenThePoolCloses() {
            Pool pool = Pools.loops(1);
            pool.submit((Callable<?>) () -> {
                        throw new IllegalStateException("nobody looks");
                    })
                    .join();
            pool.close();
        }
    }

    @Nested
    class Refusals {
        @Test
        void aPoolNeedsAtLeastOneOfEach() {
            assertThatThrownBy(() -> Pools.threads(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0");
            assertThatThrownBy(() -> Pools.virtual(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Pools.loops(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}

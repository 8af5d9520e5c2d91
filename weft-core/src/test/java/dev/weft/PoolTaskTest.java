package dev.weft;

import static dev.weft.Eventually.until;
import static dev.weft.Eventually.waits;
import static dev.weft.Weft.sleep;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The handles of work, and the end of its pool, in every pool inside this JVM. */
@Timeout(30)
class PoolTaskTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static final class Plan {
        private int length() {
            return 4;
        }
    }

    @Nested
    @ParameterizedClass
    @EnumSource
    class Every {
        @Parameter
        private PoolKind kind;

        @Test
        @DisplayName("P214 a pool keeps nothing of a task that has ended, and neither does its handle")
        void keepsNothingOfATaskThatHasEnded() {
            try (Pool pool = kind.open()) {
                List<Task<?>> handles = new ArrayList<>();
                List<WeakReference<Plan>> plans = new ArrayList<>();
                for (boolean fails : List.of(false, true)) {
                    var plan = new Plan();
                    plans.add(new WeakReference<>(plan));
                    Plan given = plan;
                    handles.add(pool.submit(() -> {
                        if (fails) {
                            throw new IllegalStateException("planned");
                        }
                        return given.length();
                    }));
                    handles.getLast().join();
                }

                until("the plans are collected", () -> {
                    System.gc();
                    return plans.stream().allMatch(plan -> plan.get() == null);
                });
                assertThat(handles).allMatch(Task::isDone);
            }
        }

        @Test
        @DisplayName("P222 a callback that fails is reported and the following ones are called")
        void aCallbackThatFailsIsReportedAndTheFollowingAreCalled() {
            var reported = new ConcurrentLinkedQueue<Throwable>();
            List<Integer> called = new CopyOnWriteArrayList<>();
            Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
            Thread.setDefaultUncaughtExceptionHandler((_, e) -> reported.add(e));
            try (Pool pool = kind.open()) {
                Task<Integer> task = pool.submit(() -> 1);
                var all = new CountDownLatch(3);
                for (int i = 1; i <= 3; i++) {
                    int number = i;
                    task.whenDone(_ -> {
                        called.add(number);
                        all.countDown();
                        if (number == 2) {
                            throw new IllegalStateException("the second");
                        }
                    });
                }
                until("all are called", () -> all.getCount() == 0);
                until("the failure is reported", () -> !reported.isEmpty());
            } finally {
                Thread.setDefaultUncaughtExceptionHandler(before);
            }

            assertThat(called).containsExactly(1, 2, 3);
            assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasMessage("the second"));
        }

        @Test
        @DisplayName("P223 a callback that is added after the end is called at once by who adds it")
        void aCallbackAddedAfterTheEndIsCalledAtOnce() {
            try (Pool pool = kind.open()) {
                Task<Integer> task = pool.submit(() -> 5);
                task.join();
                var caller = new AtomicReference<Thread>();
                task.whenDone(ended -> caller.set(ended.result() == 5 ? Thread.currentThread() : null));

                assertThat(caller).hasValue(Thread.currentThread());
            }
        }

        @Test
        @DisplayName("P232 submit, cancel at once and shut down does not hang")
        void submitCancelAndShutDownDoesNotHang() throws InterruptedException {
            for (int round = 0; round < 100; round++) {
                Pool pool = kind.open();
                Task<?> task = pool.submit(() -> sleep(Duration.ZERO));
                task.cancel("at once");
                if (round % 2 == 0) {
                    pool.shutdown();
                }
                pool.close();

                assertThat(task.isDone()).isTrue();
                assertThat(pool.awaitTermination(0, SECONDS)).isTrue();
            }
        }

        @Test
        @DisplayName("P304 a task that waits for its own end is refused")
        void aTaskThatWaitsForItselfIsRefused() {
            try (Pool pool = kind.open()) {
                var own = new AtomicReference<Task<?>>();
                var ready = new AtomicBoolean();
                Task<Throwable> task = pool.submit(() -> {
                    while (kind != PoolKind.SEQUENTIAL && !ready.get()) {
                        sleep(Duration.ZERO);
                    }
                    Task<?> self = own.get();
                    return self == null ? null : catchThrowable(self::await);
                });
                own.set(task);
                ready.set(true);
                if (kind != PoolKind.SEQUENTIAL) { // where nobody has the handle before the end
                    assertThat(task.await())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(task.name());
                }
            }
        }

        @Test
        @DisplayName("P226 what a task needs set up first fails that task where it fails, and the pool lives on")
        void aFailingSetUpFailsItsTaskAndThePoolLivesOn() {
            var fails = new AtomicBoolean(true);
            ThreadLocal<Plan> perThread = ThreadLocal.withInitial(() -> {
                if (fails.get()) {
                    throw new IllegalStateException("no plan");
                }
                return new Plan();
            });
            try (Pool pool = kind.open()) {
                assertThatThrownBy(() ->
                                pool.submit(() -> perThread.get().length()).await())
                        .hasMessage("no plan");
                fails.set(false);
                assertThat(pool.submit(() -> perThread.get().length()).await()).isEqualTo(4);
            }
        }
    }

    @Nested
    @ParameterizedClass
    @MethodSource("dev.weft.PoolKind#concurrent")
    class Concurrent {
        @Parameter
        private PoolKind kind;

        @Test
        @DisplayName("P006 P224 a thread that waits for the result is released by a cancellation, and told the reason")
        void aThreadThatWaitsIsReleasedByACancellation() throws InterruptedException {
            try (Pool pool = kind.open()) {
                for (boolean get : List.of(true, false)) {
                    Task<?> task = pool.submit(() -> sleep(LONG));
                    var seen = new AtomicReference<Throwable>();
                    Thread waiter = Thread.ofPlatform()
                            .start(() -> seen.set(catchThrowable(() -> {
                                if (get) {
                                    task.get();
                                } else {
                                    task.await();
                                }
                            })));
                    waits(waiter);
                    task.cancel("no longer wanted");
                    waiter.join();

                    assertThat(seen.get())
                            .isInstanceOf(CancellationException.class)
                            .hasMessageContaining("no longer wanted")
                            .cause()
                            .isInstanceOfSatisfying(
                                    Cancelled.class,
                                    why -> assertThat(why.reason()).isEqualTo("no longer wanted"));
                }
            }
        }

        @Test
        @DisplayName(
                "P133 a cancelled task is done, throws cancellation whatever is asked, and cannot be cancelled again")
        void aCancelledTaskStaysCancelled() {
            try (Pool pool = kind.open()) {
                Task<?> task = pool.submit(() -> sleep(LONG));

                assertThat(task.cancel("enough")).isTrue();
                task.join();
                assertThat(task.isDone()).isTrue();
                assertThat(task.state()).isEqualTo(Future.State.CANCELLED);
                for (var ask : List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        task::await, task::result, task::get, () -> task.get(0, SECONDS))) {
                    assertThatThrownBy(ask).isInstanceOf(CancellationException.class);
                }
                assertThatThrownBy(task::exceptionNow).isInstanceOf(IllegalStateException.class);
                assertThat(task.cancel("once more")).isFalse();
            }
        }

        @Test
        @DisplayName("P231 a shutdown that cancels drops what has not started; what has, and does not react, completes")
        void whatDoesNotReactToTheShutdownCompletes() throws InterruptedException {
            Pool pool = kind.open();
            var gate = new AtomicBoolean();
            var started = new CountDownLatch(2);
            List<Task<String>> busy = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                busy.add(pool.submit(() -> {
                    started.countDown();
                    while (!gate.get()) { // holds the thread, and a loop too
                        Thread.onSpinWait();
                    }
                    return "complete";
                }));
            }
            started.await();
            List<Task<?>> more = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                more.add(pool.submit(() -> sleep(LONG)));
            }
            pool.shutdownNow();
            gate.set(true);
            pool.close();

            assertThat(busy).extracting(Task::result).containsOnly("complete");
            assertThat(more).allMatch(Task::isCancelled);
        }

        @Test
        @DisplayName("P233 a shutdown that does not wait still completes what was submitted, and the workers end")
        void aShutdownThatDoesNotWaitCompletesTheWork() {
            Pool pool = kind.open();
            Set<Thread> threads = java.util.concurrent.ConcurrentHashMap.newKeySet();
            var gate = new AtomicBoolean();
            List<Task<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                tasks.add(pool.submit(() -> {
                    threads.add(Thread.currentThread());
                    while (!gate.get()) {
                        sleep(Duration.ofMillis(1));
                    }
                    return number;
                }));
            }
            pool.shutdown();
            assertThat(pool.isTerminated()).isFalse();
            gate.set(true);

            assertThat(tasks).extracting(Task::await).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            until("the pool has terminated", pool::isTerminated);
            until("its threads have ended", () -> threads.stream().noneMatch(Thread::isAlive));
        }

        @Test
        @DisplayName("P324 P336 tasks that run at the same time do not see each other's values")
        void tasksDoNotSeeEachOthersValues() {
            ScopedValue<Integer> scoped = ScopedValue.newInstance();
            var local = new ThreadLocal<Integer>();
            try (Pool pool = kind.open()) {
                var both = new AtomicInteger();
                List<Task<List<Integer>>> tasks = new ArrayList<>();
                for (int i = 1; i <= 2; i++) {
                    int number = i;
                    tasks.add(pool.submit(() -> {
                        local.set(number);
                        return ScopedValue.where(scoped, number).call(() -> {
                            both.incrementAndGet();
                            while (both.get() < 2) {
                                sleep(Duration.ofMillis(1));
                            }
                            return List.of(local.get(), scoped.get());
                        });
                    }));
                }

                assertThat(tasks.getFirst().await()).containsExactly(1, 1);
                assertThat(tasks.getLast().await()).containsExactly(2, 2);
                assertThat(pool.submit(scoped::isBound).await()).isFalse();
                assertThat(local.get()).isNull();
            }
        }
    }

    @Nested
    @ParameterizedClass
    @MethodSource("dev.weft.PoolKind#concurrent")
    class Together {
        @Parameter
        private PoolKind kind;

        private final CountDownLatch gate = new CountDownLatch(1);

        // Work that ends when the test is over.
        private Task<Void> late(Pool pool) {
            return pool.submit(() -> {
                while (gate.getCount() > 0) {
                    sleep(Duration.ofMillis(1));
                }
                return null;
            });
        }

        @Test
        @DisplayName("P216 as completed, a task that is given twice comes out once")
        void asCompletedGivesATaskOnce() {
            try (Pool pool = kind.open()) {
                Task<Integer> one = pool.submit(() -> 1);
                Task<Integer> two = pool.submit(() -> 2);

                assertThat(Weft.asCompleted(List.of(one, two, one, two))).containsExactlyInAnyOrder(one, two);
            }
        }

        @Test
        @DisplayName("P215 as completed, what has ended comes before the time-out is thrown, with a time of zero too")
        void asCompletedGivesWhatHasEndedBeforeTheTimeOut() {
            try (Pool pool = kind.open()) {
                Task<?> slow = late(pool);
                Task<Integer> fast = pool.submit(() -> 1);
                fast.join();
                var iterator =
                        Weft.asCompleted(List.of(slow, fast), Duration.ZERO).iterator();

                assertThat(iterator.next()).isSameAs(fast);
                assertThatThrownBy(iterator::next).isInstanceOf(TimedOutException.class);
                assertThat(slow.isDone()).isFalse();
                gate.countDown();
            }
        }

        @Test
        @DisplayName("P218 a wait for the first failure has the earlier successes among the done")
        void waitForTheFirstFailure() {
            try (Pool pool = kind.open()) {
                Task<?> good = pool.submit(() -> 1);
                good.join();
                Task<?> bad = pool.submit((java.util.concurrent.Callable<?>) () -> {
                    throw new IllegalStateException("planned");
                });
                bad.join();
                Task<?> slow = late(pool);

                Waited<Task<?>> waited = Weft.waitUntil(Until.FIRST_EXCEPTION, List.of(slow, good, bad));

                assertThat(waited.done()).containsExactlyInAnyOrder(good, bad);
                assertThat(waited.pending()).containsExactly(slow);
                gate.countDown();
            }
        }

        @Test
        @DisplayName("P220 a wait that times out returns both sets and cancels nothing")
        void waitThatTimesOut() {
            try (Pool pool = kind.open()) {
                Task<?> good = pool.submit(() -> 1);
                good.join();
                Task<?> slow = late(pool);

                Waited<Task<?>> waited = Weft.waitUntil(Until.ALL_COMPLETED, List.of(slow, good), Duration.ofMillis(5));

                assertThat(waited.done()).containsExactly(good);
                assertThat(waited.pending()).containsExactly(slow);
                assertThat(slow.isDone()).isFalse();
                gate.countDown();
            }
        }
    }

    @Test
    @DisplayName("P228 one submission after the other uses the same idle worker")
    void anIdleThreadIsUsedAgainBeforeAnotherIsStarted() {
        try (Pool pool = Pools.threads(4)) {
            Set<Thread> threads = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                Thread thread = pool.submit(Thread::currentThread).await();
                waits(thread); // only then it is idle
                threads.add(thread);
            }

            assertThat(threads).hasSize(1);
        }
    }

    @Test
    void allThreadsAreUsedWhereTheyAreNeeded() {
        try (Pool pool = Pools.threads(4)) {
            for (int round = 0; round < 3; round++) {
                var together = new CyclicBarrier(4);
                List<Task<Integer>> tasks = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    tasks.add(pool.submit(() -> together.await(20, SECONDS)));
                }
                tasks.forEach(Task::await);
            }
        }
    }
}

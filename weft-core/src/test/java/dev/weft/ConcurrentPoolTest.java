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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every pool that does not work in the thread of who submits. */
@ParameterizedClass
@MethodSource("dev.weft.PoolKind#concurrent")
@SuppressWarnings("ModifiedButNotUsed") // work that only fills a list
class ConcurrentPoolTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Parameter
    private PoolKind kind;

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
            int busy = kind == PoolKind.VIRTUAL ? 0 : 2;
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

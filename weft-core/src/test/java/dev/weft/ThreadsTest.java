package dev.weft;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the JDK gives for threads, from coroutines and pools. */
@Timeout(30)
class ThreadsTest {
    @Test
    @DisplayName("P297 many threads and coroutines may join one thread, and one task, at the same time")
    void manyMayJoinOneThread() throws InterruptedException {
        var gate = new CountDownLatch(1);
        Thread joined = Thread.ofPlatform().start(() -> quietly(gate));
        var returned = new AtomicInteger();
        List<Thread> joiners = new ArrayList<>();
        try (Pool pool = Pools.virtual()) {
            Task<?> task = pool.submit(() -> quietly(gate));
            for (int i = 0; i < 5; i++) {
                joiners.add(Thread.ofPlatform().start(() -> {
                    try {
                        joined.join();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    task.join();
                    returned.incrementAndGet();
                }));
            }
            joiners.forEach(Eventually::waits);
            Thread opener = Thread.ofPlatform().start(gate::countDown);
            run(() -> {
                List<Task<?>> coroutines = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    coroutines.add(spawn(() -> {
                        joined.join();
                        task.join();
                        returned.incrementAndGet();
                    }));
                }
                coroutines.forEach(Task::await);
            });
            opener.join();
            for (Thread joiner : joiners) {
                joiner.join();
            }
        }

        assertThat(returned).hasValue(25);
    }

    private static void quietly(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("P305 a thread that has started cannot become a daemon, and a coroutine is one for good")
    void daemonStatusCannotChangeAfterTheStart() {
        run(() -> {
            var gate = new CountDownLatch(1);
            Thread thread = Thread.ofPlatform().start(() -> quietly(gate));
            assertThatThrownBy(() -> thread.setDaemon(true)).isInstanceOf(IllegalThreadStateException.class);
            gate.countDown();
            assertThatThrownBy(() -> Thread.currentThread().setDaemon(false))
                    .isInstanceOf(IllegalArgumentException.class);
        });
    }

    private record Seen(Thread thread, Throwable failure) {}

    @Test
    @DisplayName("P306 the handler of uncaught exceptions gets the exception with its stack, and the thread")
    void theHandlerGetsTheExceptionAndTheThread() throws InterruptedException {
        var seen = new ConcurrentLinkedQueue<Seen>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> seen.add(new Seen(thread, e)));
        try {
            Thread failing = run(() -> {
                Thread thread = Thread.ofPlatform().unstarted(ThreadsTest::explode);
                thread.start();
                thread.join();
                return thread;
            });

            assertThat(seen).singleElement().satisfies(one -> {
                assertThat(one.thread()).isSameAs(failing);
                assertThat(one.failure()).hasMessage("planned");
                assertThat(one.failure().getStackTrace()[0].getMethodName()).isEqualTo("explode");
            });
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private static void explode() {
        throw new IllegalStateException("planned");
    }

    @Test
    @DisplayName("P307 where the handler of a thread fails the one for all threads gets both failures")
    void aHandlerThatFailsIsReportedToTheOneForAll() {
        var seen = new AtomicReference<Throwable>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, e) -> seen.set(e));
        var submitted = new CountDownLatch(1); // work that has failed before is reported by who submits it
        try (Pool pool = Pools.threads(1)) {
            pool.execute(() -> {
                quietly(submitted);
                Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {
                    throw new IllegalArgumentException("the handler");
                });
                explode();
            });
            submitted.countDown();
            until("the failure is reported", () -> seen.get() != null);

            assertThat(seen.get()).hasMessage("planned");
            assertThat(seen.get().getSuppressed())
                    .singleElement()
                    .satisfies(handler -> assertThat(handler).hasMessage("the handler"));
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}

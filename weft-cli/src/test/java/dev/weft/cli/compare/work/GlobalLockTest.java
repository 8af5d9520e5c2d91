package dev.weft.cli.compare.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GlobalLockTest {
    private final GlobalLock lock = new GlobalLock();

    @Test
    void oneThreadHoldsItAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int k = 0; k < 2_000; k++) {
                    lock.acquire();
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    lock.release();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(most).hasValue(1);
    }

    @Test
    void holderIsAskedToGiveWayAndDoesNotTakeItBackFirst() throws Exception {
        lock.acquire();
        CountDownLatch got = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Thread other = Thread.ofPlatform().start(() -> {
            lock.acquire();
            got.countDown();
            awaitQuietly(leave);
            lock.release();
        });
        while (!lock.dropRequested()) {
            Thread.onSpinWait();
        }
        Thread opener = Thread.ofPlatform().start(() -> {
            awaitQuietly(got);
            leave.countDown();
        });

        lock.handOver();

        // It came back only after the other had had it.
        assertThat(got.await(0, TimeUnit.SECONDS)).isTrue();
        lock.release();
        other.join();
        opener.join();
    }

    @Test
    void nobodyIsAskedToGiveWayWhileNobodyWaits() throws Exception {
        lock.acquire();
        Thread passing = Thread.ofPlatform().start(() -> {
            lock.acquire();
            lock.release();
        });
        while (!lock.dropRequested()) {
            Thread.onSpinWait();
        }
        lock.release();
        passing.join();

        lock.acquire();

        assertThat(lock.dropRequested()).isFalse();
        lock.release();
    }

    @Test
    void interruptStaysPendingAndDoesNotLoseTheLock() throws Exception {
        lock.acquire();
        boolean[] interrupted = new boolean[1];
        Thread waiter = Thread.ofPlatform().start(() -> {
            lock.acquire();
            interrupted[0] = Thread.currentThread().isInterrupted();
            lock.release();
        });
        waiter.interrupt();
        lock.release();
        waiter.join();

        assertThat(interrupted[0]).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

package dev.weft;

import static dev.weft.Eventually.until;
import static dev.weft.Eventually.waits;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Threads that somebody starts inside a coroutine live on the loop's scheduler and outlive the loop. */
class LeftoverThreadsTest {
    private static final Duration TICK = Duration.ofMillis(1);

    /** Starts a virtual thread inside a loop that ends while the thread waits. */
    private static Thread leftover(Runnable body) {
        return run(() -> {
            Thread thread = Thread.startVirtualThread(body);
            while (!waiting(thread)) {
                sleep(TICK);
            }
            return thread;
        });
    }

    private static boolean waiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    void goesOnWhenAnotherThreadWakesIt() throws InterruptedException {
        var gate = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        leftover(() -> {
            await(gate);
            done.countDown();
        });

        Thread.ofPlatform().start(gate::countDown);

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void goesOnWhenTheThreadThatRanItsLoopWakesIt() throws InterruptedException {
        var gate = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        leftover(() -> {
            await(gate);
            done.countDown();
        });

        gate.countDown();

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void goesOnWhenACoroutineOfTheNextLoopOnThatThreadWakesIt() throws InterruptedException {
        var gate = new CountDownLatch(1);
        var done = new CountDownLatch(1);
        leftover(() -> {
            await(gate);
            done.countDown();
        });

        run(gate::countDown);

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void wakesFromATimedWaitThatItsLoopDidNotLiveToSee() throws InterruptedException {
        Thread sleeper = leftover(() -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20)));

        assertThat(sleeper.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void sleepsAfterTheEndOfItsLoop() throws InterruptedException {
        var gate = new CountDownLatch(1);
        Thread sleeper = leftover(() -> {
            await(gate);
            LockSupport.parkNanos(1_000_000);
            try {
                Thread.sleep(1);
                new LinkedBlockingQueue<String>().poll(1, TimeUnit.MILLISECONDS);
                synchronized (gate) {
                    gate.wait(1);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });

        gate.countDown();

        assertThat(sleeper.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void mayUseWeftAsAnyOtherThread() throws Exception {
        var gate = new CountDownLatch(1);
        var result = new CompletableFuture<Integer>();
        leftover(() -> {
            await(gate);
            sleep(TICK);
            result.complete(run(() -> Weft.gather(() -> 1, () -> 2)).stream()
                    .mapToInt(i -> i)
                    .sum());
        });

        gate.countDown();

        assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(3);
    }

    @Test
    void oneThatNeverWaitsDoesNotKeepTheLoopFromItsEnd() {
        var stop = new AtomicBoolean();
        var spinning = new AtomicBoolean();
        Thread spinner = run(() -> {
            Thread thread = Thread.startVirtualThread(() -> {
                while (!stop.get()) {
                    spinning.set(true);
                    Thread.yield();
                }
            });
            while (!spinning.get()) {
                sleep(TICK);
            }
            return thread;
        });
        assertThat(spinner.isAlive()).isTrue();
        stop.set(true);
        until("the thread ends", () -> !spinner.isAlive());
    }

    @Test
    void isNotWaitedForByTheRun() {
        var gate = new CountDownLatch(1);
        Thread thread = leftover(() -> await(gate));
        waits(thread);
        gate.countDown();
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

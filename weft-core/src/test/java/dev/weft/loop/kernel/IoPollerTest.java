package dev.weft.loop.kernel;

import static dev.weft.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Pinned;
import dev.weft.Weft;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a loop rests in a poller, and what wakes it there. */
class IoPollerTest {
    private static final Duration TICK = Duration.ofMillis(1);

    /** A transport without I/O: it blocks the carrier as a system call does, until it is woken. */
    private static final class FakePoller implements IoPoller {
        private final LoopIo loop;
        private final Semaphore wakeUps = new Semaphore(0);
        private final AtomicInteger rounds = new AtomicInteger();
        private final AtomicBoolean blocked = new AtomicBoolean();
        private final AtomicBoolean closed = new AtomicBoolean();
        private final List<Long> waits = new CopyOnWriteArrayList<>();
        private volatile Waiter coroutine;
        private volatile Consumer<Long> beforeBlocking = _ -> {};

        FakePoller(LoopIo loop) {
            this.loop = loop;
        }

        @Override
        public void poll(long waitNanos) {
            coroutine = Waiter.current();
            rounds.incrementAndGet();
            waits.add(waitNanos);
            beforeBlocking.accept(waitNanos);
            if (waitNanos > 0 && loop.idle()) {
                blocked.set(true);
                Pinned.run(() -> block(waitNanos));
                blocked.set(false);
            }
            wakeUps.drainPermits();
        }

        private void block(long waitNanos) {
            try {
                var _ = wakeUps.tryAcquire(waitNanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void wakeup() {
            wakeUps.release();
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    private final ServiceLoop loop = new ServiceLoop("polling");
    private FakePoller poller;

    private FakePoller open() {
        loop.spawn(() -> loop.core().poller(io -> poller = new FakePoller(io))).await();
        return poller;
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void theLoopRestsInThePollerAndASubmissionWakesIt() {
        open();
        for (int i = 0; i < 300; i++) {
            int number = i;
            if (i % 3 == 0) {
                until("the loop rests", poller.blocked::get);
            }
            assertThat(loop.spawn(() -> number).await()).isEqualTo(number);
        }
    }

    @Test
    void aTimerEndsTheRest() {
        open();
        for (int i = 0; i < 20; i++) {
            loop.spawn(() -> {
                        Weft.sleep(TICK);
                        return null;
                    })
                    .await();
        }
        assertThat(poller.waits).anySatisfy(wait -> assertThat(wait).isBetween(1L, TICK.toNanos()));
    }

    @Test
    void aBusyLoopPollsWithoutWaiting() {
        open();
        loop.spawn(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        Weft.sleep(Duration.ZERO);
                    }
                    return null;
                })
                .await();
        assertThat(poller.waits.stream().filter(wait -> wait == 0).count()).isBetween(5L, 100L);
    }

    @Test
    void anExceptionOutOfThePollerGoesToTheHandlerAndTheLoopLivesOn() {
        open();
        var reported = new AtomicReference<Throwable>();
        var failOnce = new AtomicBoolean(true);
        poller.beforeBlocking = _ -> {
            if (failOnce.getAndSet(false)) {
                Thread.currentThread().setUncaughtExceptionHandler((_, e) -> reported.set(e));
                throw new IllegalStateException("broken pipe");
            }
        };
        loop.spawn(() -> 1).await();
        until("the failure is reported", () -> reported.get() != null);

        assertThat(reported.get()).hasMessage("broken pipe");
        assertThat(loop.spawn(() -> 2).await()).isEqualTo(2);
    }

    @Test
    void theSamePollerIsGivenToAll() {
        IoPoller first = open();
        IoPoller second = loop.spawn(() -> loop.core().poller(io -> {
                    throw new AssertionError("opened twice");
                }))
                .await();

        assertThat(second).isSameAs(first);
    }

    @Test
    void aPollerThatDoesNotOpenFailsWhoAskedAndTheNextMayTryAgain() {
        Throwable failure = loop.spawn(() -> catchThrowable(() -> loop.core().poller(_ -> {
                    throw new IllegalStateException("no such transport");
                })))
                .await();
        assertThat(failure).hasMessage("no such transport");

        assertThat(open()).isNotNull();
        assertThat(loop.spawn(() -> 1).await()).isEqualTo(1);
    }

    @Test
    void isClosedWithTheLoop() {
        open();
        until("the loop rests", poller.blocked::get);
        loop.close();

        assertThat(poller.closed).isTrue();
    }

    @Test
    void isRefusedToThreadsThatAreNotOfTheLoop() {
        assertThatThrownBy(() -> loop.core().poller(FakePoller::new))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("polling");
    }

    @Test
    void aStrayWakeUpOfThePollingCoroutineDoesNotPutABusyLoopToRest() {
        open();
        for (int i = 0; i < 50; i++) {
            until("the loop rests", poller.blocked::get);
            loop.spawn(() -> {
                        poller.coroutine.unpark(); // it has long stopped waiting for what this announces
                        return null;
                    })
                    .await();
            until("the loop rests", poller.blocked::get);
            assertThat(loop.spawn(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void aHandlerOfThePollerThatWaitsDoesNotKeepTheLoopBusy() {
        open();
        var gate = new AtomicBoolean();
        var wakeUps = new AtomicInteger();
        var waiting = new AtomicBoolean();
        poller.beforeBlocking = _ -> {
            Waiter self = Waiter.current();
            while (!gate.get()) {
                waiting.set(true);
                self.park("the gate");
                wakeUps.incrementAndGet();
            }
        };
        loop.spawn(() -> 1).await();
        until("the handler waits", waiting::get);
        for (int i = 0; i < 5; i++) {
            loop.spawn(() -> {
                        Weft.sleep(TICK);
                        return null;
                    })
                    .await();
        }
        assertThat(wakeUps).hasValueLessThan(3);
        gate.set(true);
        poller.coroutine.unpark();
        until("the loop rests", poller.blocked::get);
        assertThat(loop.spawn(() -> 2).await()).isEqualTo(2);
    }

    @Test
    @Tag("loop-only")
    void aHandlerOfThePollerThatBlocksInTheJdkDoesNotBlockTheLoopAfterwards() {
        open();
        var sleepOnce = new AtomicBoolean();
        poller.beforeBlocking = wait -> {
            if (wait > 0 && sleepOnce.getAndSet(false)) {
                try {
                    Thread.sleep(1); // unmounted: the loop goes on without it
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        for (int i = 0; i < 20; i++) {
            sleepOnce.set(true);
            assertThat(loop.spawn(() -> 1).await()).isEqualTo(1);
            until("the handler slept", () -> !sleepOnce.get());
            until("the loop rests", poller.blocked::get);
            assertThat(loop.spawn(() -> 1).await()).isEqualTo(1);
        }
    }
}

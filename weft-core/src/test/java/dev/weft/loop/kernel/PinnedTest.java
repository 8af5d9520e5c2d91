package dev.weft.loop.kernel;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cancelled;
import dev.weft.Pinned;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Coroutines that wait where they cannot be unmounted: the loop stands still, and they go on all the same. */
@SuppressWarnings("UnnecessaryAsync") // results come back through lambdas
class PinnedTest {
    private static final Duration TICK = Duration.ofMillis(1);

    /** Waits for a promise in the initialiser of a class. */
    private static final class AwaitsInItsInitialiser {
        static final String RESULT = Holder.PROMISE.await();
    }

    private static final class Holder {
        static final Promise<String> PROMISE = new Promise<>("in an initialiser");
    }

    @Test
    void aPinnedSleepEnds() {
        run(() -> Pinned.run(() -> sleep(TICK)));
    }

    @Test
    void aPinnedSleepOfZeroGoesOn() {
        run(() -> Pinned.run(() -> sleep(Duration.ZERO)));
    }

    @Test
    void aPinnedTimedWaitEnds() {
        run(() -> {
            var promise = new Promise<String>("never kept");
            Pinned.run(() -> assertThatThrownBy(() -> promise.get(2, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class));
        });
    }

    @Test
    void aPinnedWaitIsEndedByAnotherThread() {
        for (int i = 0; i < 200; i++) {
            String seen = run(() -> {
                var promise = new Promise<String>("from afar");
                var started = new CountDownLatch(1);
                Thread.ofPlatform().start(() -> {
                    awaitQuietly(started);
                    promise.keep("kept");
                });
                var result = new AtomicReference<String>();
                Pinned.run(() -> {
                    started.countDown();
                    result.set(promise.await());
                });
                return result.get();
            });
            assertThat(seen).isEqualTo("kept");
        }
    }

    @Test
    void aWaitInTheInitialiserOfAClassIsEndedByAnotherThread() {
        try (EventLoop loop = EventLoop.open("initialising")) {
            Task<String> task = loop.spawn(() -> AwaitsInItsInitialiser.RESULT);
            Thread.ofPlatform().start(() -> Holder.PROMISE.keep("initialised"));

            assertThat(task.await()).isEqualTo("initialised");
            assertThat(loop.spawn(() -> "alive").await()).isEqualTo("alive");
        }
    }

    @Test
    void aPinnedWaitWhoseTaskWasCancelledBeforeItIsRefused() {
        run(() -> {
            var promise = new Promise<String>("never kept");
            Task<?> task = Weft.spawn(() -> {
                Thread.currentThread().interrupt();
                Pinned.run(promise::join);
            });
            task.join();
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    @Tag("loop-only") // a portable strand pins a carrier of the JDK and not its loop
    void whatHappensToTheLoopMeanwhileIsDoneAfterwards() {
        try (EventLoop loop = EventLoop.open("held up")) {
            var promise = new Promise<String>("from afar");
            var entered = new CountDownLatch(1);
            Task<?> pinned = loop.spawn(() -> {
                Pinned.run(() -> {
                    entered.countDown();
                    promise.join();
                });
                return null;
            });
            awaitQuietly(entered);
            Task<Integer> later = loop.spawn(() -> 7);
            pinned.cancel("cannot be heard yet");
            assertThat(later.isDone()).isFalse();
            promise.keep("go");

            assertThat(later.await()).isEqualTo(7);
            pinned.join();
        }
    }

    @Test
    void aPinnedThreadKeepsAnInterruptThatIsNotItsTasks() {
        run(() -> {
            var promise = new Promise<String>("from afar");
            Thread self = Thread.currentThread();
            var seen = new AtomicReference<Throwable>();
            Thread waker = Thread.ofPlatform().unstarted(() -> {
                self.interrupt();
                promise.keep("kept");
            });
            Pinned.run(() -> {
                waker.start();
                promise.awaitEndUncancellable(Long.MAX_VALUE);
            });
            try {
                Weft.checkpoint();
            } catch (Cancelled e) {
                seen.set(e);
            }
            assertThat(seen.get()).isInstanceOf(Cancelled.class).hasMessageContaining("interrupted");
        });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

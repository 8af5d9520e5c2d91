package dev.weft.loop.kernel;

import static dev.weft.Eventually.waits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.PoolStatistics;
import dev.weft.Task;
import dev.weft.Weft;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The life cycle that all pools share, where a pool is slow or fails at what it adds. */
class AbstractPoolTest {

    private static class TestPool extends AbstractPool {
        final AtomicInteger releases = new AtomicInteger();

        TestPool() {
            super("test");
        }

        @Override
        public int parallelism() {
            return 1;
        }

        @Override
        protected <T> TaskCore<T> dispatch(Callable<T> work) {
            var task = new PoolTask<>(this, work);
            Thread.startVirtualThread(task);
            return task;
        }

        @Override
        protected void release() {
            releases.incrementAndGet();
        }
    }

    @Test
    void closeNowAlsoCancelsWhatIsBeingSubmittedAtThatMoment() throws InterruptedException {
        var entered = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        var pool = new TestPool() {
            @Override
            protected <T> TaskCore<T> dispatch(Callable<T> work) {
                entered.countDown();
                awaitQuietly(gate);
                return super.dispatch(work);
            }
        };
        var task = new AtomicReference<Task<?>>();
        Thread submitter = Thread.ofPlatform()
                .start(() -> task.set(pool.submit(() -> {
                    Weft.sleep(Duration.ofHours(1));
                    return null;
                })));
        entered.await();
        Thread closer = Thread.ofPlatform().start(() -> pool.closeNow("now"));
        waits(closer);
        gate.countDown();
        closer.join();
        submitter.join();

        assertThat(task.get().isCancelled()).isTrue();
        assertThat(pool.statistics()).isEqualTo(new PoolStatistics(1, 0, 0, 1));
    }

    @Test
    void workThatCannotBeSentIsNotCounted() {
        var pool = new TestPool() {
            @Override
            protected <T> TaskCore<T> dispatch(Callable<T> work) {
                throw new RejectedExecutionException("cannot be sent");
            }
        };
        assertThatThrownBy(() -> pool.submit(() -> 1)).hasMessage("cannot be sent");
        assertThat(pool.statistics()).isEqualTo(new PoolStatistics(0, 0, 0, 0));
        pool.close();
        assertThat(pool.releases).hasValue(1);
    }

    @Test
    void whatExecutedWorkThrowsIsReportedInTheThreadThatRanIt() {
        var reportedIn = new AtomicReference<Thread>();
        var ranIn = new AtomicReference<Thread>();
        var pool = new TestPool() {
            @Override
            protected <T> TaskCore<T> dispatch(Callable<T> work) {
                var task = new PoolTask<>(this, work);
                Thread runner = Thread.ofPlatform()
                        .uncaughtExceptionHandler((thread, _) -> reportedIn.set(thread))
                        .start(task);
                joinQuietly(runner); // it has ended before the submitter goes on
                return task;
            }
        };
        pool.execute(() -> {
            ranIn.set(Thread.currentThread());
            throw new IllegalStateException("executed");
        });

        assertThat(reportedIn.get()).isNotNull().isSameAs(ranIn.get());
        assertThat(pool.statistics()).isEqualTo(new PoolStatistics(1, 0, 1, 0));
    }

    @Test
    void isReleasedOnceByTheLastTaskToEnd() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            var pool = new TestPool();
            var gate = new CountDownLatch(1);
            for (int i = 0; i < 3; i++) {
                pool.submit(() -> {
                    gate.await();
                    return null;
                });
            }
            Thread closer = Thread.ofVirtual().start(pool::close);
            gate.countDown();
            pool.close();
            closer.join();

            assertThat(pool.releases).hasValue(1);
            assertThat(pool.statistics()).isEqualTo(new PoolStatistics(3, 3, 0, 0));
        }
    }

    @Test
    void aReleaseThatFailsIsReportedByCloseAndTerminatesThePool() throws InterruptedException {
        var failure = new IllegalStateException("cannot delete");
        var pool = new TestPool() {
            @Override
            protected void release() {
                throw failure;
            }
        };

        assertThatThrownBy(pool::close).isSameAs(failure);
        assertThat(pool.isTerminated()).isTrue();
        assertThat(pool.awaitTermination(1, java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

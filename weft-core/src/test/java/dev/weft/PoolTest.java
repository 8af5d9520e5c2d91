package dev.weft;

import static dev.weft.Eventually.until;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** One face: what holds for every pool inside this JVM. */
@ParameterizedClass
@EnumSource
class PoolTest {
    @Parameter
    private PoolKind kind;

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

package dev.weft.loop;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** An event loop for libraries that want a ScheduledExecutorService. */
class LoopAsExecutorTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final EventLoop loop = EventLoop.open("executor");
    private final ScheduledExecutorService executor = loop;

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void whatItRunsAreTasksOfTheLoop() throws Exception {
        assertThat(executor.submit(() -> {
                            try (var group = TaskGroup.open()) {
                                Task<String> name =
                                        group.spawn(() -> EventLoop.current().name());
                                return name.await();
                            }
                        })
                        .get())
                .isEqualTo("executor");
        var done = new CompletableFuture<Boolean>();
        executor.execute(() -> {
            sleep(Duration.ofMillis(1));
            try (var _ = TaskGroup.open()) {
                done.complete(true);
            }
        });
        assertThat(done.join()).isTrue();
    }

    @Test
    void servesCompletableFutures() {
        assertThat(CompletableFuture.supplyAsync(() -> 1, executor)
                        .thenApplyAsync(one -> one + 1, executor)
                        .join())
                .isEqualTo(2);
    }

    @Test
    void submittedRunnablesReturnWhatWasNamed() throws Exception {
        assertThat(executor.submit(() -> {}, "named").get()).isEqualTo("named");
        assertThat(executor.submit(() -> {}).get()).isNull();
    }

    @Test
    void invokesAll() throws Exception {
        List<Callable<Integer>> works = List.of(() -> 1, () -> {
            throw new IllegalStateException("second");
        });
        List<Future<Integer>> futures = executor.invokeAll(works);

        assertThat(futures).allSatisfy(future -> assertThat(future.isDone()).isTrue());
        assertThat(futures.getFirst().get()).isEqualTo(1);
        assertThatThrownBy(() -> futures.getLast().get())
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("second");
    }

    @Test
    void invokesAllWithinALimit() throws Exception {
        List<Future<Integer>> futures = executor.invokeAll(
                List.of(() -> 1, () -> {
                    sleep(LONG);
                    return 2;
                }),
                20,
                TimeUnit.MILLISECONDS);

        until("all have ended", () -> futures.stream().allMatch(Future::isDone));
        assertThat(futures.getLast().isCancelled()).isTrue();
    }

    @Test
    void invokesAny() throws Exception {
        assertThat(executor.<Integer>invokeAny(List.of(
                        () -> {
                            sleep(LONG);
                            return 1;
                        },
                        () -> 2)))
                .isEqualTo(2);
        until("the other one is cancelled", () -> loop.tasks().isEmpty());
        assertThatThrownBy(() -> executor.invokeAny(
                        List.of(() -> {
                            sleep(LONG);
                            return 1;
                        }),
                        1,
                        TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void invokesAllFromATaskOfTheLoopItself() throws Exception {
        assertThat(loop.call(() -> loop.invokeAll(List.of(() -> 1, () -> 2)).stream()
                        .map(Future::resultNow)
                        .toList()))
                .containsExactly(1, 2);
    }

    @Nested
    class Scheduled {
        @Test
        void runsAfterTheDelay() throws Exception {
            Duration due = loop.time().plusMillis(3);
            ScheduledFuture<Duration> future = executor.schedule(loop::time, 3, TimeUnit.MILLISECONDS);

            assertThat(future.get()).isGreaterThanOrEqualTo(due);
            assertThat(future.isDone()).isTrue();
        }

        @Test
        void withANegativeDelayRunsAtOnce() throws Exception {
            assertThat(executor.schedule(() -> 1, -5, TimeUnit.DAYS).get()).isEqualTo(1);
        }

        @Test
        void tellsTheDelayThatIsLeft() {
            ScheduledFuture<?> soon = executor.schedule(() -> {}, 1, TimeUnit.HOURS);
            ScheduledFuture<?> late = executor.schedule(() -> {}, 2, TimeUnit.HOURS);

            assertThat(soon.getDelay(TimeUnit.MINUTES)).isBetween(50L, 60L);
            assertThat(soon.compareTo(late)).isNegative();
        }

        @Test
        void isCancelledBeforeItsTime() {
            var ran = new AtomicBoolean();
            ScheduledFuture<?> future = executor.schedule(() -> ran.set(true), 1, TimeUnit.HOURS);
            assertThat(future.cancel(false)).isTrue();
            until("it has ended", future::isDone);

            assertThat(future.isCancelled()).isTrue();
            assertThat(ran).isFalse();
        }

        @Test
        void manyAreCancelledByTheEndOfTheLoop() {
            var futures = new ArrayList<ScheduledFuture<?>>();
            for (int i = 0; i < 10_000; i++) {
                futures.add(executor.schedule(() -> {}, 1, TimeUnit.HOURS));
            }
            loop.close();

            assertThat(futures).allMatch(ScheduledFuture::isCancelled);
        }

        @Test
        void atAFixedRateRunsAgainAndAgain() {
            var times = new ArrayList<Duration>();
            Duration begun = loop.time();
            ScheduledFuture<?> future = executor.scheduleAtFixedRate(
                    () -> {
                        times.add(loop.time());
                        if (times.size() == 5) {
                            throw new IllegalStateException("enough");
                        }
                    },
                    1,
                    1,
                    TimeUnit.MILLISECONDS);

            assertThatThrownBy(future::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("enough");
            assertThat(times).hasSize(5).isSorted();
            // One may be late, and the next ones catch up; none is early.
            for (int i = 0; i < 5; i++) {
                assertThat(times.get(i)).isGreaterThanOrEqualTo(begun.plusMillis(1 + i));
            }
        }

        @Test
        void atAFixedRateCatchesUp() {
            var count = new AtomicInteger();
            ScheduledFuture<?> future = executor.scheduleAtFixedRate(
                    () -> {
                        if (count.incrementAndGet() == 1) {
                            sleep(Duration.ofMillis(5));
                        }
                    },
                    0,
                    1,
                    TimeUnit.MILLISECONDS);
            until("it has caught up", () -> count.get() >= 6);
            future.cancel(false);
            until("it has ended", future::isDone);
        }

        @Test
        void withAFixedDelayIsCancelled() {
            var count = new AtomicInteger();
            ScheduledFuture<?> future =
                    executor.scheduleWithFixedDelay(count::incrementAndGet, 0, 1, TimeUnit.MILLISECONDS);
            until("it has run", () -> count.get() >= 3);
            future.cancel(true);

            assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
            int ended = count.get();
            loop.call(() -> passes(3));
            assertThat(count).hasValue(ended);
        }

        @Test
        void withoutAPeriodIsRefused() {
            assertThatThrownBy(() -> executor.scheduleAtFixedRate(() -> {}, 0, 0, TimeUnit.SECONDS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a period must be more than zero");
            assertThatThrownBy(() -> executor.scheduleWithFixedDelay(() -> {}, 0, -1, TimeUnit.SECONDS))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class Shutdown {
        @Test
        void letsTasksEnd() throws Exception {
            Task<String> task = loop.spawn(() -> {
                sleep(Duration.ofMillis(5));
                return "ended";
            });
            ScheduledFuture<String> delayed = executor.schedule(() -> "delayed", 5, TimeUnit.MILLISECONDS);
            executor.shutdown();
            executor.shutdown();

            assertThat(executor.isShutdown()).isTrue();
            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(executor.isTerminated()).isTrue();
            assertThat(task.result()).isEqualTo("ended");
            assertThat(delayed.get()).isEqualTo("delayed");
        }

        @Test
        void endsPeriodicTasks() throws Exception {
            ScheduledFuture<?> future = executor.scheduleAtFixedRate(() -> {}, 0, 1, TimeUnit.HOURS);
            executor.shutdown();

            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(future.isCancelled()).isTrue();
        }

        @Test
        void letsAnExecutionOfAPeriodicTaskEnd() throws Exception {
            var ended = new AtomicBoolean();
            executor.scheduleAtFixedRate(
                    () -> {
                        executor.shutdown();
                        sleep(Duration.ofMillis(2));
                        ended.set(true);
                    },
                    0,
                    1,
                    TimeUnit.HOURS);

            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ended).isTrue();
        }

        @Test
        void nowCancelsTasks() throws Exception {
            var reason = new CompletableFuture<String>();
            loop.spawn(() -> {
                try {
                    sleep(LONG);
                } catch (Cancelled e) {
                    reason.complete(e.reason());
                    throw e;
                }
            });
            loop.call(() -> passes(1));
            assertThat(executor.shutdownNow()).isEmpty();

            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(reason.join()).contains("closing");
        }

        @Test
        void isNotWaitedForLongerThanAsked() throws Exception {
            loop.spawn(() -> sleep(LONG));
            executor.shutdown();

            assertThat(executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
        }

        @Test
        void mayBeAskedForByATaskOfTheLoop() throws Exception {
            loop.call(() -> executor.shutdown());

            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}

package dev.weft;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What each kind of pool has of its own. */
class PoolKindsTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Nested
    class Sequential {
        @Test
        void doesTheWorkInTheSubmittingThreadBeforeSubmitReturns() {
            try (Pool pool = Pools.sequential()) {
                Task<Thread> task = pool.submit(Thread::currentThread);

                assertThat(task.isDone()).isTrue();
                assertThat(task.result()).isSameAs(Thread.currentThread());
                assertThat(pool.parallelism()).isEqualTo(1);
            }
        }

        @Test
        void worksInACoroutineThatWaits() {
            run(() -> {
                try (Pool pool = Pools.sequential()) {
                    Task<String> task = pool.submit(() -> {
                        sleep(TICK);
                        return "done";
                    });
                    assertThat(task.result()).isEqualTo("done");
                }
            });
        }
    }

    @Nested
    class Threads {
        @Test
        void areDaemonsNamedAfterThePoolAndNoMoreThanAsked() {
            try (Pool pool = Pools.threads(2)) {
                var running = new AtomicInteger();
                var most = new AtomicInteger();
                var pairs = new CyclicBarrier(2);
                List<Task<Thread>> tasks = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    tasks.add(pool.submit(() -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        pairs.await();
                        running.decrementAndGet();
                        return Thread.currentThread();
                    }));
                }
                assertThat(tasks).allSatisfy(task -> {
                    assertThat(task.await().isDaemon()).isTrue();
                    assertThat(task.await().isVirtual()).isFalse();
                    assertThat(task.await().getName()).startsWith("threads-");
                });
                assertThat(most).hasValue(2);
                assertThat(pool.parallelism()).isEqualTo(2);
            }
        }

        @Test
        void areInterruptedWhenTheirTaskIsCancelledAndNotAfterwards() throws InterruptedException {
            try (Pool pool = Pools.threads(1)) {
                for (int i = 0; i < 200; i++) {
                    var started = new CountDownLatch(1);
                    Task<?> task = pool.submit(() -> {
                        started.countDown();
                        Thread.sleep(LONG);
                        return null;
                    });
                    Task<Boolean> next =
                            pool.submit(() -> Thread.currentThread().isInterrupted());
                    started.await();
                    task.cancel("enough");
                    task.join();

                    assertThat(task.isCancelled()).isTrue();
                    assertThat(next.await()).isFalse();
                }
            }
        }

        @Test
        void aCancelledWaitOfWorkLeavesItsThreadInterrupted() throws InterruptedException {
            try (Pool pool = Pools.threads(1)) {
                var started = new CountDownLatch(1);
                var flag = new AtomicBoolean();
                Task<?> task = pool.submit(() -> {
                    try {
                        started.countDown();
                        sleep(LONG);
                    } finally {
                        flag.set(Thread.currentThread().isInterrupted());
                    }
                    return null;
                });
                started.await();
                task.cancel("enough");
                task.join();

                assertThat(flag).isTrue();
            }
        }
    }

    @Nested
    class Virtual {
        @Test
        void startsTasksInTheOrderOfSubmission() throws InterruptedException {
            var order = new ArrayList<Integer>();
            Thread submitter = Thread.startVirtualThread(
                    () -> { // so that other carriers steal the threads it starts
                        try (Pool pool = Pools.virtual(1)) {
                            for (int i = 0; i < 2000; i++) {
                                int number = i;
                                pool.submit(() -> order.add(number));
                            }
                        }
                    });
            submitter.join();

            assertThat(order).hasSize(2000).isSorted();
        }

        @Test
        void leavesOutWhatIsCancelledInLine() {
            try (Pool pool = Pools.virtual(1)) {
                var gate = new CountDownLatch(1);
                var ran = new ArrayList<String>();
                pool.submit(() -> {
                    gate.await();
                    return null;
                });
                Task<?> cancelled = pool.submit(() -> ran.add("cancelled"));
                Task<?> behind = pool.submit(() -> ran.add("behind"));
                cancelled.cancel("not needed");
                gate.countDown();
                behind.await();

                assertThat(ran).containsExactly("behind");
            }
        }

        @Test
        void aLimitIsKept() {
            try (Pool pool = Pools.virtual(3)) {
                var running = new AtomicInteger();
                var most = new AtomicInteger();
                List<Task<Thread>> tasks = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    tasks.add(pool.submit(() -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        Thread.sleep(1);
                        running.decrementAndGet();
                        return Thread.currentThread();
                    }));
                }
                assertThat(tasks)
                        .allSatisfy(task -> assertThat(task.await().isVirtual()).isTrue());
                assertThat(most).hasValueLessThanOrEqualTo(3);
                assertThat(pool.parallelism()).isEqualTo(3);
            }
            try (Pool pool = Pools.virtual()) {
                assertThat(pool.parallelism()).isEqualTo(Integer.MAX_VALUE);
            }
        }

        @Test
        @Tag("loop-only")
        void workSubmittedInACoroutineDoesNotRunOnItsLoop() {
            run(() -> {
                try (Pool pool = Pools.virtual()) {
                    var stop = new AtomicBoolean();
                    Task<?> task = pool.submit(() -> stop.set(true));
                    while (!stop.get()) { // holds the loop
                        Thread.onSpinWait();
                    }
                    task.join();
                }
            });
        }
    }

    @Nested
    class Loops {
        @Test
        void tasksAreCoroutinesOfSeveralLoops() {
            try (Pool pool = Pools.loops(2)) {
                List<Task<Integer>> tasks = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    tasks.add(pool.submit(() -> Weft.gather(() -> number, () -> {
                                sleep(TICK);
                                return number;
                            })
                            .getLast()));
                }
                for (int i = 0; i < 100; i++) {
                    assertThat(tasks.get(i).await()).isEqualTo(i);
                }
            }
        }

        @Test
        void aFailureIsNotReportedAgainWhenThePoolCloses() {
            Pool pool = Pools.loops(1);
            pool.submit((Callable<?>) () -> {
                        throw new IllegalStateException("nobody looks");
                    })
                    .join();
            pool.close();
        }
    }

    @Nested
    class Refusals {
        @Test
        void aPoolNeedsAtLeastOneOfEach() {
            assertThatThrownBy(() -> Pools.threads(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0");
            assertThatThrownBy(() -> Pools.virtual(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Pools.loops(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}

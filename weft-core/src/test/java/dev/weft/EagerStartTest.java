package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.atomically;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tasks whose first step is taken within the call that starts them, and blocks that are one step. */
class EagerStartTest {
    private static final Duration LONG = Duration.ofHours(1);

    @Nested
    class SpawnNow {
        @Test
        @DisplayName(
                "P147 a task that ends in its first step has ended when the call returns; cancelling it then has no effect")
        void mayHaveEnded() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    Task<Integer> task = group.spawnNow(() -> 5);

                    assertThat(task.isDone()).isTrue();
                    assertThat(task.cancel("too late")).isFalse();
                    assertThat(task.result()).isEqualTo(5);
                    group.join();
                }
            });
        }

        @Test
        @DisplayName("nothing else runs between the call and the first step, nor before the caller goes on")
        void runsBeforeAnythingElse() {
            run(() -> {
                var order = new ArrayList<String>();
                try (var group = TaskGroup.open()) {
                    group.spawn(() -> order.add("ready before"));
                    group.spawnNow(() -> {
                        order.add("first step");
                        sleep(Duration.ZERO);
                        order.add("second step");
                    });
                    order.add("caller");
                    group.join();
                }
                assertThat(order).containsExactly("first step", "caller", "ready before", "second step");
            });
        }

        @Test
        @DisplayName("P149 the task is listed while it runs its first step, and gone once it has ended")
        void isListedMeanwhile() {
            try (EventLoop loop = EventLoop.open("served")) {
                loop.spawn(() -> {
                            try (var group = TaskGroup.open()) {
                                var during = new AtomicReference<List<Task<?>>>();
                                Task<?> task = group.spawnNow(() -> during.set(loop.tasks()));
                                assertThat(during.get()).contains(task);
                                assertThat(loop.tasks()).doesNotContain(task);
                                group.join();
                            }
                            return null;
                        })
                        .await();
            }
        }

        @Test
        @DisplayName("P151 the first step runs as the task, in its own thread, and so do the others")
        void runsAsItself() {
            run(() -> {
                var threads = new ArrayList<Thread>();
                try (var group = TaskGroup.open()) {
                    group.spawnNow(() -> {
                        threads.add(Thread.currentThread());
                        sleep(Duration.ZERO);
                        threads.add(Thread.currentThread());
                    });
                    threads.add(Thread.currentThread());
                    group.join();
                }
                assertThat(threads.get(0)).isSameAs(threads.get(2)).isNotSameAs(threads.get(1));
            });
        }

        @Test
        @DisplayName("eager starts nest")
        void nests() {
            run(() -> {
                var order = new ArrayList<String>();
                try (var group = TaskGroup.open()) {
                    group.spawnNow(() -> {
                        order.add("outer");
                        group.spawnNow(() -> {
                            order.add("inner");
                            sleep(Duration.ZERO);
                            order.add("inner later");
                        });
                        order.add("outer goes on");
                    });
                    order.add("caller");
                    group.join();
                }
                assertThat(order).containsExactly("outer", "inner", "outer goes on", "caller", "inner later");
            });
        }

        @Test
        @DisplayName("P074 a failure in the first step stops the group before the call returns")
        void mayFailTheGroup() {
            run(() -> assertThatThrownBy(() -> {
                        try (var group = TaskGroup.open()) {
                            Task<?> task = group.spawnNow(() -> {
                                throw new IllegalStateException("boom");
                            });
                            assertThat(task.failure()).hasMessage("boom");
                            sleep(Duration.ZERO);
                        }
                    })
                    .hasMessage("boom"));
        }

        @Test
        @DisplayName("D6 a task that cancels its own group in its first step is itself cancelled")
        void mayCancelItsGroup() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    var went = new ArrayList<String>();
                    Task<?> task = group.spawnNow(() -> {
                        group.cancel("enough");
                        went.add("on");
                        sleep(Duration.ZERO);
                        went.add("too far");
                    });
                    group.join();

                    assertThat(task.isCancelled()).isTrue();
                    assertThat(went).containsExactly("on");
                    assertThatThrownBy(() -> group.spawnNow(() -> 1)).isInstanceOf(RejectedExecutionException.class);
                }
            });
        }

        @Test
        void isCancelledLikeAnyOther() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    Task<?> task = group.spawnNow(() -> sleep(LONG));
                    task.cancel("enough");
                    group.join();

                    assertThat(task.isCancelled()).isTrue();
                }
            });
        }
    }

    @Nested
    class Atomically {
        @Test
        void returnsWhatTheBlockReturns() {
            run(() -> assertThat(atomically(() -> 5)).isEqualTo(5));
        }

        @Test
        void throwsWhereTheBlockWouldBeSuspended() {
            run(() -> {
                Task<?> other = spawn(() -> passes(1));
                List<Action<Exception>> waits =
                        List.of(() -> sleep(Duration.ZERO), () -> sleep(LONG), other::await, () -> {
                            try (var group = TaskGroup.open()) {
                                group.spawnNow(() -> 1);
                            }
                        });
                for (Action<Exception> wait : waits) {
                    assertThatThrownBy(() -> atomically(wait))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("atomically");
                }
                other.join();
                sleep(Duration.ZERO);
            });
        }

        @Test
        void letsOthersSuspendAfterwards() {
            run(() -> {
                atomically(() -> assertThat(atomically(() -> 1)).isEqualTo(1));
                sleep(Duration.ZERO);
            });
        }

        @Test
        @Tag("loop-only")
        void throwsAtTheEndIfTheJdkSuspendedIt() {
            run(() -> assertThatThrownBy(() -> atomically(() -> Thread.sleep(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("JDK"));
        }

        @Test
        void allowsWhatDoesNotSuspend() {
            run(() -> {
                Task<Integer> done = spawn(() -> 5);
                done.join();
                atomically(() -> {
                    Weft.checkCancelled();
                    assertThat(done.await()).isEqualTo(5);
                    spawn(() -> 6);
                });
            });
        }

        @Test
        void needsACoroutine() {
            assertThatThrownBy(() -> atomically(() -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("coroutine");
        }
    }
}

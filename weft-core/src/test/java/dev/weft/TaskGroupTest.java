package dev.weft;

import static dev.weft.Children.fail;
import static dev.weft.Children.failsWhenCancelled;
import static dev.weft.Children.sleeper;
import static dev.weft.Eventually.passes;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Groups: who owns a task, when the block ends, and how it is cancelled. */
class TaskGroupTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Nested
    class TakesTasks {
        @Test
        @DisplayName("P069 not while it stops")
        void notWhileItStops() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    group.cancel("enough");
                    assertThatThrownBy(() -> sleeper(group))
                            .isInstanceOf(RejectedExecutionException.class)
                            .hasMessageContainingAll("stopping", "enough");
                    group.join();
                }
            });
        }

        @Test
        @DisplayName("T011 P069 while one runs, and not after its end")
        void whileOneRunsAndNotAfterItsEnd() {
            run(() -> {
                var ran = new AtomicBoolean();
                TaskGroup closed;
                try (var group = TaskGroup.open()) {
                    closed = group;
                    group.spawn(() -> {
                        passes(2);
                        group.spawn(() -> ran.set(true));
                    });
                    group.join();
                }
                assertThat(ran).isTrue();
                assertThatThrownBy(() -> sleeper(closed))
                        .isInstanceOf(RejectedExecutionException.class)
                        .hasMessageContaining("closed");
            });
        }

        @Test
        @DisplayName("P068 tasks that multiply are all stopped once one of them fails, and the group ends")
        void thatMultiplyUntilOneFails() {
            run(() -> {
                var started = new AtomicInteger();
                assertThatThrownBy(() -> {
                            try (var group = TaskGroup.open()) {
                                group.spawn(() -> multiply(group, started));
                                group.join();
                            }
                        })
                        .hasMessage("full");
                int then = started.get();
                passes(3);
                assertThat(started).hasValue(then);
            });
        }

        private static void multiply(TaskGroup group, AtomicInteger started) {
            if (started.incrementAndGet() > 100) {
                fail("full");
            }
            group.spawn(() -> multiply(group, started));
            group.spawn(() -> multiply(group, started));
            sleep(LONG);
        }

        @Test
        @DisplayName("P066 and forgets those that have ended while it is still open")
        void andForgetsThem() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    for (int i = 0; i < 10; i++) {
                        group.spawn(() -> {});
                    }
                    sleeper(group);
                    passes(2);
                    assertThat(group).asString().contains("1 running");
                    group.cancel("enough");
                }
            });
        }
    }

    @Nested
    class Cancelling {
        @Test
        @DisplayName("D1 ends the children, the body goes on, and join returns normally")
        void endsTheChildren() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    Task<?> child = sleeper(group);
                    passes(2);
                    group.cancel("enough");
                    checkpoint();
                    group.join();

                    assertThat(child.isCancelled()).isTrue();
                }
                checkpoint();
            });
        }

        @Test
        @DisplayName("D3 is idempotent, and has no effect after the end")
        void isIdempotent() {
            run(() -> {
                TaskGroup ended;
                try (var group = TaskGroup.open()) {
                    ended = group;
                    Task<?> child = sleeper(group);
                    passes(2);
                    group.cancel("first");
                    group.cancel("second");
                    child.join();
                    assertThatThrownBy(child::result).hasMessageContaining("first");
                }
                ended.cancel("third");
                checkpoint();
            });
        }

        @Test
        @DisplayName("D4 lets failures of children through")
        void letsFailuresThrough() {
            run(() -> assertThatThrownBy(() -> {
                        try (var group = TaskGroup.open()) {
                            failsWhenCancelled(group, "boom");
                            passes(2);
                            group.cancel("enough");
                            group.join();
                        }
                    })
                    .hasMessage("boom"));
        }

        @Test
        @DisplayName("D5 drops no cancellation from outside")
        void dropsNoCancellationFromOutside() {
            run(() -> {
                var went = new ArrayList<String>();
                Task<?> owner = spawn(() -> {
                    try (var group = TaskGroup.open()) {
                        sleeper(group);
                        passes(2);
                        group.cancel("own");
                        group.join();
                    }
                    went.add("too far");
                });
                passes(3);
                owner.cancel("from outside");
                owner.join();

                assertThat(owner.isCancelled()).isTrue();
                assertThat(went).isEmpty();
                assertThatThrownBy(owner::result).hasMessageContaining("from outside");
            });
        }

        @Test
        void reachesDeepTrees() {
            run(() -> {
                var ended = new AtomicInteger();
                try (var group = TaskGroup.open()) {
                    group.spawn(() -> nest(5_000, ended));
                    while (ended.get() == 0) {
                        sleep(Duration.ZERO);
                    }
                    group.cancel("enough");
                    group.join();
                }
                assertThat(ended).hasValue(5_001);
            });
        }

        private static void nest(int depth, AtomicInteger ended) {
            if (depth == 0) {
                ended.incrementAndGet();
                sleep(LONG);
                return;
            }
            try (var group = TaskGroup.open()) {
                group.spawn(() -> nest(depth - 1, ended));
                group.join();
            } finally {
                ended.incrementAndGet();
            }
        }
    }

    @Nested
    class StartingAndWaitingUntilReady {
        @Test
        @DisplayName("T012 returns the value that the task reports, and the task goes on in the group")
        void returnsWhatTheTaskReports() {
            run(() -> {
                var served = new AtomicBoolean();
                try (var group = TaskGroup.open()) {
                    int port = group.start(ready -> {
                        passes(3);
                        ready.accept(8080);
                        passes(3);
                        served.set(true);
                    });
                    assertThat(port).isEqualTo(8080);
                    assertThat(served).isFalse();
                    group.join();
                    assertThat(served).isTrue();
                }
            });
        }

        @Test
        @DisplayName("T012 a failure before that is thrown to the caller and does not stop the group")
        void throwsWhatTheTaskFailsWith() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    Task<?> other = sleeper(group);
                    assertThatThrownBy(() -> group.start((Consumer<Integer> _) -> {
                                passes(2);
                                throw new IOException("port in use");
                            }))
                            .isInstanceOf(TaskFailedException.class)
                            .hasCauseInstanceOf(IOException.class);
                    passes(2);
                    assertThat(other.isDone()).isFalse();
                    other.cancel("enough");
                    group.join();
                }
            });
        }

        @Test
        @DisplayName("T012 a silent end before that is an error of the caller")
        void throwsIfTheTaskEndsSilently() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    assertThatThrownBy(() -> group.start(_ -> passes(1)))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("before it reported");
                    group.join();
                }
            });
        }

        @Test
        @DisplayName("T012 reporting twice is an error of the task")
        void refusesASecondReport() {
            run(() -> assertThatThrownBy(() -> {
                        try (var group = TaskGroup.open()) {
                            group.<Integer>start(ready -> {
                                ready.accept(1);
                                ready.accept(2);
                            });
                            group.join();
                        }
                    })
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("second time"));
        }

        @Test
        @DisplayName("T012 a failure after that is one of the group")
        void leavesLaterFailuresToTheGroup() {
            run(() -> assertThatThrownBy(() -> {
                        try (var group = TaskGroup.open()) {
                            assertThat(group.<Integer>start(ready -> {
                                        ready.accept(1);
                                        passes(1);
                                        fail("later");
                                    }))
                                    .isEqualTo(1);
                            group.join();
                        }
                    })
                    .hasMessage("later"));
        }

        @Test
        @DisplayName("T013 a group with a pending start stays open")
        void keepsTheGroupOpen() {
            run(() -> {
                var gate = new Event();
                var value = new AtomicReference<String>();
                Task<?> starter;
                try (var group = TaskGroup.open()) {
                    starter = spawn(() -> value.set(group.<String>start(ready -> {
                        gate.await();
                        ready.accept("ready");
                    })));
                    spawn(() -> {
                        passes(3);
                        gate.set();
                    });
                    passes(2);
                    group.join();
                }
                starter.join();
                assertThat(value).hasValue("ready");
            });
        }

        @Test
        void isCancelledWithItsCaller() {
            run(() -> {
                var ended = new AtomicBoolean();
                try (var group = TaskGroup.open()) {
                    assertThatThrownBy(() -> withTimeout(
                                    TICK,
                                    () -> group.start((Consumer<Integer> _) -> {
                                        try {
                                            sleep(LONG);
                                        } finally {
                                            ended.set(true);
                                        }
                                    })))
                            .isInstanceOf(TimedOutException.class);
                    assertThat(ended).isTrue();
                    group.join();
                }
            });
        }

        @Test
        void saysSoIfTheGroupIsCancelledMeanwhile() {
            run(() -> {
                try (var group = TaskGroup.open()) {
                    spawn(() -> {
                        passes(2);
                        group.cancel("enough");
                    });
                    assertThatThrownBy(() -> group.start((Consumer<Integer> _) -> sleep(LONG)))
                            .isInstanceOf(CancellationException.class)
                            .hasMessageContaining("enough");
                    group.join();
                }
            });
        }
    }

    @Test
    void resultsAreThereAfterTheJoin() {
        run(() -> {
            try (var group = TaskGroup.open()) {
                List<Task<Integer>> tasks = List.of(group.spawn(() -> 1), group.spawn("named", () -> 2));
                group.join();

                assertThat(tasks).extracting(Task::result).containsExactly(1, 2);
            }
        });
    }

    @Test
    void onlyTheOwnerJoinsAndCloses() {
        run(() -> {
            try (var group = TaskGroup.open()) {
                Task<?> stranger = spawn(group::join);
                stranger.join();
                assertThat(stranger.failure())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("only the task that opened");
            }
        });
    }
}

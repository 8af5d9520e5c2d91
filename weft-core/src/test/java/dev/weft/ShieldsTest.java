package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.moveOnAfter;
import static dev.weft.Weft.run;
import static dev.weft.Weft.shield;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Blocks that a cancellation from outside does not reach. */
class ShieldsTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    @DisplayName("T003 a shield blocks outer cancellation and can be switched off and on")
    void canBeSwitched() {
        run(() -> {
            var outer = CancelScope.create();
            var inner = CancelScope.create();
            boolean ended = outer.run(() -> {
                outer.cancel("outer");
                inner.shield(true);
                inner.run(() -> {
                    checkpoint();
                    inner.shield(false);
                    assertThatThrownBy(Weft::checkpoint).isInstanceOf(Cancelled.class);
                    inner.shield(true);
                    sleep(TICK);
                });
                checkpoint();
                throw new AssertionError("there is no shield here");
            });

            assertThat(ended).isFalse();
            assertThat(inner.caught()).isFalse();
        });
    }

    @Test
    @DisplayName("T003 a shield never blocks its own scope")
    void doNotBlockTheirOwnScope() {
        run(() -> {
            var scope = CancelScope.create().shield(true);
            assertThat(scope.run(() -> {
                        scope.cancel("own");
                        checkpoint();
                    }))
                    .isFalse();
        });
    }

    @Test
    @DisplayName("T003 a shield never blocks inner scopes, and what they catch ends in them")
    void doNotBlockInnerScopes() {
        run(() -> {
            var outer = CancelScope.create();
            outer.run(() -> {
                outer.cancel("outer");
                var went = new ArrayList<String>();
                shield(() -> {
                    assertThat(moveOnAfter(TICK, () -> sleep(LONG))).isFalse();
                    went.add("behind");
                    checkpoint();
                });
                assertThat(went).containsExactly("behind");
            });
        });
    }

    @Test
    @DisplayName("T003 a shield switched off lets a waiting task be cancelled at once")
    void switchedOffEndTheWait() {
        run(() -> {
            var outer = CancelScope.create();
            var inner = CancelScope.create().shield(true);
            boolean ended = outer.run(() -> {
                outer.cancel("outer");
                spawn(() -> inner.shield(false));
                inner.run(() -> sleep(LONG));
            });

            assertThat(ended).isFalse();
        });
    }

    @Test
    @DisplayName("T003 a shield covers the tasks of groups inside")
    void coverGroupsInside() {
        run(() -> {
            var outer = CancelScope.create();
            var done = new AtomicBoolean();
            boolean ended = outer.run(() -> {
                shield(() -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> {
                            outer.cancel("outer");
                            passes(3);
                            done.set(true);
                        });
                        group.join();
                    }
                });
                checkpoint();
            });

            assertThat(done).isTrue();
            assertThat(ended).isFalse();
        });
    }

    @Test
    @DisplayName("T003 switching a shield reaches the tasks of groups inside")
    void switchedReachGroupsInside() {
        run(() -> {
            var outer = CancelScope.create();
            var inner = CancelScope.create().shield(true);
            var child = new AtomicReference<Task<?>>();
            outer.run(() -> {
                outer.cancel("outer");
                inner.run(() -> {
                    try (var group = TaskGroup.open()) {
                        child.set(group.spawn(() -> sleep(LONG)));
                        passes(2);
                        inner.shield(false);
                        group.join();
                    }
                });
            });

            assertThat(child.get().isCancelled()).isTrue();
        });
    }

    @Test
    @DisplayName("T005 a shield raised while a cancellation passes does not stop it")
    void raisedWhileACancellationPassesDoNotStopIt() {
        run(() -> {
            var outer = CancelScope.create();
            var inner = CancelScope.create();
            outer.run(() -> inner.run(() -> {
                outer.cancel("outer");
                try {
                    checkpoint();
                } finally {
                    inner.shield(true);
                }
            }));

            assertThat(outer.caught()).isTrue();
            assertThat(inner.caught()).isFalse();
        });
    }

    @Test
    void letATaskSayGoodbyeAndRaiseAfterwards() {
        run(() -> {
            var said = new ArrayList<String>();
            Task<?> task = spawn(() -> {
                try {
                    sleep(LONG);
                } finally {
                    shield(() -> {
                        sleep(TICK);
                        said.add("goodbye");
                    });
                }
            });
            passes(2);
            task.cancel("enough");
            task.join();

            assertThat(said).containsExactly("goodbye");
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void keepInterruptsOut() {
        run(() -> {
            var interrupted = new AtomicBoolean();
            Task<?> task = spawn(() -> {
                try {
                    for (; ; ) {
                        sleep(Duration.ZERO);
                    }
                } finally {
                    shield(() -> interrupted.set(Thread.currentThread().isInterrupted()));
                }
            });
            passes(2);
            task.cancel("enough");
            task.join();

            assertThat(interrupted).isFalse();
        });
    }
}

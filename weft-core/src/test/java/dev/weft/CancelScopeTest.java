package dev.weft;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.moveOnAfter;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Blocks that can be cancelled as a whole: by whom, and with what effect. */
class CancelScopeTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Nested
    class Cancelling {
        @Test
        @DisplayName("T002 cancel is idempotent, and every checkpoint inside raises until the block is left")
        void isLevelTriggered() {
            run(() -> {
                var scope = CancelScope.create();
                var raised = new AtomicInteger();
                boolean ended = scope.run(() -> {
                    scope.cancel("first");
                    scope.cancel("second");
                    for (int i = 0; i < 3; i++) {
                        try {
                            checkpoint();
                        } catch (Cancelled e) {
                            assertThat(e.reason()).isEqualTo("first");
                            raised.incrementAndGet();
                        }
                    }
                    checkpoint();
                });

                assertThat(ended).isFalse();
                assertThat(raised).hasValue(3);
                assertThat(scope.caught()).isTrue();
                checkpoint();
            });
        }

        @Test
        @DisplayName("T002 a scope that was cancelled and whose block ended regardless has caught nothing")
        void needNotBeNoticed() {
            run(() -> {
                var scope = CancelScope.create();
                assertThat(scope.call(() -> {
                            scope.cancel("too late");
                            return 5;
                        }))
                        .contains(5);

                assertThat(scope.isCancelled()).isTrue();
                assertThat(scope.caught()).isFalse();
                checkpoint();
            });
        }

        @Test
        @DisplayName("T002 the outer of two cancelled scopes catches")
        void endsInTheOutermostScopeThatIsCancelled() {
            run(() -> {
                var outer = CancelScope.create();
                var inner = CancelScope.create();
                boolean ended = outer.run(() -> {
                    inner.run(() -> {
                        inner.cancel("inner");
                        outer.cancel("outer");
                        sleep(LONG);
                    });
                    throw new AssertionError("the signal passes here");
                });

                assertThat(ended).isFalse();
                assertThat(inner.caught()).isFalse();
                assertThat(outer.caught()).isTrue();
            });
        }

        @Test
        void ofAnInnerScopeEndsThatOneAlone() {
            run(() -> {
                var outer = CancelScope.create();
                var inner = CancelScope.create();
                boolean ended = outer.run(() -> {
                    assertThat(inner.run(() -> {
                                inner.cancel("inner");
                                checkpoint();
                            }))
                            .isFalse();
                    checkpoint();
                });

                assertThat(ended).isTrue();
            });
        }

        @Test
        @DisplayName("D2 cancel before entry takes effect on entry")
        void beforeEntryTakesEffectOnEntry() {
            run(() -> {
                var scope = CancelScope.create();
                scope.cancel("before");
                var went = new ArrayList<String>();
                boolean ended = scope.run(() -> {
                    went.add("in");
                    checkpoint();
                    went.add("on");
                });

                assertThat(ended).isFalse();
                assertThat(went).containsExactly("in");
            });
        }

        @Test
        @DisplayName("D3 cancel after the block has no effect")
        void afterTheBlockHasNoEffect() {
            run(() -> {
                var scope = CancelScope.create();
                assertThat(scope.run(() -> checkpoint())).isTrue();
                scope.cancel("late");

                assertThat(scope.isCancelled()).isFalse();
                checkpoint();
            });
        }

        @Test
        @DisplayName("D1 a scope around a group cancels body and children, and ends without raising")
        void endsGroupsInside() {
            run(() -> {
                var scope = CancelScope.create();
                var child = new AtomicReference<Task<?>>();
                boolean ended = scope.run(() -> {
                    try (var group = TaskGroup.open()) {
                        child.set(group.spawn(() -> sleep(LONG)));
                        group.spawn(() -> scope.cancel("enough"));
                        sleep(LONG);
                        group.join();
                    }
                });

                assertThat(ended).isFalse();
                assertThat(child.get().isCancelled()).isTrue();
            });
        }

        @Test
        void fromAForeignThreadTakesEffect() {
            run(() -> {
                var scope = CancelScope.create();
                var foreign = new Thread(() -> scope.cancel("from afar"));
                boolean ended = scope.run(() -> {
                    foreign.start();
                    sleep(LONG);
                });

                assertThat(ended).isFalse();
                assertThat(scope.cancellation()).isNotNull();
            });
        }

        @Test
        void aFailureWinsAndAValueWins() {
            run(() -> {
                var scope = CancelScope.create();
                assertThatThrownBy(() -> scope.run(() -> {
                            scope.cancel("enough");
                            try {
                                checkpoint();
                            } finally {
                                explode();
                            }
                        }))
                        .isInstanceOf(IOException.class);
                assertThat(scope.caught()).isFalse();
            });
        }

        private static void explode() throws IOException {
            throw new IOException("while cleaning up");
        }
    }

    @Nested
    class SaysWhoCancelled {
        private Cancelled seenIn(Action<RuntimeException> body) {
            Throwable seen = catchThrowable(body::run);
            assertThat(seen).isInstanceOf(Cancelled.class);
            return (Cancelled) seen;
        }

        @Test
        @DisplayName("T018 a request: reason, requesting task and the stack of the call")
        void aRequest() {
            run(() -> {
                var scope = CancelScope.create();
                var canceller = new AtomicReference<Task<?>>();
                scope.run(() -> {
                    canceller.set(spawn(() -> cancelHere(scope)));
                    Cancelled seen = seenIn(() -> sleep(LONG));

                    assertThat(seen.source()).isEqualTo(Cancelled.Source.REQUEST);
                    assertThat(seen.reason()).isEqualTo("no longer wanted");
                    assertThat(seen.requester()).isEqualTo(canceller.get().name());
                    assertThat(seen)
                            .hasMessageContainingAll(
                                    "no longer wanted", canceller.get().name());
                    assertThat(seen.getCause().getStackTrace())
                            .anySatisfy(
                                    frame -> assertThat(frame.getMethodName()).isEqualTo("cancelHere"));
                });
                assertThat(scope.cancellation().requester())
                        .isEqualTo(canceller.get().name());
            });
        }

        private static void cancelHere(CancelScope scope) {
            scope.cancel("no longer wanted");
        }

        @Test
        @DisplayName("T018 a deadline: its source, and no requester")
        void aDeadline() {
            run(() -> moveOnAfter(TICK, () -> {
                Cancelled seen = seenIn(() -> sleep(LONG));

                assertThat(seen.source()).isEqualTo(Cancelled.Source.DEADLINE);
                assertThat(seen.reason()).contains("1 ms");
                assertThat(seen.requester()).isNull();
            }));
        }

        @Test
        @DisplayName("T018 a group: the task that failed")
        void aGroup() {
            run(() -> {
                var seen = new AtomicReference<Cancelled>();
                assertThatThrownBy(() -> {
                            try (var group = TaskGroup.open()) {
                                group.spawn(() -> {
                                    try {
                                        sleep(LONG);
                                    } catch (Cancelled e) {
                                        seen.set(e);
                                        throw e;
                                    }
                                });
                                group.spawn("culprit", () -> {
                                    throw new IllegalStateException("boom");
                                });
                                group.join();
                            }
                        })
                        .isInstanceOf(IllegalStateException.class);

                assertThat(seen.get().source()).isEqualTo(Cancelled.Source.GROUP);
                assertThat(seen.get().requester()).isEqualTo("culprit");
                assertThat(seen.get().reason()).contains("boom");
            });
        }

        @Test
        @DisplayName("T018 an interrupt")
        void anInterrupt() {
            var seen = new AtomicReference<Cancelled>();
            var _ = catchThrowable(() -> run(() -> {
                Thread.currentThread().interrupt();
                seen.set(seenIn(() -> sleep(LONG)));
            }));

            assertThat(seen.get().source()).isEqualTo(Cancelled.Source.INTERRUPT);
        }

        @Test
        @DisplayName("T018 a shutdown")
        void aShutdown() {
            var seen = new AtomicReference<Cancelled>();
            var entered = new AtomicBoolean();
            try (EventLoop loop = EventLoop.open("served")) {
                loop.spawn(() -> {
                    entered.set(true);
                    seen.set(seenIn(() -> sleep(LONG)));
                    return null;
                });
                until("the task runs", entered::get);
            }

            assertThat(seen.get().source()).isEqualTo(Cancelled.Source.SHUTDOWN);
        }
    }

    @Nested
    class Refuses {
        @Test
        void aSecondEntry() {
            run(() -> {
                var scope = CancelScope.create();
                scope.run(() -> {});

                assertThatThrownBy(() -> scope.run(() -> {}))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("make another");
            });
        }

        @Test
        void toBeMadeWithoutATask() {
            assertThatThrownBy(CancelScope::create)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Weft.run");
        }

        @Test
        void aTaskOfAnotherLoop() {
            run(() -> {
                var scope = CancelScope.create();
                try (EventLoop other = EventLoop.open("other")) {
                    Task<?> stranger = other.spawn(() -> {
                        scope.run(() -> {});
                        return null;
                    });
                    stranger.join();
                    assertThat(stranger.failure())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContainingAll("other", "make a scope in the task");
                    Task<?> mover = other.spawn(() -> scope.expireAfter(LONG));
                    mover.join();
                    assertThat(mover.failure())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("not on loop");
                }
            });
        }

        @Test
        void aNegativeTime() {
            run(() -> assertThatThrownBy(() -> CancelScope.create().expireAfter(Duration.ofMillis(-1)))
                    .isInstanceOf(IllegalArgumentException.class));
        }
    }
}

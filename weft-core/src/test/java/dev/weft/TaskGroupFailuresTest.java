package dev.weft;

import static dev.weft.Children.fail;
import static dev.weft.Children.failsWhenCancelled;
import static dev.weft.Children.sleeper;
import static dev.weft.Eventually.passes;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What becomes of the failures of a group: of its tasks, of its body, and of both beside a cancellation. */
class TaskGroupFailuresTest {
    private static final Duration LONG = Duration.ofHours(1);

    private static String handled(Action<RuntimeException> body) {
        Throwable e = catchThrowable(body::run);
        return e == null ? "nothing" : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    @Test
    @DisplayName("P055 a child that is cancelled by itself is no error, and the group waits for the others")
    void aCancelledChildIsNone() {
        run(() -> {
            try (var group = TaskGroup.open()) {
                Task<?> cancelled = sleeper(group);
                Task<String> other = group.spawn(() -> {
                    passes(4);
                    return "done";
                });
                passes(2);
                cancelled.cancel("enough");
                group.join();

                assertThat(cancelled.isCancelled()).isTrue();
                assertThat(other.result()).isEqualTo("done");
            }
        });
    }

    @Test
    @DisplayName("P056 a failing child cancels its siblings and the body; only real failures are thrown")
    void stopSiblingsAndBody() {
        run(() -> {
            var sibling = new AtomicReference<Task<?>>();
            var reached = new AtomicBoolean();
            Throwable thrown = catchThrowable(() -> {
                try (var group = TaskGroup.open()) {
                    sibling.set(sleeper(group));
                    group.spawn(() -> {
                        passes(2);
                        fail("boom");
                    });
                    sleep(LONG);
                    reached.set(true);
                }
            });

            assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessage("boom");
            assertThat(Failures.of(thrown).all()).hasSize(1);
            assertThat(sibling.get().isCancelled()).isTrue();
            assertThat(reached).isFalse();
        });
    }

    @Test
    @DisplayName("P060 an inner group's failure arrives in the outer group")
    void ofAnInnerGroupArriveInTheOuterOne() {
        run(() -> assertThatThrownBy(() -> {
                    try (var outer = TaskGroup.open()) {
                        outer.spawn(() -> {
                            try (var inner = TaskGroup.open()) {
                                inner.spawn(() -> fail("inner"));
                                inner.join();
                            }
                        });
                        outer.join();
                    }
                })
                .hasMessage("inner"));
    }

    @Test
    @DisplayName(
            "P061 a failing child of the outer group interrupts a body in an inner group; only that failure is thrown")
    void ofTheOuterGroupInterruptAnInnerBody() {
        run(() -> {
            var inner = new AtomicReference<Task<?>>();
            Throwable thrown = catchThrowable(() -> {
                try (var outer = TaskGroup.open()) {
                    outer.spawn(() -> {
                        passes(2);
                        fail("outer");
                    });
                    try (var group = TaskGroup.open()) {
                        inner.set(sleeper(group));
                        group.join();
                    }
                }
            });

            assertThat(thrown).hasMessage("outer").hasNoSuppressedExceptions();
            assertThat(inner.get().isCancelled()).isTrue();
        });
    }

    @Test
    @DisplayName("P064 a failure of the body carries those of children that the body has not seen")
    void ofTheBodyCarryThoseOfChildren() {
        run(() -> {
            Throwable thrown = catchThrowable(() -> {
                try (var group = TaskGroup.open()) {
                    group.spawn(() -> fail("child"));
                    Weft.shield(() -> passes(2));
                    explode();
                }
            });

            assertThat(thrown).isInstanceOf(IOException.class);
            assertThat(Failures.of(thrown).all())
                    .extracting(Throwable::getMessage)
                    .containsExactly("body", "child");
        });
    }

    @Test
    @DisplayName(
            "P064 a failure of the body's clean-up replaces the child's that was thrown there, as finally does in Java")
    void ofTheCleanUpReplaceTheOneThatWasThrown() {
        run(() -> assertThatThrownBy(() -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> fail("child"));
                        try {
                            sleep(LONG);
                        } finally {
                            explode();
                        }
                    }
                })
                .isInstanceOf(IOException.class));
    }

    private static void explode() throws IOException {
        throw new IOException("body");
    }

    @Test
    @DisplayName("P063 a body that turns its cancellation into a failure ends with that failure")
    void ofABodyThatIsCancelled() {
        run(() -> {
            Task<?> owner = spawn(() -> {
                try (var group = TaskGroup.open()) {
                    sleeper(group);
                    try {
                        sleep(LONG);
                    } finally {
                        fail("body");
                    }
                }
            });
            passes(3);
            owner.cancel("enough");
            owner.join();

            assertThat(owner.failure()).hasMessage("body");
        });
    }

    @Test
    @DisplayName("P065 D7 an Error of the body is thrown as itself, and carries what children failed with")
    void ofErrorTypeStayThemselves() {
        run(() -> {
            Throwable thrown = catchThrowable(() -> {
                try (var group = TaskGroup.open()) {
                    failsWhenCancelled(group, "child");
                    passes(2);
                    throw new AssertionError("body");
                }
            });

            assertThat(thrown).isInstanceOf(AssertionError.class).hasMessage("body");
            assertThat(Failures.of(thrown).all())
                    .extracting(Throwable::getMessage)
                    .containsExactly("body", "child");
        });
    }

    @Test
    @DisplayName("P072 of both groups at once: inside the inner one its own is thrown, behind it the outer one's")
    void ofBothGroupsAtOnceAreThrownOneAfterTheOther() {
        run(() -> {
            var seen = new ArrayList<String>();
            assertThatThrownBy(() -> {
                        try (var outer = TaskGroup.open()) {
                            outer.spawn(() -> {
                                passes(2);
                                fail("outer");
                            });
                            seen.add(handled(() -> {
                                try (var inner = TaskGroup.open()) {
                                    inner.spawn(() -> {
                                        passes(1);
                                        fail("inner");
                                    });
                                    inner.join();
                                }
                            }));
                            seen.add("handled");
                            sleep(LONG);
                            seen.add("too far");
                        }
                    })
                    .hasMessage("outer");
            assertThat(seen).containsExactly("IllegalStateException: inner", "handled");
            checkpoint();
        });
    }

    @Test
    @DisplayName("P074 a child that fails while another child creates it still cancels that one; it is thrown once")
    void ofATaskThatAChildCreates() {
        run(() -> {
            var creator = new AtomicReference<Task<?>>();
            Throwable thrown = catchThrowable(() -> {
                try (var group = TaskGroup.open()) {
                    creator.set(group.spawn(() -> {
                        group.spawn(() -> fail("boom"));
                        sleep(LONG);
                    }));
                    group.join();
                }
            });

            assertThat(thrown).hasMessage("boom");
            assertThat(Failures.of(thrown).all()).hasSize(1);
            assertThat(creator.get().isCancelled()).isTrue();
        });
    }

    @Test
    @DisplayName("P141 a group that was left open by its task loses no failure")
    void ofAnAbandonedGroupAreNotLost() {
        run(() -> {
            Task<?> careless = spawn(() -> {
                TaskGroup group = TaskGroup.open();
                group.spawn(() -> fail("boom"));
                return group;
            });
            careless.join();
            assertThat(careless.failure()).isNull();

            Task<?> waiting = spawn(() -> {
                TaskGroup group = TaskGroup.open();
                failsWhenCancelled(group, "boom");
                passes(2);
                return group;
            });
            waiting.join();
            assertThat(waiting.failure()).hasMessage("boom");
        });
    }

    @Nested
    class CancellationOfTheOwner {
        @Test
        @DisplayName("P057 while it waits at the end cancels all children and raises plain cancellation")
        void cancelsTheChildren() {
            run(() -> {
                var children = new ArrayList<Task<?>>();
                var seen = new AtomicReference<Throwable>();
                Task<?> owner = spawn(() -> seen.set(catchThrowable(() -> {
                    try (var group = TaskGroup.open()) {
                        children.add(sleeper(group));
                        children.add(sleeper(group));
                        group.join();
                    }
                })));
                passes(3);
                owner.cancel("enough");
                owner.join();

                assertThat(seen.get()).isInstanceOf(Cancelled.class);
                assertThat(children)
                        .allSatisfy(child -> assertThat(child.isCancelled()).isTrue());
            });
        }

        @Test
        @DisplayName(
                "P058 P073 children that fail on that occasion win, and the cancellation is raised at the next checkpoint")
        void losesAgainstFailuresOfChildren() {
            run(() -> {
                var seen = new ArrayList<String>();
                Task<?> owner = spawn(() -> {
                    seen.add(handled(() -> {
                        try (var group = TaskGroup.open()) {
                            failsWhenCancelled(group, "child");
                            group.join();
                        }
                    }));
                    seen.add(handled(Weft::checkpoint));
                });
                passes(3);
                owner.cancel("enough");
                owner.join();

                assertThat(seen.getFirst()).isEqualTo("IllegalStateException: child");
                assertThat(seen.getLast()).startsWith("Cancelled: cancelled: enough");
            });
        }

        @Test
        @DisplayName("P058 P062 a failure that try-with-resources hides in the cancellation is the failure of the task")
        void doesNotHideFailuresOfChildren() {
            run(() -> {
                Task<?> owner = spawn(() -> {
                    try (var group = TaskGroup.open()) {
                        failsWhenCancelled(group, "child");
                        sleep(LONG);
                    }
                });
                passes(3);
                owner.cancel("enough");
                owner.join();

                assertThat(owner.failure()).hasMessage("child");
            });
        }
    }
}

package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

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

/** Groups: who owns a task, when the block ends, and what becomes of failures. */
class TaskGroupTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    private static void fail(String message) {
        throw new IllegalStateException(message);
    }

    private static Task<?> sleeper(TaskGroup group) {
        return group.spawn(() -> sleep(LONG));
    }

    /** A task that fails when it is cancelled. */
    private static Task<?> failsWhenCancelled(TaskGroup group, String message) {
        return group.spawn(() -> {
            try {
                sleep(LONG);
            } finally {
                fail(message);
            }
        });
    }

    private static String handled(Action<RuntimeException> body) {
        Throwable e = catchThrowable(body::run);
        return e == null ? "nothing" : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    @Nested
    class Failures {
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
                assertThat(dev.weft.Failures.of(thrown).all()).hasSize(1);
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
                assertThat(dev.weft.Failures.of(thrown).all())
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
                assertThat(dev.weft.Failures.of(thrown).all())
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
                assertThat(dev.weft.Failures.of(thrown).all()).hasSize(1);
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

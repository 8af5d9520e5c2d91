package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.moveOnAfter;
import static dev.weft.Weft.run;
import static dev.weft.Weft.shield;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Blocks that can be cancelled as a whole: by a call, by a deadline that moves, and not at all behind a shield. */
class CancelScopeTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    /** Keeps the loop busy until some time has passed, without a checkpoint. */
    private static void computeFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

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
    class Deadlines {
        @Test
        @DisplayName("T008 leaving before the deadline disarms the scope")
        void areDisarmedByLeaving() {
            new JumpingClock().run(() -> {
                var scope = CancelScope.create().expireAfter(TICK);
                assertThat(scope.run(() -> {})).isTrue();
                sleep(Duration.ofMillis(3));

                assertThat(scope.isCancelled()).isFalse();
            });
        }

        @Test
        @DisplayName("T008 P083 a deadline may be moved while the scope is open, also by another task")
        void mayBeMoved() {
            run(() -> {
                var scope = CancelScope.create().expireAfter(LONG);
                boolean ended = scope.run(() -> {
                    spawn(() -> scope.expireAfter(TICK));
                    sleep(LONG);
                });

                assertThat(ended).isFalse();
                assertThat(scope.cancellation().reason()).contains("1 ms");
            });
        }

        @Test
        @DisplayName("P083 a deadline that was moved away does not fire at its former time")
        void doNotFireWhereTheyWere() {
            new JumpingClock().run(() -> {
                var scope = CancelScope.create().expireAfter(TICK);
                assertThat(scope.run(() -> {
                            scope.expireAfter(LONG);
                            sleep(Duration.ofMillis(3));
                        }))
                        .isTrue();
                assertThat(scope.timeLeft())
                        .hasValueSatisfying(left -> assertThat(left).isBetween(Duration.ofMinutes(59), LONG));
            });
        }

        @Test
        @DisplayName("P083 a deadline that was removed never fires")
        void mayBeRemoved() {
            new JumpingClock().run(() -> {
                var scope = CancelScope.create().expireAfter(TICK);
                assertThat(scope.run(() -> {
                            spawn(scope::neverExpire).join();
                            sleep(Duration.ofMillis(3));
                        }))
                        .isTrue();
                assertThat(scope.timeLeft()).isEmpty();
            });
        }

        @Test
        @DisplayName("P088 once it has expired, a deadline cannot be moved")
        void cannotBeMovedOnceSignalled() {
            run(() -> {
                var scope = CancelScope.create().expireAfter(Duration.ZERO);
                scope.run(() -> {
                    assertThatThrownBy(() -> scope.expireAfter(LONG))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("0 ms is over");
                    assertThatThrownBy(scope::neverExpire).isInstanceOf(IllegalStateException.class);
                });
                var left = CancelScope.create();
                left.run(() -> {});
                assertThatThrownBy(() -> left.expireAfter(LONG)).hasMessageContaining("block has ended");
            });
        }

        @Test
        @DisplayName("T009 a deadline that has passed is noticed at the very next checkpoint")
        void areNoticedAtTheNextCheckpoint() {
            run(() -> {
                List<Action<RuntimeException>> checkpoints = List.of(Weft::checkpoint, () -> sleep(Duration.ZERO));
                for (Action<RuntimeException> point : checkpoints) {
                    boolean ended = moveOnAfter(TICK, () -> {
                        point.run();
                        computeFor(Duration.ofMillis(2));
                        point.run();
                    });
                    assertThat(ended).isFalse();
                }
            });
        }

        @Test
        @DisplayName("P078 a deadline of zero fires at the first checkpoint, even one of zero length")
        void ofZeroFireAtTheFirstCheckpoint() {
            run(() -> {
                var went = new ArrayList<String>();
                assertThat(moveOnAfter(Duration.ZERO, () -> {
                            went.add("in");
                            sleep(Duration.ZERO);
                            went.add("on");
                        }))
                        .isFalse();
                assertThat(went).containsExactly("in");
            });
        }

        @Test
        @DisplayName("P076 of two scopes with the same deadline both expire, and the outer one catches")
        void thatAreEqualEndInTheOuterScope() {
            run(() -> {
                var outer = CancelScope.create();
                var inner = CancelScope.create();
                var seen = new AtomicReference<Throwable>();
                boolean ended = outer.run(() -> {
                    outer.expireAfter(TICK);
                    inner.expireAfter(TICK);
                    seen.set(catchThrowable(() -> inner.run(() -> {
                        computeFor(Duration.ofMillis(2));
                        sleep(LONG);
                    })));
                    checkpoint();
                });

                assertThat(ended).isFalse();
                assertThat(seen.get()).isInstanceOf(Cancelled.class);
                assertThat(inner.isCancelled()).isTrue();
                assertThat(inner.caught()).isFalse();
                assertThat(outer.caught()).isTrue();
            });
        }

        @Test
        @DisplayName("P076 the outer of two scopes that are due catches, also if the loop comes to the inner one first")
        void thatAreDueEndInTheOuterScopeWhicheverHasItsTurnFirst() {
            var clock = new JumpingClock();
            clock.run(() -> {
                var outer = CancelScope.create();
                var inner = CancelScope.create();
                boolean ended = outer.run(() -> {
                    outer.expireAfter(TICK.multipliedBy(2));
                    inner.expireAfter(TICK);
                    inner.run(() -> {
                        clock.advance(TICK); // the inner deadline is due in the next pass, and the outer one
                        EventLoop.current().callSoon(() -> clock.advance(TICK)); // only once that pass has begun
                        sleep(LONG);
                    });
                });

                assertThat(ended).isFalse();
                assertThat(inner.isCancelled()).isTrue();
                assertThat(inner.caught()).isFalse();
                assertThat(outer.caught()).isTrue();
            });
        }

        @Test
        @DisplayName("P076 the outer of two scopes that are due catches, also if the inner one was when it was entered")
        void thatAreDueEndInTheOuterScopeEvenIfTheInnerOneIsEnteredThen() {
            var clock = new JumpingClock();
            clock.run(() -> {
                var outer = CancelScope.create();
                var inner = CancelScope.create();
                boolean ended = outer.run(() -> {
                    outer.expireAfter(TICK);
                    inner.expireAfter(TICK);
                    clock.advance(TICK);
                    inner.run(() -> sleep(LONG));
                });

                assertThat(ended).isFalse();
                assertThat(inner.caught()).isFalse();
                assertThat(outer.caught()).isTrue();
            });
        }

        @Test
        @DisplayName("P082 code behind an inner scope that expired late is stopped by the outer one, which is due")
        void thatAreDueStopTheCodeBehindALateInnerScope() {
            run(() -> {
                var went = new ArrayList<String>();
                var outer = CancelScope.create();
                boolean ended = outer.run(() -> {
                    assertThatThrownBy(() -> withTimeout(TICK, () -> {
                                computeFor(Duration.ofMillis(2));
                                sleep(LONG);
                            }))
                            .isInstanceOf(TimedOutException.class);
                    outer.expireAfter(TICK);
                    computeFor(Duration.ofMillis(2));
                    went.add("behind");
                    sleep(LONG);
                    went.add("too far");
                });

                assertThat(ended).isFalse();
                assertThat(went).containsExactly("behind");
            });
        }
    }

    @Nested
    class Shields {
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

    @Nested
    class TimeOuts {
        @Test
        @DisplayName("P079 another failure passes through, and nothing has expired")
        void letOtherFailuresPass() {
            run(() -> assertThatThrownBy(() -> withTimeout(LONG, () -> {
                        throw new IOException("odd");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasNoSuppressedExceptions());
        }

        @Test
        @DisplayName("P080 P093 a failure of the clean-up after the expiry wins and carries the time-out")
        void loseAgainstAFailureOfTheCleanUp() {
            run(() -> assertThatThrownBy(() -> withTimeout(TICK, () -> {
                        try {
                            sleep(LONG);
                        } finally {
                            Cleaning.fail();
                        }
                    }))
                    .isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasAtLeastOneElementOfType(TimedOutException.class)));
        }

        @Test
        @DisplayName("P081 a cancellation from outside stays one in a scope that has not expired")
        void letCancellationsFromOutsidePass() {
            run(() -> {
                var seen = new AtomicReference<Throwable>();
                Task<?> task = spawn(() -> seen.set(catchThrowable(() -> withTimeout(LONG, () -> sleep(LONG)))));
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(seen.get()).isInstanceOf(Cancelled.class).hasMessageContaining("enough");
            });
        }

        @Test
        @DisplayName("P084 the clean-up of a block that timed out may have a limit of its own behind a shield")
        void mayNestInAFinallyBlock() {
            run(() -> {
                var inner = new AtomicReference<Throwable>();
                assertThatThrownBy(() -> withTimeout(TICK, () -> {
                            try {
                                sleep(LONG);
                            } finally {
                                inner.set(catchThrowable(() -> shield(() -> withTimeout(TICK, () -> sleep(LONG)))));
                            }
                        }))
                        .isInstanceOf(TimedOutException.class)
                        .hasCauseInstanceOf(Cancelled.class);
                assertThat(inner.get()).isInstanceOf(TimedOutException.class).hasCauseInstanceOf(Cancelled.class);
            });
        }

        @Test
        @DisplayName("P090 the result of a task that has ended needs a look before the limit, which await is not")
        void ofZeroEndAnAwaitEvenOfATaskThatHasEnded() {
            run(() -> {
                Task<Integer> task = spawn(() -> 5);
                task.join();

                assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> task.await()))
                        .isInstanceOf(TimedOutException.class);
                assertThat(withTimeout(Duration.ZERO, () -> task.isDone() ? task.result() : task.await()))
                        .isEqualTo(5);
            });
        }

        @Test
        @DisplayName("P091 with a limit of zero no task is started")
        void ofZeroStartNothing() {
            run(() -> {
                var ran = new AtomicBoolean();
                assertThatThrownBy(() -> withTimeout(
                                Duration.ZERO,
                                () -> Weft.gather(() -> {
                                    ran.set(true);
                                    return 1;
                                })))
                        .isInstanceOf(TimedOutException.class);
                passes(2);
                assertThat(ran).isFalse();
            });
        }

        @Test
        @DisplayName("P095 a cancellation in the pass in which the block ends is not lost, and the result is kept")
        void keepACancellationThatComesWithTheEnd() {
            run(() -> {
                Task<Integer> inner = spawn(() -> {
                    sleep(Duration.ZERO);
                    return 5;
                });
                var went = new ArrayList<Object>();
                Task<?> caller = spawn(() -> {
                    went.add(withTimeout(LONG, () -> inner.await()));
                    checkpoint();
                    went.add("too far");
                });
                inner.whenDone(_ -> caller.cancel("at the same time"));
                caller.join();

                assertThat(inner.result()).isEqualTo(5);
                assertThat(caller.isCancelled()).isTrue();
                assertThat(went).doesNotContain("too far");
            });
        }

        @Test
        @DisplayName("P097 P036 a task that is awaited survives the time-out and can be awaited later")
        void leaveTheTaskThatIsAwaitedAlone() {
            run(() -> {
                var gate = new AtomicBoolean();
                Task<String> task = spawn(() -> {
                    while (!gate.get()) {
                        sleep(Duration.ZERO);
                    }
                    return "done";
                });
                assertThatThrownBy(() -> withTimeout(TICK, () -> task.await())).isInstanceOf(TimedOutException.class);
                gate.set(true);

                assertThat(task.await()).isEqualTo("done");
            });
        }

        @Test
        @DisplayName("P003 a time-out interrupts its own block only, and code behind it runs")
        void endTheirOwnBlockOnly() {
            run(() -> {
                for (Duration limit : List.of(TICK, LONG)) {
                    var _ = catchThrowable(() -> withTimeout(limit, () -> {
                        if (limit.equals(TICK)) {
                            sleep(LONG);
                        }
                    }));
                    checkpoint();
                    sleep(Duration.ZERO);
                }
            });
        }
    }

    private static final class Cleaning {
        static void fail() throws IOException {
            throw new IOException("while cleaning up");
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

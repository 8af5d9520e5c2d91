package dev.weft;

import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.moveOnAfter;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Deadlines of blocks, which move, are removed, and end in the outermost block that is due. */
class DeadlinesTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    /** Keeps the loop busy until some time has passed, without a checkpoint. */
    private static void computeFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

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

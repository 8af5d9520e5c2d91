package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.run;
import static dev.weft.Weft.shield;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Blocks that end in an exception when their time is over. */
class TimeOutsTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    private static final class Cleaning {
        static void fail() throws IOException {
            throw new IOException("while cleaning up");
        }
    }

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

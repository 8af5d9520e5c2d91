package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Weft.offload;
import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.loop.EventLoop;
import dev.weft.loop.kernel.Offload;
import dev.weft.sync.Limiter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Work beside the loop. */
class OffloadTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    private final CountDownLatch gate = new CountDownLatch(1);

    private void awaitGate() {
        boolean interrupted = false;
        for (; ; ) {
            try {
                gate.await();
                break;
            } catch (InterruptedException _) {
                interrupted = true; // this work does not react
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void runsOnAnotherThreadWhileTheLoopGoesOn() throws Exception {
        run(() -> {
            Task<Boolean> task = spawn(() -> offload(() -> {
                awaitGate();
                return Thread.currentThread().isVirtual();
            }));
            passes(3);
            assertThat(task.isDone()).isFalse();
            gate.countDown();

            assertThat(task.await()).isFalse();
        });
    }

    @Test
    void throwsWhatTheWorkThrows() {
        var failure = new IOException("disk");

        assertThatThrownBy(() -> run(() -> offload(() -> {
                    throw failure;
                })))
                .isSameAs(failure);
    }

    @Test
    @Tag("loop-only") // scoped values need the flag
    @DisplayName("P203 the thread sees the caller's scoped values, also where it throws")
    void theThreadSeesTheScopedValuesOfTheCaller() throws Exception {
        var failure = new IOException("disk");
        run(() -> ScopedValue.where(USER, "ada").call(() -> {
            assertThat(offload(USER::get)).isEqualTo("ada");
            assertThatThrownBy(() -> offload(() -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
            return null;
        }));
        run(() -> assertThat(offload(USER::isBound)).isFalse());
    }

    @Test
    @DisplayName("T025 there are never more threads at it than tokens")
    void aLimiterLimitsTheThreads() {
        var limiter = new Limiter(3);
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        run(() -> {
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < 20; i++) {
                    group.spawn(() -> offload(limiter, () -> {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        Thread.sleep(1);
                        now.decrementAndGet();
                        return null;
                    }));
                }
                group.join();
            }
        });

        assertThat(most.get()).isBetween(1, 3);
        assertThat(limiter.statistics().borrowed()).isZero();
    }

    @Test
    @DisplayName("T025 work whose caller was cancelled keeps its token until it ends")
    void abandonedWorkKeepsItsToken() {
        var limiter = new Limiter(1);
        var started = new AtomicBoolean();
        run(() -> {
            Task<?> task = spawn(() -> offload(limiter, () -> {
                started.set(true);
                awaitGate();
                return null;
            }));
            while (!started.get()) {
                sleep(TICK);
            }
            task.cancel("no longer wanted");
            task.join();
            assertThat(limiter.statistics().borrowed()).isEqualTo(1);

            Task<?> next = spawn(() -> offload(limiter, () -> 2));
            passes(5);
            assertThat(next.isDone()).isFalse();
            gate.countDown();

            assertThat(next.await()).isEqualTo(2);
        });
    }

    @Test
    @DisplayName("T025 a caller that is cancelled while it waits for a token takes none")
    void aCallerThatIsCancelledInLineTakesNoToken() throws Exception {
        var limiter = new Limiter(0);
        var ran = new AtomicBoolean();
        run(() -> {
            Task<?> task = spawn(() -> offload(limiter, () -> {
                ran.set(true);
                return null;
            }));
            passes(2);
            task.cancel("no longer wanted");
            task.join();
            limiter.resize(1);

            assertThat(limiter.statistics().borrowed()).isZero();
            assertThat(offload(limiter, () -> 1)).isEqualTo(1);
        });
        assertThat(ran).isFalse();
    }

    @Test
    void outsideOfALoopTheCallerTakesATokenToo() throws Exception {
        var limiter = new Limiter(1);

        assertThat(offload(limiter, () -> limiter.statistics().borrowed())).isEqualTo(1);
        assertThat(limiter.statistics().borrowed()).isZero();
    }

    @Test
    @DisplayName("T026 the thread finds out that its caller was cancelled")
    void theThreadFindsOutThatItsCallerWasCancelled() {
        var seen = new AtomicReference<String>();
        var started = new AtomicBoolean();
        run(() -> {
            Task<?> task = spawn(() -> offload(() -> {
                started.set(true);
                for (; ; ) {
                    try {
                        Weft.checkCancelled();
                    } catch (Cancelled e) {
                        seen.set(e.reason());
                        throw e;
                    }
                }
            }));
            while (!started.get()) {
                sleep(TICK);
            }
            task.cancel("no longer wanted");
            task.join();
        });
        until("the thread has found out", () -> seen.get() != null);

        assertThat(seen).hasValue("no longer wanted");
    }

    @Test
    @DisplayName("P165 work that ends after its caller was cancelled and the loop closed harms nothing")
    void workThatOutlivesItsLoopHarmsNothing() throws Exception {
        var ended = new AtomicBoolean();
        var started = new AtomicInteger();
        List<EventLoop.Report> reports = new ArrayList<>();
        try (EventLoop loop =
                EventLoop.builder().name("gone").exceptionHandler(reports::add).open()) {
            for (int i = 0; i < 3; i++) {
                loop.spawn(() -> offload(() -> {
                    started.incrementAndGet();
                    awaitGate();
                    ended.set(true);
                    return null;
                }));
            }
            until("the work has begun", () -> started.get() == 3);
        }
        gate.countDown();
        until("the work has ended", ended::get);

        assertThat(reports).isEmpty();
        assertThat(run(() -> offload(() -> 1))).isEqualTo(1);
    }

    @Test
    @DisplayName("what was opened for a caller that has been cancelled is closed, and not left open")
    void closesWhatNobodyTakes() throws Exception {
        var closed = new AtomicReference<Object>();
        var opened = new Object();
        var begun = new AtomicBoolean();
        run(() -> {
            Task<Object> task = spawn(() -> Offload.open(
                    () -> {
                        begun.set(true);
                        awaitGate();
                        return opened;
                    },
                    closed::set));
            passes(3);
            until("it is being opened", begun::get);
            task.cancel("enough");
            passes(3);
            assertThat(task.isDone()).isTrue();
            assertThat(closed).hasNullValue();

            gate.countDown();
            until("it is closed", () -> closed.get() == opened);
        });
    }

    @Test
    @DisplayName("what a caller takes stays open")
    void leavesOpenWhatIsTaken() throws Exception {
        var closed = new AtomicReference<Object>();
        Object opened = run(() -> Offload.open(Object::new, closed::set));

        assertThat(opened).isNotNull();
        assertThat(closed).hasNullValue();
    }
}

package dev.weft.loop;

import static dev.weft.Eventually.until;
import static dev.weft.Eventually.waits;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.AwaitTrace;
import dev.weft.Cancelled;
import dev.weft.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Calling into a loop from outside, and the task factory that all of its tasks pass. */
class PortalTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final EventLoop loop = EventLoop.open("portal");

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void returnsWhatTheBlockReturns() {
        assertThat(loop.call(() -> "result")).isEqualTo("result");
        assertThat(loop.run(() -> "result")).isEqualTo("result");
    }

    @Test
    void throwsWhatTheBlockThrowsWithBothStacks() {
        var failure = new IOException("disk");
        Throwable seen = catchThrowable(() -> loop.call(() -> {
            throw failure;
        }));

        assertThat(seen).isSameAs(failure);
        assertThat(seen.getSuppressed()).hasAtLeastOneElementOfType(AwaitTrace.class);
    }

    @Test
    void isRefusedOnTheLoopItself() {
        loop.call(() -> {
            assertThatThrownBy(() -> loop.call(() -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("would wait for itself")
                    .hasMessageContaining("call the block directly");
            assertThatThrownBy(() -> loop.run(() -> 1)).isInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void suspendsACoroutineOfAnotherLoop() {
        try (EventLoop other = EventLoop.open("other")) {
            assertThat(other.call(() -> loop.call(() -> EventLoop.current().name())))
                    .isEqualTo("portal");
        }
    }

    @Test
    @DisplayName("P050 a wait that times out leaves no live task once its future is cancelled")
    void aTimedOutWaitLeavesNothingBehind() {
        Task<?> task = loop.submit(() -> {
            sleep(LONG);
            return null;
        });

        assertThatThrownBy(() -> task.get(1, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(task.isDone()).isFalse();
        task.cancel(true);
        until("the task has ended", task::isDone);
        until("the loop has none", () -> loop.tasks().isEmpty());
    }

    @Test
    @DisplayName("P051 a block that is cancelled on the loop makes the wait of the other thread say so")
    void aCancelledBlockIsSeenByTheCaller() {
        assertThatThrownBy(() -> loop.call(() -> {
                    loop.tasks().getFirst().cancel("from inside");
                    sleep(LONG);
                }))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("from inside");
    }

    @Test
    @DisplayName("P053 an interrupt of the calling thread cancels the block")
    void anInterruptCancelsTheBlock() throws InterruptedException {
        var inside = new AtomicReference<Throwable>();
        var outside = new AtomicReference<Throwable>();
        Thread caller = Thread.ofPlatform()
                .start(() -> outside.set(catchThrowable(() -> loop.call(() -> {
                    try {
                        sleep(LONG);
                    } catch (Cancelled e) {
                        inside.set(e);
                        throw e;
                    }
                }))));
        until("the block runs", () -> !loop.tasks().isEmpty());
        waits(caller);
        caller.interrupt();
        caller.join();

        assertThat(inside.get()).isInstanceOf(Cancelled.class).hasMessageContaining("interrupted");
        assertThat(outside.get()).isInstanceOf(Cancelled.class);
        assertThat(loop.tasks()).isEmpty();
    }

    @Test
    @DisplayName("P053 a cancelled coroutine of another loop cancels the block, and waits for its end")
    void aCancelledCallerOfAnotherLoopCancelsTheBlock() {
        try (EventLoop other = EventLoop.open("other")) {
            var cleaned = new AtomicInteger();
            Task<?> caller = other.spawn(() -> loop.call(() -> {
                try {
                    sleep(LONG);
                } finally {
                    cleaned.incrementAndGet();
                }
            }));
            until("the block runs", () -> !loop.tasks().isEmpty());
            caller.cancel("no longer wanted");
            caller.join();

            assertThat(caller.isCancelled()).isTrue();
            assertThat(cleaned).hasValue(1);
        }
    }

    @Test
    void aValueThatTheBlockReturnsAllTheSameWins() {
        try (EventLoop other = EventLoop.open("other")) {
            var seen = new AtomicReference<String>();
            Task<?> caller = other.spawn(() -> seen.set(loop.call(() -> {
                try {
                    sleep(LONG);
                } catch (Cancelled _) {
                    // the value wins
                }
                return "saved";
            })));
            until("the block runs", () -> !loop.tasks().isEmpty());
            caller.cancel("no longer wanted");
            caller.join();

            assertThat(seen).hasValue("saved");
        }
    }

    @Test
    void aTaskFactoryWrapsAllTasks() {
        List<String> seen = new ArrayList<>();
        try (EventLoop hooked = EventLoop.builder()
                .name("hooked")
                .taskFactory((task, body) -> () -> {
                    seen.add("before " + task.name());
                    Object result = body.call();
                    seen.add("after " + task.name());
                    return result;
                })
                .open()) {
            hooked.spawn("outer", () -> {
                        dev.weft.Weft.spawn(() -> seen.add("inner")).await();
                        return hooked.schedule(() -> seen.add("delayed"), 1, TimeUnit.MILLISECONDS)
                                .get();
                    })
                    .await();
        }
        assertThat(seen)
                .contains("before outer", "inner", "delayed", "after outer")
                .hasSize(8);
    }

    @Test
    @DisplayName("P052 a task factory that fails is seen by the caller, and once by the exception handler")
    void aFailingTaskFactoryIsSeenByTheCaller() throws Exception {
        var reports = new ArrayList<EventLoop.Report>();
        var failure = new IllegalStateException("the factory");
        try (EventLoop hooked = EventLoop.builder()
                .name("hooked")
                .taskFactory((_, _) -> {
                    throw failure;
                })
                .exceptionHandler(reports::add)
                .open()) {
            assertThatThrownBy(() -> hooked.call(() -> 1)).isSameAs(failure);
            assertThat(reports).singleElement().satisfies(report -> {
                assertThat(report.exception()).isSameAs(failure);
                assertThat(report.message()).contains("task factory");
            });
            assertThat(hooked.tasks()).isEmpty();
            hooked.callSoon(() -> {}).get();
        }
    }

    @Test
    void aTaskFactoryThatReturnsNothingIsRefused() {
        try (EventLoop hooked = EventLoop.builder()
                .name("hooked")
                .taskFactory((_, _) -> null)
                .exceptionHandler(_ -> {})
                .open()) {
            assertThatThrownBy(() -> hooked.spawn(() -> 1)).hasMessageContaining("returned null");
        }
    }
}

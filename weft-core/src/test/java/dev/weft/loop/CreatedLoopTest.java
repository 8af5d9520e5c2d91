package dev.weft.loop;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.Weft;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A loop that runs on the thread of whoever calls run or runForever. */
class CreatedLoopTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);
    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    private final List<EventLoop.Report> reports = new ArrayList<>();
    private final EventLoop loop =
            EventLoop.builder().name("created").exceptionHandler(reports::add).create();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void runsABlockAndReturnsItsResult() {
        assertThat(loop.isRunning()).isFalse();
        assertThat(loop.<Boolean, RuntimeException>run(loop::isRunning)).isTrue();
        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void throwsTheCheckedExceptionOfTheBlockAsItself() {
        var failure = new IOException("disk");

        assertThatThrownBy(() -> loop.run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void keepsWhatWasScheduledBeforeItRuns() {
        var order = new ArrayList<String>();
        loop.callSoon(() -> order.add("call"));
        Task<?> task = loop.spawn(() -> order.add("task"));
        assertThat(task.isDone()).isFalse();
        loop.run(() -> order.add("block"));

        assertThat(order).containsExactly("call", "task", "block");
        assertThat(task.isDone()).isTrue();
    }

    @Test
    void keepsTasksForTheNextRun() {
        Task<String> task = loop.run(() -> {
            Task<String> spawned = Weft.spawn(() -> {
                sleep(TICK);
                return "later";
            });
            passes(1);
            return spawned;
        });
        assertThat(task.isDone()).isFalse();

        assertThat(loop.run(() -> task.await())).isEqualTo("later");
    }

    @Test
    void runsOnOneThreadAfterTheOther() throws InterruptedException {
        Task<Integer> task = loop.spawn(() -> {
            int passes = 0;
            for (; passes < 50; passes++) {
                sleep(Duration.ZERO);
            }
            return passes;
        });
        for (int i = 0; i < 5; i++) {
            Thread thread = Thread.ofPlatform().start(() -> loop.run(() -> passes(5)));
            thread.join();
        }
        assertThat(loop.run(() -> task.await())).isEqualTo(50);
    }

    @Test
    @Tag("loop-only") // scoped values need the flag
    @DisplayName("P143 several runs on one loop see the same context, that of the code around them")
    void runsShareAContext() {
        ScopedValue.where(USER, "ada").run(() -> {
            assertThat(loop.<String, RuntimeException>run(USER::get)).isEqualTo("ada");
            assertThat(loop.<String, RuntimeException>run(
                            () -> Weft.spawn(USER::get).await()))
                    .isEqualTo("ada");
        });
    }

    @Test
    void stopsAfterThePassAndGoesOnInTheNextRun() {
        var order = new ArrayList<Integer>();
        loop.callSoon(() -> {
            order.add(1);
            loop.callSoon(() -> order.add(3));
            loop.stop();
        });
        loop.callSoon(() -> order.add(2));
        loop.runForever();
        assertThat(order).containsExactly(1, 2);

        loop.stop();
        loop.runForever();
        assertThat(order).containsExactly(1, 2, 3);
    }

    @Test
    void makesExactlyOnePassIfItIsStoppedBefore() {
        var order = new ArrayList<Integer>();
        loop.callSoon(() -> {
            order.add(1);
            loop.callSoon(() -> order.add(2));
        });
        loop.stop();
        loop.runForever();
        assertThat(order).containsExactly(1);
        loop.stop();
        loop.runForever();

        assertThat(order).containsExactly(1, 2);
    }

    @Test
    void doesNotWaitInThePassOfALoopThatWasStoppedBefore() {
        loop.callLater(LONG, () -> {});
        loop.stop();
        loop.runForever();

        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void runsUntilItIsStoppedByAnotherThread() throws InterruptedException {
        Thread runner = Thread.ofPlatform().start(loop::runForever);
        assertThat(loop.call(() -> 7)).isEqualTo(7);
        loop.stop();
        runner.join();

        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void saysSoWhereItIsStoppedBeforeTheBlockHasEnded() {
        var ended = new AtomicBoolean();
        assertThatThrownBy(() -> loop.run(() -> {
                    loop.stop();
                    passes(3);
                    ended.set(true);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was stopped before");
        assertThat(ended).isFalse();
        loop.run(() -> passes(10));

        assertThat(ended).isTrue();
    }

    @Test
    void endsByAnInterruptOfItsThread() throws InterruptedException {
        var flag = new AtomicBoolean();
        Thread runner = Thread.ofPlatform().start(() -> {
            loop.runForever();
            flag.set(Thread.currentThread().isInterrupted());
        });
        loop.call(() -> {});
        runner.interrupt();
        runner.join();

        assertThat(flag).isTrue();
    }

    @Test
    void cancelsTheBlockByAnInterruptOfItsThread() throws InterruptedException {
        var seen = new AtomicReference<Throwable>();
        Thread runner = Thread.ofPlatform().start(() -> seen.set(catchThrowable(() -> loop.run(() -> sleep(LONG)))));
        until("the block runs", () -> !loop.tasks().isEmpty());
        runner.interrupt();
        runner.join();

        assertThat(seen.get()).isInstanceOf(CancellationException.class);
    }

    @Test
    void hasOneRunnerAtATime() throws InterruptedException {
        Thread runner = Thread.ofPlatform().start(loop::runForever);
        until("it runs", loop::isRunning);
        loop.call(() -> {});

        assertThatThrownBy(loop::runForever)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("run already");
        assertThatThrownBy(loop::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stop() first");
        assertThat(loop.run(() -> 7))
                .as("a run while another thread runs it is a call")
                .isEqualTo(7);
        loop.stop();
        runner.join();
    }

    @Test
    @DisplayName("P139 a run inside a running loop is refused")
    void aNestedRunIsRefused() {
        loop.run(() -> {
            assertThatThrownBy(() -> loop.run(() -> 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> Weft.run(() -> 1)).isInstanceOf(IllegalStateException.class);
            try (EventLoop other = EventLoop.create("other")) {
                assertThatThrownBy(() -> other.run(() -> 1))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("coroutine of loop 'created'");
                assertThatThrownBy(other::runForever).isInstanceOf(IllegalStateException.class);
            }
        });
    }

    @Test
    void aVirtualThreadCannotRunIt() throws InterruptedException {
        var seen = new AtomicReference<Throwable>();
        Thread.startVirtualThread(() -> seen.set(catchThrowable(() -> loop.run(() -> 1))))
                .join();

        assertThat(seen.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("platform thread");
        assertThat(loop.run(() -> 1)).isEqualTo(1);
    }

    @Test
    void aVirtualThreadMayCloseIt() throws InterruptedException {
        Thread.startVirtualThread(loop::close).join();

        assertThat(loop.isTerminated()).isTrue();
    }

    @Test
    @DisplayName("P140 leftover tasks are cancelled and waited for when the loop is closed")
    void closingCancelsAndWaits() {
        var cleaned = new AtomicReference<String>();
        loop.run(() -> {
            Weft.spawn(() -> {
                try {
                    sleep(LONG);
                } catch (Cancelled e) {
                    cleaned.set(e.reason());
                    throw e;
                }
            });
            passes(1);
        });
        assertThat(cleaned).hasNullValue();
        loop.close();

        assertThat(cleaned.get()).contains("created", "closing");
        assertThat(reports).isEmpty();
    }

    @Test
    @DisplayName(
            "P142 the error of the block propagates, and a leftover task that fails is reported when the loop is closed")
    void theErrorOfTheBlockAndThatOfALeftoverAreBothSeen() {
        var main = new IllegalStateException("main");
        var left = new IllegalArgumentException("left");
        assertThatThrownBy(() -> loop.run(() -> {
                    Weft.spawn(() -> {
                        try {
                            sleep(LONG);
                        } catch (Cancelled _) {
                            throw left;
                        }
                    });
                    passes(1);
                    throw main;
                }))
                .isSameAs(main);
        loop.close();

        assertThat(reports)
                .singleElement()
                .satisfies(report -> assertThat(report.exception()).isSameAs(left));
    }

    @Test
    @DisplayName("P144 P152 a closed loop cannot be run again")
    void cannotRunOnceClosed() {
        loop.close();
        loop.close();

        assertThatThrownBy(() -> loop.run(() -> 1))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(loop::runForever)
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void shutDownByATaskItEndsItsRunWhenTheOthersHaveEnded() {
        var order = new ArrayList<String>();
        loop.spawn(() -> {
            loop.shutdown();
            sleep(TICK);
            order.add("slow");
        });
        loop.runForever();

        assertThat(order).containsExactly("slow");
        assertThat(loop.isTerminated()).isTrue();
    }

    @Test
    void closedWithoutEverRunningEndsWhatItWasGiven() {
        Task<Integer> task = loop.spawn(() -> {
            sleep(LONG);
            return 1;
        });
        loop.close();

        assertThat(task.isCancelled()).isTrue();
    }
}

package dev.weft.loop;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The watchdog tells who holds the loop up while it does. */
class WatchdogTest {
    private final List<EventLoop.Report> reports = new CopyOnWriteArrayList<>();
    private final EventLoop loop = EventLoop.builder()
            .name("watched")
            .watchdog(Duration.ofMillis(20))
            .exceptionHandler(reports::add)
            .open();
    private final AtomicBoolean released = new AtomicBoolean();

    @AfterEach
    void close() {
        released.set(true);
        loop.close();
    }

    private Object hold() {
        while (!released.get()) {
            Thread.onSpinWait();
        }
        return null;
    }

    /** Those about one task. On a busy machine there may be others: a thread that gets no processor is held up too. */
    private List<EventLoop.Report> reportsOf(Task<?> task) {
        return reports.stream().filter(report -> report.task() == task).toList();
    }

    private static boolean shows(EventLoop.Report report, String method) {
        Throwable held = report.exception();
        return held != null
                && Arrays.stream(held.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    @Test
    void reportsTheTaskAndItsStackWhileItHoldsTheLoop() {
        Task<?> task = loop.spawn("greedy", this::hold);
        until("it is reported", () -> !reportsOf(task).isEmpty());

        assertThat(task.isDone()).as("it still holds the loop").isFalse();
        assertThat(reportsOf(task).getFirst()).satisfies(report -> {
            assertThat(report.loop()).isSameAs(loop);
            assertThat(report.message())
                    .contains("task 'greedy' has held loop 'watched' up for")
                    .contains("Weft.offload");
            assertThat(shows(report, "hold")).isTrue();
        });
        released.set(true);
        task.join();
    }

    @Test
    void reportsEachEpisodeOnce() {
        List<Task<?>> tasks = new ArrayList<>();
        for (int episode = 1; episode <= 2; episode++) {
            released.set(false);
            Task<?> task = loop.spawn("greedy-" + episode, this::hold);
            tasks.add(task);
            until("it is reported", () -> !reportsOf(task).isEmpty());
            released.set(true);
            task.join();
        }
        loop.close();

        assertThat(tasks).allSatisfy(task -> assertThat(reportsOf(task)).hasSize(1));
    }

    @Test
    void reportsACallback() {
        loop.callSoon(this::hold);

        until(
                "it is reported",
                () -> reports.stream()
                        .anyMatch(
                                report -> report.message().startsWith("a callback has held") && shows(report, "hold")));
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // nothing in between throws
    void reportsATaskThatWasWokenByTheJdk() {
        var lock = new ReentrantLock();
        lock.lock();
        Task<?> task = loop.spawn("after a lock", () -> {
            lock.lock();
            lock.unlock();
            return hold();
        });
        until("it waits", () -> lock.hasQueuedThreads());
        lock.unlock();

        until("it is reported", () -> reportsOf(task).stream().anyMatch(report -> shows(report, "hold")));
    }

    @Test
    void saysNothingOfALoopThatRestsOrIsBusyInTurns() {
        try (EventLoop busy = EventLoop.builder()
                .name("busy")
                .watchdog(Duration.ofMillis(300))
                .exceptionHandler(reports::add)
                .open()) {
            busy.call(() -> {
                long end = System.nanoTime() + Duration.ofMillis(400).toNanos();
                while (System.nanoTime() < end) {
                    sleep(Duration.ZERO);
                }
                sleep(Duration.ofMillis(400));
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aNegativeThresholdIsRefused() {
        assertThatThrownBy(() -> EventLoop.builder().watchdog(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative");
    }
}

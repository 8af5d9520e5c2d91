package dev.weft.loop;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.time.Duration;
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

    @Test
    void reportsTheTaskAndItsStackWhileItHoldsTheLoop() {
        Task<?> task = loop.spawn("greedy", this::hold);
        until("it is reported", () -> !reports.isEmpty());

        assertThat(task.isDone()).as("it still holds the loop").isFalse();
        assertThat(reports.getFirst()).satisfies(report -> {
            assertThat(report.loop()).isSameAs(loop);
            assertThat(report.message())
                    .contains("task 'greedy' has held loop 'watched' up for")
                    .contains("Weft.offload");
            assertThat((Object) report.task()).isSameAs(task);
            assertThat(report.exception()).isNotNull();
            assertThat(report.exception().getStackTrace())
                    .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("hold"));
        });
        released.set(true);
        task.join();
    }

    @Test
    void reportsEachEpisodeOnce() {
        for (int episode = 1; episode <= 2; episode++) {
            int number = episode;
            released.set(false);
            Task<?> task = loop.spawn("greedy-" + episode, this::hold);
            until("it is reported", () -> reports.size() == number);
            released.set(true);
            task.join();
        }
        loop.close();

        assertThat(reports).hasSize(2);
    }

    @Test
    void reportsACallback() {
        loop.callSoon(this::hold);
        until("it is reported", () -> !reports.isEmpty());

        assertThat(reports.getFirst().message()).startsWith("a callback has held");
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
        until(
                "it is reported",
                () -> reports.stream()
                        .anyMatch(report -> report.exception() != null
                                && List.of(report.exception().getStackTrace()).stream()
                                        .anyMatch(frame -> frame.getMethodName().equals("hold"))));

        assertThat((Object) reports.getLast().task()).isSameAs(task);
    }

    @Test
    void saysNothingOfALoopThatRestsOrIsBusyInTurns() {
        // So long that a machine with much else to do does not hold a step up for it.
        Duration threshold = Duration.ofMillis(500);
        try (EventLoop patient = EventLoop.builder()
                .name("patient")
                .watchdog(threshold)
                .exceptionHandler(reports::add)
                .open()) {
            patient.call(() -> {
                long end = System.nanoTime()
                        + threshold.multipliedBy(3).dividedBy(2).toNanos();
                while (System.nanoTime() < end) {
                    sleep(Duration.ZERO);
                }
                sleep(threshold.multipliedBy(3).dividedBy(2));
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

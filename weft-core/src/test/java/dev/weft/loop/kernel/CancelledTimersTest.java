package dev.weft.loop.kernel;

import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is no longer waited for leaves the heap of timers at once. */
class CancelledTimersTest {
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    @DisplayName("P155 cancelled timers are out of the heap at once, whoever cancels them")
    void cancelledTimersAreOutOfTheHeap() {
        try (var loop = new ServiceLoop("timers")) {
            List<EventLoop.Handle> handles = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                handles.add(loop.callLater(LONG, () -> {}));
            }
            assertThat(loop.<Integer, RuntimeException>call(
                            () -> loop.core().timers.size()))
                    .isEqualTo(2_000);
            handles.subList(0, 1_000).forEach(EventLoop.Handle::cancel);
            loop.call(() -> handles.subList(1_000, 1_999).forEach(EventLoop.Handle::cancel));

            assertThat(loop.<EventLoop.Statistics, RuntimeException>call(loop::statistics)
                            .timers())
                    .isEqualTo(1);
        }
    }

    @Test
    void sleepsAndSchedulesThatAreCancelledAreOutOfTheHeap() {
        try (var loop = new ServiceLoop("timers")) {
            loop.call(() -> {
                Task<?> sleeper = loop.spawn(() -> sleep(LONG));
                var scheduled = loop.schedule(() -> 1, 1, java.util.concurrent.TimeUnit.HOURS);
                sleep(Duration.ZERO);
                assertThat(loop.statistics().timers()).isEqualTo(2);
                assertThat(loop.statistics().waiting()).isEqualTo(1);
                assertThat(loop.statistics().tasks()).isEqualTo(2);
                sleeper.cancel("seen");
                scheduled.cancel(true);
                sleep(Duration.ZERO);
                assertThat(loop.statistics().timers()).isZero();
                assertThat(loop.statistics().tasks()).isEqualTo(1);
            });
        }
    }
}

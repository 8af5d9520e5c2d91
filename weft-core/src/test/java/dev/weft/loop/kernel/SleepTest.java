package dev.weft.loop.kernel;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Eventually;
import dev.weft.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SleepTest {
    @Test
    @DisplayName("P026 cancelling a sleep takes its timer out of the heap")
    void aCancelledSleepLeavesNoTimer() {
        run(() -> {
            LoopCore loop = LoopCore.current();
            int before = loop.timers.size();
            List<Task<?>> sleepers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                sleepers.add(spawn(() -> sleep(Duration.ofHours(1))));
            }
            Eventually.passes(3);
            assertThat(loop.timers.size()).isEqualTo(before + 100);
            sleepers.forEach(sleeper -> sleeper.cancel("enough"));
            sleepers.forEach(Task::join);

            assertThat(loop.timers.size()).isEqualTo(before);
        });
    }

    @Test
    @DisplayName("P054 a sleep of zero is one pass: what was queued before runs first, what that queues afterwards")
    void aSleepOfZeroIsOnePass() {
        List<String> order = new ArrayList<>();
        run(() -> {
            LoopCore loop = LoopCore.current();
            loop.callSoon(() -> {
                order.add("queued before");
                loop.callSoon(() -> order.add("queued by that"));
            });
            sleep(Duration.ZERO);
            order.add("the task");
            sleep(Duration.ZERO);
        });

        assertThat(order).containsExactly("queued before", "the task", "queued by that");
    }

    @Test
    void aSleepThatIsOverAtOnceLetsOthersRunAllTheSame() {
        run(() -> {
            var others = new AtomicInteger();
            spawn(() -> others.incrementAndGet());
            for (int i = 0; i < 1_000 && others.get() == 0; i++) {
                sleep(Duration.ofNanos(1));
            }

            assertThat(others).hasValue(1);
        });
    }
}

package dev.weft.loop;

import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.sync.Lock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Looking at tasks that come, wait and go as fast as they can disturbs neither them nor who looks. */
class CallGraphStressTest {
    private static final int LOOKS = 300;

    @Test
    void graphsAreTakenWhileEverythingMoves() {
        var stop = new AtomicBoolean();
        var lock = new Lock();
        try (EventLoop one = EventLoop.open("one");
                EventLoop other = EventLoop.open("other")) {
            Task<Integer> first = one.spawn(() -> churn(stop, lock));
            Task<Integer> second = other.spawn(() -> churn(stop, lock));
            until(
                    "both have begun",
                    () -> !one.tasks().isEmpty() && !other.tasks().isEmpty());
            int nodes = 0;
            for (int i = 0; i < LOOKS; i++) {
                CallGraph graph = CallGraph.capture();
                nodes += graph.nodes().size();
                assertThat(graph.toString()).doesNotContain("null"); // one of many tasks may be missing, and none half
                assertThat(CallGraph.capture(first).nodes()).isNotEmpty();
                assertThat(one.statistics().tasks()).isNotNegative();
            }
            stop.set(true);

            assertThat(nodes).isGreaterThan(LOOKS);
            assertThat(first.await()).isPositive();
            assertThat(second.await()).isPositive();
        }
    }

    private static int churn(AtomicBoolean stop, Lock lock) {
        int rounds = 0;
        while (!stop.get()) {
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < 20; i++) {
                    Task<Integer> inner = group.spawn(() -> {
                        sleep(Duration.ZERO);
                        return 1;
                    });
                    group.spawn(() -> lock.withLock(() -> {
                        sleep(Duration.ofNanos(1_000));
                        return inner.await();
                    }));
                }
                group.join();
            }
            rounds++;
        }
        return rounds;
    }
}

package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import java.time.Duration;

/**
 * Fails: two transfers in opposite directions, which in most orders come past each other. {@link PlantedBugsTest} runs
 * it.
 */
class DeadlockExample {
    @LoopTest(schedules = 1000)
    void transfersEnd() {
        var transfers = new Transfers();
        try (var group = TaskGroup.open()) {
            group.spawn("to bob", () -> move(transfers, "ann", "bob"));
            group.spawn("to ann", () -> {
                for (int i = 0; i < 3; i++) {
                    Weft.sleep(Duration.ZERO); // he signs in, so that in production he always comes after her
                }
                return move(transfers, "bob", "ann");
            });
            group.join();
        }
        assertThat(transfers.balance("ann")).isZero();
    }

    private static boolean move(Transfers transfers, String from, String to) {
        transfers.move(from, to, 10);
        return true;
    }
}

package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** Fails: two deposits into one account, of which one may be lost. {@link PlantedBugsTest} runs it. */
class LostUpdateExample {
    private Accounts accounts;

    @BeforeEach
    void open() {
        accounts = new Accounts();
    }

    @LoopTest(schedules = 1000)
    void depositsAreNotLost() {
        try (var group = TaskGroup.open()) {
            group.spawn("ann", () -> deposit(10));
            group.spawn("bob", () -> {
                for (int i = 0; i < 3; i++) {
                    Weft.sleep(Duration.ZERO); // he signs in, so that in production he always comes after her
                }
                return deposit(5);
            });
            group.join();
        }
        assertThat(accounts.read("shared")).isEqualTo(15);
    }

    private boolean deposit(int amount) {
        accounts.deposit("shared", amount);
        return true;
    }
}

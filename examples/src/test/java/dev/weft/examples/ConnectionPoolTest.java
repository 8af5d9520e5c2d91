package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A pool keeps its connections: in every order, and wherever a borrower is cancelled. */
class ConnectionPoolTest {
    private final ConnectionPool pool = new ConnectionPool(2);

    @AfterEach
    void allConnectionsAreBack() {
        assertThat(pool.free()).isEqualTo(2);
    }

    @LoopTest(schedules = 500)
    void neverLendsAConnectionTwice() {
        int[] lent = {0};
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 4; i++) {
                group.spawn(() -> pool.borrow(_ -> {
                    assertThat(++lent[0]).isLessThanOrEqualTo(2);
                    Weft.sleep(Duration.ZERO);
                    lent[0]--;
                }));
            }
            group.join();
        }
    }

    @LoopTest(cancelEverywhere = true)
    void losesNoConnectionToACancellation() {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 3; i++) {
                group.spawn(() -> pool.borrow(_ -> Weft.sleep(Duration.ofSeconds(1))));
            }
            group.join();
        }
    }
}

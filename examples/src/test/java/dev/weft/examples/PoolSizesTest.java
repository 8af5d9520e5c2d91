package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A class with {@link LoopTest}: its tests run on loops, of whatever kind they are; each size of the pool in two
 * hundred orders, with a cancellation somewhere in each.
 */
@LoopTest(schedules = 200, cancelEverywhere = true)
class PoolSizesTest {
    private static final int BORROWERS = 4;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, BORROWERS})
    void lendsEachConnectionToOneBorrower(int size, RandomGenerator random) {
        var pool = new ConnectionPool(size);
        int[] lent = {0};
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < BORROWERS; i++) {
                group.spawn(() -> pool.borrow(_ -> {
                    assertThat(++lent[0]).isLessThanOrEqualTo(size);
                    try {
                        Weft.sleep(Duration.ofMillis(random.nextInt(3)));
                    } finally {
                        lent[0]--;
                    }
                }));
            }
            group.join();
        } finally {
            assertThat(pool.free()).isEqualTo(size);
        }
    }
}

package dev.weft.testing.explored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Semaphore;
import dev.weft.testing.LoopTest;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;

class SemaphoreSeededTest {
    private static final int SCHEDULES = 300;
    private static final int PERMITS = 2;

    private final Semaphore semaphore = Semaphore.bounded(PERMITS);
    private int inside;

    @LoopTest(schedules = SCHEDULES)
    void noMoreThanItsPermitsAtOnce(RandomGenerator random) {
        contend(random);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aPermitOfACancelledWaiterIsPassedOn(RandomGenerator random) {
        contend(random);
    }

    private void contend(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 5; i++) {
                boolean patient = i % 2 == 0;
                group.spawn(() -> {
                    for (int round = 0; round < 2; round++) {
                        RandomTimes.sleep(random, 3);
                        if (patient) {
                            visit(random);
                        } else {
                            Weft.moveOnAfter(RandomTimes.millis(random, 4), () -> visit(random));
                        }
                    }
                });
            }
            group.join();
        }
    }

    private void visit(RandomGenerator random) {
        semaphore.acquire();
        try {
            assertThat(++inside).isLessThanOrEqualTo(PERMITS);
            RandomTimes.sleep(random, 3);
        } finally {
            inside--;
            semaphore.release();
        }
    }

    @AfterEach
    void allPermitsAreBack() {
        assertThat(semaphore.available()).isEqualTo(PERMITS);
    }
}

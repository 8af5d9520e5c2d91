package dev.weft.testing.explored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.testing.LoopTest;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;

class LockSeededTest {
    private static final int SCHEDULES = 300;

    private final Lock lock = new Lock();
    private int inside;
    private int arrived;
    private int lastServed;

    @LoopTest(schedules = SCHEDULES)
    void oneAtATimeInTheOrderOfArrival(RandomGenerator random) {
        contend(random);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void isNeverLostToACancelledWaiter(RandomGenerator random) {
        contend(random);
    }

    private void contend(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 4; i++) {
                boolean patient = i % 2 == 0;
                group.spawn(() -> {
                    for (int round = 0; round < 3; round++) {
                        RandomTimes.sleep(random, 3);
                        if (patient) {
                            stand(random);
                        } else {
                            Weft.moveOnAfter(RandomTimes.millis(random, 4), () -> stand(random));
                        }
                        seize(random);
                    }
                });
            }
            group.join();
        }
    }

    /** Waits in line. */
    private void stand(RandomGenerator random) {
        int number = ++arrived;
        lock.acquire();
        try {
            assertThat(number).as("served in the order of arrival").isGreaterThan(lastServed);
            lastServed = number;
            hold(random);
        } finally {
            lock.release();
        }
    }

    private void seize(RandomGenerator random) {
        if (lock.tryAcquire()) {
            try {
                hold(random);
            } finally {
                lock.release();
            }
        }
    }

    private void hold(RandomGenerator random) {
        assertThat(inside++).isZero();
        try {
            RandomTimes.sleep(random, 3);
        } finally {
            inside--;
        }
    }

    @AfterEach
    void isFree() {
        assertThat(inside).isZero();
        assertThat(lock.tryAcquire()).as("the lock is free").isTrue();
        lock.release();
    }
}

package dev.weft.testing.explored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Limiter;
import dev.weft.testing.LoopTest;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;

class LimiterSeededTest {
    private static final int SCHEDULES = 300;

    private final Limiter limiter = new Limiter(2);

    @LoopTest(schedules = SCHEDULES)
    void neverLendsMoreThanItHasWhileItIsResized(RandomGenerator random) {
        contend(random);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aTokenOfACancelledBorrowerIsPassedOn(RandomGenerator random) {
        contend(random);
    }

    private void contend(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            group.spawn(() -> Weft.shield(() -> {
                for (int capacity : new int[] {1, 3, 0, 2}) {
                    RandomTimes.sleep(random, 4);
                    limiter.resize(capacity);
                    noneWaitsInVain();
                }
            }));
            for (int i = 0; i < 4; i++) {
                boolean patient = i % 2 == 0;
                group.spawn(() -> {
                    for (int round = 0; round < 3; round++) {
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
        } finally {
            limiter.resize(2);
        }
    }

    private void visit(RandomGenerator random) {
        limiter.withToken(() -> {
            noneWaitsInVain();
            RandomTimes.sleep(random, 3);
        });
        noneWaitsInVain();
    }

    private void noneWaitsInVain() {
        var now = limiter.statistics();
        assertThat(now.borrowed()).isEqualTo(now.borrowers().size()).isLessThanOrEqualTo(3);
        assertThat(now.waiting() > 0 && now.borrowed() < now.capacity())
                .as("somebody waits beside a free token: %s", now)
                .isFalse();
    }

    @AfterEach
    void allTokensAreBack() {
        assertThat(limiter.statistics().borrowed()).isZero();
        assertThat(limiter.statistics().waiting()).isZero();
    }
}

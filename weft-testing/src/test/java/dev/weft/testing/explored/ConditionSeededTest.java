package dev.weft.testing.explored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Condition;
import dev.weft.sync.Lock;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;

class ConditionSeededTest {
    private static final int SCHEDULES = 300;
    private static final int PLAYERS = 4;

    private final Lock lock = new Lock();
    private final Condition caught = new Condition(lock);
    private boolean ball;
    private boolean inVain;

    @LoopTest(schedules = SCHEDULES)
    void aSignalWakesOneWhoWaits(RandomGenerator random) {
        passOn(random);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void aSignalOfACancelledWaiterIsPassedOn(RandomGenerator random) {
        passOn(random);
    }

    /**
     * One ball, passed on with one signal each time: a signal that is lost leaves the ball lying there, beside somebody
     * who waits for it.
     */
    private void passOn(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < PLAYERS; i++) {
                boolean patient = i % 2 == 0;
                group.spawn(() -> {
                    RandomTimes.sleep(random, 3);
                    Duration patience = patient ? Duration.ofSeconds(1) : RandomTimes.millis(random, 5);
                    boolean played = Weft.moveOnAfter(patience, this::play);
                    inVain |= patient && !played;
                });
            }
            group.spawn(() -> {
                RandomTimes.sleep(random, 5);
                Weft.shield(() -> lock.withLock(this::release));
            });
            group.join();
        } finally {
            assertThat(ball && inVain)
                    .as("the ball lies there, and a player waited in vain")
                    .isFalse();
        }
    }

    private void play() {
        lock.acquire();
        try {
            caught.awaitUntil(() -> ball);
            ball = false;
            release();
        } finally {
            assertThat(lock.isOwned())
                    .as("each wait ends with the lock owned again")
                    .isTrue();
            lock.release();
        }
    }

    private void release() {
        ball = true;
        caught.signal();
    }

    @AfterEach
    void theLockIsFree() {
        assertThat(lock.isLocked()).isFalse();
    }
}

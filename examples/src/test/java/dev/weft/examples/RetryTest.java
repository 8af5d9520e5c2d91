package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.LoopTest;
import dev.weft.testing.TestClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;

/** A test of pauses of minutes that takes milliseconds. */
class RetryTest {
    private final List<Duration> attemptedAt = new ArrayList<>();
    private Retry retry;

    @BeforeEach
    void policy(RandomGenerator random) {
        retry = new Retry(4, Duration.ofMinutes(1), random);
    }

    @LoopTest
    void pausesGrow(TestClock clock) {
        assertThatThrownBy(() -> retry.call(() -> {
                    attemptedAt.add(clock.now());
                    throw new IOException("down");
                }))
                .isInstanceOf(IOException.class);

        assertThat(attemptedAt).hasSize(4);
        for (int i = 1; i < attemptedAt.size(); i++) {
            Duration pause = attemptedAt.get(i).minus(attemptedAt.get(i - 1));
            Duration least = Duration.ofMinutes(1L << (i - 1));
            assertThat(pause).isBetween(least, least.multipliedBy(3).dividedBy(2));
        }
    }

    @LoopTest
    void aSuccessEndsIt(TestClock clock) throws Exception {
        assertThat(retry.<String>call(() -> {
                    if (clock.now().isZero()) {
                        throw new IOException("down");
                    }
                    return "up";
                }))
                .isEqualTo("up");
        assertThat(clock.now()).isLessThan(Duration.ofMinutes(2));
    }
}

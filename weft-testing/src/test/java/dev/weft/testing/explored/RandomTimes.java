package dev.weft.testing.explored;

import dev.weft.Weft;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Short random times: so short that ends of waits, releases and time-outs often fall on the same moment of the virtual
 * clock.
 */
final class RandomTimes {
    private RandomTimes() {}

    static Duration millis(RandomGenerator random, int bound) {
        return Duration.ofMillis(random.nextInt(bound));
    }

    static void sleep(RandomGenerator random, int bound) {
        Weft.sleep(millis(random, bound));
    }
}

package dev.weft.process;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a {@linkplain BatchResults map} has come, at the moment when it was asked.
 *
 * @param done inputs that have ended, failed ones included, whether or not their results have been taken
 * @param failed inputs that failed or were cancelled
 * @param total how many inputs there are, or -1 where the source does not say: it does if it is a
 *     {@link java.util.Collection}, or has come to its end
 * @param elapsed the time since the beginning of the iteration
 */
public record Progress(long done, long failed, long total, Duration elapsed) {
    /**
     * {@return how many inputs ended per second, on average since the beginning; 0 at the very beginning}
     */
    public double rate() {
        return elapsed.isZero() ? 0 : done * 1e9 / elapsed.toNanos();
    }

    /**
     * {@return how much longer it takes if it goes on at this rate; nothing if the total is not known or nothing has
     * ended}
     */
    public Optional<Duration> remaining() {
        return total < 0 || done == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos((long) (elapsed.toNanos() * ((double) (total - done) / done))));
    }

    /**
     * {@return one line for people, such as {@code 1200 of 10000 (12 %), 3 failed, 840/s, 10 s left}}
     */
    @Override
    public String toString() {
        return done
                + (total < 0
                        ? ""
                        : String.format(Locale.ROOT, " of %d (%d %%)", total, total == 0 ? 100 : done * 100 / total))
                + (failed == 0 ? "" : ", " + failed + " failed")
                + String.format(Locale.ROOT, rate() < 10 ? ", %.1f/s" : ", %.0f/s", rate())
                + remaining().map(left -> ", " + left.toSeconds() + " s left").orElse("");
    }
}

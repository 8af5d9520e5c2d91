package dev.weft.loop.kernel;

import java.time.Duration;

/** Checks of the durations that users give, so that an absurd one is refused with words. */
public final class Durations {
    /** The longest time that fits nanoseconds in a long with room to add to the clock: 146 years. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private static final long NANOS_PER_MILLI = 1_000_000;

    private Durations() {}

    /**
     * Checks a duration that must be more than zero.
     *
     * @param what what it limits, for the message
     * @param duration the duration
     * @return the duration, shortened to the longest that the clock can count
     * @throws IllegalArgumentException if it is zero or negative
     */
    public static Duration positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " must be more than zero, and was " + duration);
        }
        return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
    }

    /**
     * Checks a duration that must not be negative.
     *
     * @param what what it is, for the message
     * @param duration the duration
     * @return nanoseconds, at most what the clock can count
     * @throws IllegalArgumentException if it is negative
     */
    public static long nanos(String what, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative, and was " + duration);
        }
        return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
    }

    /**
     * Adds a time to a clock such that the sum can be compared with any other one that is not further away than the
     * longest time.
     *
     * @param now the clock
     * @param nanos the time; what is longer than the longest, as in {@code poll(Long.MAX_VALUE, NANOSECONDS)}, is
     *     taken for it
     * @return when that time is over
     */
    static long deadline(long now, long nanos) {
        return now + Math.min(nanos, Long.MAX_VALUE / 2);
    }

    /**
     * {@return a duration for messages: in milliseconds where that says it all}
     *
     * @param duration any duration
     */
    public static String text(Duration duration) {
        return duration.compareTo(LONGEST) > 0 || duration.toNanos() % NANOS_PER_MILLI != 0
                ? duration.toString()
                : duration.toMillis() + " ms";
    }
}

package dev.weft.process.connection;

import java.time.Duration;

/** Times until which a wait may last, by {@link System#nanoTime}. */
final class Deadlines {
    static final long NEVER = Long.MAX_VALUE;
    private static final long FAR = Long.MAX_VALUE / 4;

    private Deadlines() {}

    /** {@return the deadline that is so far away; a negative time is over at once} */
    static long in(Duration time) {
        long nanos = time.compareTo(Duration.ofNanos(FAR)) >= 0 ? FAR : Math.max(0, time.toNanos());
        return System.nanoTime() + nanos;
    }

    /** {@return the nanoseconds that are left, not negative} */
    static long left(long deadline) {
        return deadline == NEVER ? NEVER : Math.max(0, deadline - System.nanoTime());
    }
}

package dev.weft.cli.map.run;

import java.time.Duration;
import java.util.Collections;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * How long a command may take: a fixed time, or a multiple of the median of those that went well, which is known once
 * three have. Thread-safe.
 */
public final class TimeLimit {
    private static final int LEAST = 3;

    private final @Nullable Duration fixed;
    private final double factor;

    /** The lower and the upper half of the times, so that the median is at the tops. Guarded by this. */
    private final PriorityQueue<Long> lower = new PriorityQueue<>(Collections.reverseOrder());

    private final PriorityQueue<Long> upper = new PriorityQueue<>();

    private TimeLimit(@Nullable Duration fixed, double factor) {
        this.fixed = fixed;
        this.factor = factor;
    }

    /**
     * {@return no limit}
     */
    public static TimeLimit none() {
        return new TimeLimit(null, 0);
    }

    /**
     * Makes a fixed limit.
     *
     * @param limit the time
     * @return the limit
     */
    public static TimeLimit of(Duration limit) {
        return new TimeLimit(limit, 0);
    }

    /**
     * Makes a limit that follows the median.
     *
     * @param factor how many times the median
     * @return the limit
     */
    public static TimeLimit ofMedian(double factor) {
        return new TimeLimit(null, factor);
    }

    /**
     * Learns how long a command took that went well.
     *
     * @param nanos its time
     */
    public void took(long nanos) {
        if (factor == 0) {
            return;
        }
        synchronized (this) {
            if (!lower.isEmpty() && nanos > lower.element()) {
                upper.add(nanos);
            } else {
                lower.add(nanos);
            }
            if (lower.size() > upper.size() + 1) {
                upper.add(lower.remove());
            } else if (upper.size() > lower.size()) {
                lower.add(upper.remove());
            }
        }
    }

    /**
     * {@return the fixed limit; null if there is none, or it follows the median}
     */
    public @Nullable Duration fixed() {
        return fixed;
    }

    /**
     * {@return how long a command may take, in nanoseconds; 0 if there is no limit yet}
     */
    public long nanos() {
        if (fixed != null) {
            return fixed.toNanos();
        }
        if (factor == 0) {
            return 0;
        }
        synchronized (this) {
            return lower.size() + upper.size() < LEAST ? 0 : Math.max(1, (long) (lower.element() * factor));
        }
    }

    /**
     * {@return whether there is, or will be, a limit}
     */
    public boolean isSet() {
        return fixed != null || factor != 0;
    }
}

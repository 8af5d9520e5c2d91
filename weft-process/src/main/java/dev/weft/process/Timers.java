package dev.weft.process;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Calls short actions later, from one daemon thread for all pools. */
final class Timers {
    private static final ScheduledThreadPoolExecutor EXECUTOR = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("weft-process-timer").factory());

    private Timers() {}

    static void after(Duration delay, Runnable action) {
        var _ = EXECUTOR.schedule(action, nanos(delay), TimeUnit.NANOSECONDS);
    }

    /** {@return nanoseconds, or what is for ever where a long holds no more} */
    static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofDays(36_500)) > 0
                ? Duration.ofDays(36_500).toNanos()
                : duration.toNanos();
    }
}

package dev.weft;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.Assertions;

/** Waits of tests for a state that another thread brings about and tells nobody of. */
public final class Eventually {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

    private Eventually() {}

    /** Gives the processor to others until the condition holds; fails after ten seconds. */
    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                Assertions.fail("still not so after 10 s: " + what);
            }
            Thread.yield();
        }
    }

    /** Returns once a thread waits, with or without a limit of time, in whatever call. */
    public static void waits(Thread thread) {
        until(thread + " waits", () -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING, BLOCKED -> true;
            default -> false;
        });
    }

    /** Lets everything else on the loop of the caller run for a number of passes. */
    public static void passes(int number) {
        for (int i = 0; i < number; i++) {
            Weft.sleep(java.time.Duration.ZERO);
        }
    }
}

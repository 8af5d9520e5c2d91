package dev.weft.process;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for something that another process does, with a limit. */
final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Eventually() {}

    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            Thread.sleep(2);
        }
    }

    /** {@link #until}, where no checked exception can be thrown. */
    static void unchecked(String what, BooleanSupplier condition) {
        try {
            until(what, condition);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting until " + what, e);
        }
    }
}

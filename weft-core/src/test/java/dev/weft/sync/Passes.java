package dev.weft.sync;

import static dev.weft.Weft.sleep;

import java.time.Duration;

/** Turns of the loop, for tests that say what has happened and what has not. */
final class Passes {
    private static final int ENOUGH = 8;

    private Passes() {}

    /** Lets all that can run on this loop run until it waits; nothing in these tests needs more passes. */
    static void settle() {
        for (int pass = 0; pass < ENOUGH; pass++) {
            sleep(Duration.ZERO);
        }
    }
}

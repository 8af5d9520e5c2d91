package dev.weft;

import static dev.weft.Weft.sleep;

import java.time.Duration;

/** Tasks of a group, for its tests. */
final class Children {
    private static final Duration LONG = Duration.ofHours(1);

    private Children() {}

    /** A task that sleeps until it is cancelled. */
    static Task<?> sleeper(TaskGroup group) {
        return group.spawn(() -> sleep(LONG));
    }

    /** A task that fails when it is cancelled. */
    static Task<?> failsWhenCancelled(TaskGroup group, String message) {
        return group.spawn(() -> {
            try {
                sleep(LONG);
            } finally {
                fail(message);
            }
        });
    }

    static void fail(String message) {
        throw new IllegalStateException(message);
    }
}

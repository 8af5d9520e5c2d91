package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what somebody else brings about. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofMillis(1);

    private Eventually() {}

    /** Waits in a coroutine until a condition holds, without holding its loop. */
    public static void await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - begin)
                    .as("waited too long until " + what)
                    .isLessThan(LIMIT.toNanos());
            Weft.sleep(LOOK);
        }
    }
}

package dev.weft.http.client;

import dev.weft.loop.kernel.Durations;
import java.time.Duration;

/**
 * How many requests a session sends to one host in a time. Requests beyond that wait for their turn, in the order in
 * which they came.
 *
 * @param requests how many, at least 1
 * @param per in which time
 * @param burst how many may go at once after a rest, at least 1
 */
public record RateLimit(int requests, Duration per, int burst) {
    /** Checks the values. */
    public RateLimit {
        if (requests < 1 || burst < 1) {
            throw new IllegalArgumentException(
                    "requests and burst must be at least 1, and were " + requests + " and " + burst);
        }
        Durations.positive("per", per);
    }

    /**
     * {@return a limit per second, without bursts}
     *
     * @param requests how many, at least 1
     */
    public static RateLimit perSecond(int requests) {
        return new RateLimit(requests, Duration.ofSeconds(1), 1);
    }

    long intervalNanos() {
        return Math.max(1, per.toNanos() / requests);
    }
}

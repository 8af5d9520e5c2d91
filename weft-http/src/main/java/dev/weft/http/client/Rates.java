package dev.weft.http.client;

import dev.weft.Weft;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * When each host may be asked next; the virtual scheduling form of the leaky bucket. Loop thread only.
 *
 * <p>A request takes the host's next turn at once and sleeps until it comes. One that is cancelled meanwhile leaves its
 * turn unused.
 */
final class Rates {
    private static final int PURGE_FROM = 1_000;

    private final RateLimit limit;
    private final Map<String, Long> next = new HashMap<>();

    Rates(RateLimit limit) {
        this.limit = limit;
    }

    /** Waits for the turn of a request, at most until the call's deadline. */
    void await(Call call, String host) {
        long now = call.now();
        long interval = limit.intervalNanos();
        long tolerance = interval * (limit.burst() - 1L);
        Long planned = next.get(host);
        long arrival = planned == null || planned - now < 0 ? now : planned;
        long turn = arrival - tolerance;
        if (turn - call.deadline() >= 0) {
            throw call.late(
                    "the rate limit of " + limit.requests() + " requests per "
                            + limit.per().toMillis()
                            + " ms and host gives this one its turn in " + (turn - now) / 1_000_000
                            + " ms, after the total time-out of " + call.total().toMillis() + " ms",
                    null);
        }
        if (next.size() >= PURGE_FROM) {
            next.values().removeIf(when -> when - now < 0);
        }
        next.put(host, arrival + interval);
        if (turn - now > 0) {
            Weft.sleep(Duration.ofNanos(turn - now));
        }
    }
}

package dev.weft.http.client;

import dev.weft.loop.kernel.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are made again, and when. Immutable.
 *
 * <p>Tried again are requests whose method is idempotent (GET, HEAD, PUT, DELETE, OPTIONS, TRACE) and whose body can be
 * sent again, if the connection failed, or the server answered with one of {@link #statuses}. The wait before attempt n
 * is drawn from zero to {@code first × 2ⁿ}, at most {@code longest}: many clients that failed at once do not come back
 * at once. A Retry-After of the server is obeyed where it asks for more, up to {@code longest}; if it asks for more
 * than that, the response is returned. The total time-out covers all attempts and waits.
 *
 * <p>Apart from this, a session always sends a request again that cannot have been seen: the connection that had been
 * kept alive was found closed before anything was sent; and idempotent ones, if it was closed without an answer.
 *
 * @param attempts how many attempts at most, the first included; at least 1
 * @param first what the wait before the second attempt is at most
 * @param longest how long one wait is at most
 * @param statuses which statuses are worth another attempt
 * @param anyMethod whether requests are repeated whose method is not idempotent: only where the server tells duplicates
 *     apart
 */
public record RetryPolicy(int attempts, Duration first, Duration longest, Set<Integer> statuses, boolean anyMethod) {
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");
    private static final Set<Integer> TRANSIENT = Set.of(429, 502, 503, 504);
    private static final int MOST_DOUBLINGS = 30;

    /** Checks the values. */
    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, and was " + attempts);
        }
        Durations.positive("first", first);
        Durations.positive("longest", longest);
        statuses = Set.copyOf(statuses);
    }

    /** {@return a policy that never tries again: the default of sessions} */
    public static RetryPolicy none() {
        return new RetryPolicy(1, Duration.ofMillis(100), Duration.ofSeconds(30), Set.of(), false);
    }

    /**
     * {@return a policy with waits from 100 ms to 30 s, for 429, 502, 503 and 504}
     *
     * @param attempts how many attempts at most, the first included
     */
    public static RetryPolicy of(int attempts) {
        return new RetryPolicy(attempts, Duration.ofMillis(100), Duration.ofSeconds(30), TRANSIENT, false);
    }

    /**
     * {@return this policy with other waits}
     *
     * @param shortest what the wait before the second attempt is at most
     * @param most how long one wait is at most
     */
    public RetryPolicy waits(Duration shortest, Duration most) {
        return new RetryPolicy(attempts, shortest, most, statuses, anyMethod);
    }

    static boolean isIdempotent(String method) {
        return IDEMPOTENT.contains(method);
    }

    boolean allows(ClientRequest request) {
        RequestBody body = request.body();
        return (anyMethod || isIdempotent(request.method())) && (body == null || body.isReplayable());
    }

    boolean isTransient(RequestException e) {
        return switch (e) {
            case RequestException.BadUrl _ -> false;
            case RequestException.NotSecure _ -> false;
            case RequestException.TooLarge _ -> false;
            case RequestException.Malformed _ -> false;
            case RequestException.RedirectLoop _ -> false;
            case RequestException.BodyGone _ -> false;
            case RequestException.BodyFailed _ -> false;
            case RequestException.SessionClosed _ -> false;
            default -> true;
        };
    }

    /**
     * {@return how long to wait before the next attempt, or null if the server asks for more than the longest wait}
     *
     * @param made how many attempts have been made
     * @param retryAfter what the server said, or null
     */
    @Nullable
    Duration wait(int made, @Nullable String retryAfter) {
        double most = Math.min(
                (double) first.toNanos() * Math.pow(2, Math.min(made - 1, MOST_DOUBLINGS)), (double) longest.toNanos());
        var drawn = Duration.ofNanos((long) (ThreadLocalRandom.current().nextDouble() * most));
        Duration asked = retryAfter == null ? null : parse(retryAfter);
        if (asked == null || asked.compareTo(drawn) <= 0) {
            return drawn;
        }
        return asked.compareTo(longest) <= 0 ? asked : null;
    }

    private static @Nullable Duration parse(String retryAfter) {
        try {
            return Duration.ofSeconds(Math.max(0, Long.parseLong(retryAfter.strip())));
        } catch (NumberFormatException e) {
            // a date then
        } catch (ArithmeticException e) {
            return null;
        }
        try {
            Instant when = ZonedDateTime.parse(retryAfter.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), when);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return null;
        }
    }
}

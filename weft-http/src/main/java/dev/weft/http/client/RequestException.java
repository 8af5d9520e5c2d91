package dev.weft.http.client;

import dev.weft.http.HttpException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says why a request got no response: in which phase, with which address, after how long and how many attempts. The cause is what the system said, where it said something.
 *
 * <p>A response with an error status is a response and no exception.
 */
@SuppressWarnings("serial")
public final class RequestException extends HttpException {
    /** How far a request got. */
    public enum Phase {
        /** Its URL was read. */
        URL,
        /** It waited for one of the session's connections. */
        POOL,
        /** The name of the host was looked up. */
        DNS,
        /** A connection was opened. */
        CONNECT,
        /** The identity of the host was checked and encryption set up. */
        TLS,
        /** The request was sent. */
        WRITE,
        /** The response was awaited and received. */
        READ
    }

    private final Phase phase;
    private final String url;
    private final @Nullable String address;
    private final Duration elapsed;
    private final int attempts;
    private final boolean timeout;

    RequestException(
            Phase phase,
            String url,
            @Nullable String address,
            Duration elapsed,
            int attempts,
            boolean timeout,
            String what,
            @Nullable Throwable cause) {
        super(message(phase, url, address, elapsed, attempts, what), cause);
        this.phase = phase;
        this.url = url;
        this.address = address;
        this.elapsed = elapsed;
        this.attempts = attempts;
        this.timeout = timeout;
    }

    private static String message(
            Phase phase, String url, @Nullable String address, Duration elapsed, int attempts, String what) {
        var message = new StringBuilder("GET ").append(url).append(": ").append(what);
        if (phase != Phase.URL) {
            message.append(" (phase ").append(phase.name().toLowerCase(Locale.ROOT));
            if (address != null) {
                message.append(", address ").append(address);
            }
            message.append(", after ")
                    .append(elapsed.toMillis())
                    .append(" ms, attempt ")
                    .append(attempts)
                    .append(')');
        }
        return message.toString();
    }

    static RequestException badUrl(String url, String what, @Nullable Throwable cause) {
        return new RequestException(Phase.URL, url, null, Duration.ZERO, 0, false, what, cause);
    }

    /**
     * {@return the phase in which the request failed}
     */
    public Phase phase() {
        return phase;
    }

    /**
     * {@return the URL of the request, or of the redirect that it followed}
     */
    public String url() {
        return url;
    }

    /**
     * {@return the address and port that were used, or null if it did not get so far}
     */
    public @Nullable String address() {
        return address;
    }

    /**
     * {@return the time from the call to the failure}
     */
    public Duration elapsed() {
        return elapsed;
    }

    /**
     * {@return how many times it was tried: 0 if it never got so far, 2 if it was resent since a connection that had been kept alive was found closed}
     */
    public int attempts() {
        return attempts;
    }

    /**
     * {@return whether a time-out of the session was over}
     */
    public boolean isTimeout() {
        return timeout;
    }
}

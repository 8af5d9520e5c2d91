package dev.weft.http.client;

import dev.weft.http.HttpException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says why a request got no response: in which phase, with which address, after how long and how many attempts. The
 * cause is what the system said, where it said something.
 *
 * <p>What callers may want to tell apart has a type of its own, nested here. A response with an error status is a
 * response and no exception; see {@link ClientResponse#orThrow}.
 */
@SuppressWarnings("serial")
public sealed class RequestException extends HttpException {
    /** How far a request got. */
    public enum Phase {
        /** Its URL was read. */
        URL,
        /**
         * It waited for its turn: for the rate that its host is granted, for the next attempt, for one of the session's
         * connections.
         */
        POOL,
        /** The name of the host was looked up. */
        DNS,
        /** A connection was opened. */
        CONNECT,
        /** A proxy was asked for the way to the host. */
        PROXY,
        /** The identity of the host was checked and encryption set up. */
        TLS,
        /** The request was sent. */
        WRITE,
        /** The response was awaited and received. */
        READ
    }

    /** What an exception says beside its words. */
    record Facts(
            Phase phase,
            String method,
            String url,
            @Nullable String address,
            Duration elapsed,
            int attempts) {}

    /** Makes an exception of one type. */
    @FunctionalInterface
    interface Kind {
        RequestException make(Facts facts, String what, @Nullable Throwable cause);
    }

    private final Facts facts;

    RequestException(Facts facts, String what, @Nullable Throwable cause) {
        super(message(facts, what), cause);
        this.facts = facts;
    }

    private static String message(Facts facts, String what) {
        if (facts.phase == Phase.URL) {
            return facts.url + " " + what;
        }
        var message = new StringBuilder(facts.method)
                .append(' ')
                .append(facts.url)
                .append(": ")
                .append(what);
        message.append(" (phase ").append(facts.phase.name().toLowerCase(Locale.ROOT));
        if (facts.address != null) {
            message.append(", address ").append(facts.address);
        }
        message.append(", after ")
                .append(facts.elapsed.toMillis())
                .append(" ms, attempt ")
                .append(facts.attempts)
                .append(')');
        return message.toString();
    }

    static BadUrl badUrl(String url, String what, @Nullable Throwable cause) {
        return new BadUrl(new Facts(Phase.URL, "", url, null, Duration.ZERO, 0), what, cause);
    }

    /**
     * {@return the phase in which the request failed}
     */
    public Phase phase() {
        return facts.phase;
    }

    /**
     * {@return the method of the request; empty where the URL was wrong}
     */
    public String method() {
        return facts.method;
    }

    /**
     * {@return the URL of the request, or of the redirect that it followed}
     */
    public String url() {
        return facts.url;
    }

    /**
     * {@return the address and port that were used, or null if it did not get so far}
     */
    public @Nullable String address() {
        return facts.address;
    }

    /**
     * {@return the time from the call to the failure}
     */
    public Duration elapsed() {
        return facts.elapsed;
    }

    /**
     * {@return how many times it was tried: 0 if it never got so far, 2 if it was resent since a connection that had
     * been kept alive was found closed}
     */
    public int attempts() {
        return facts.attempts;
    }

    /**
     * {@return whether a time-out was over, that is, whether this is a {@link TimedOut}}
     */
    public boolean isTimeout() {
        return this instanceof TimedOut;
    }

    /** The URL, or that of a redirect, cannot be used. */
    public static final class BadUrl extends RequestException {
        BadUrl(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The name of the host has no address. */
    public static final class UnknownHost extends RequestException {
        UnknownHost(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** There is no connection: nobody listens at the address, or there is no way to it. */
    public static final class CannotConnect extends RequestException {
        CannotConnect(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The proxy did not open the way. */
    public static final class ProxyRefused extends RequestException {
        ProxyRefused(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /**
     * Encryption cannot be set up: the certificate is not trusted, or is that of another host, or the two sides have
     * nothing in common.
     */
    public static final class NotSecure extends RequestException {
        NotSecure(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The connection ended or broke before the header of the response was complete. */
    public static final class Disconnected extends RequestException {
        Disconnected(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The connection ended or broke in the middle of the body. */
    public static final class Incomplete extends RequestException {
        Incomplete(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** What came is no well-formed HTTP, or not encoded as its header says. */
    public static final class Malformed extends RequestException {
        Malformed(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The response is larger than the session takes. */
    public static final class TooLarge extends RequestException {
        TooLarge(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** A time-out was over; {@link #phase} says what took so long. */
    public static final class TimedOut extends RequestException {
        TimedOut(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** There were more redirects than the session follows, or they went in a circle. */
    public static final class RedirectLoop extends RequestException {
        private final List<Hop> history;

        RedirectLoop(Facts facts, String what, List<Hop> history) {
            super(facts, what, null);
            this.history = List.copyOf(history);
        }

        /** {@return the redirects that were followed, in order; the first one is the request that was made} */
        public List<Hop> history() {
            return history;
        }
    }

    /** The body cannot be sent again, which a redirect or another attempt needs. */
    public static final class BodyGone extends RequestException {
        BodyGone(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The body of the request failed to write itself. */
    public static final class BodyFailed extends RequestException {
        BodyFailed(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The server does not speak the protocol that was asked for: there is no websocket. */
    public static final class UpgradeRefused extends RequestException {
        UpgradeRefused(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }

    /** The session was closed while the request was under way. */
    public static final class SessionClosed extends RequestException {
        SessionClosed(Facts facts, String what, @Nullable Throwable cause) {
            super(facts, what, cause);
        }
    }
}

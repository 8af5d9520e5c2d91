package dev.weft.net;

import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Two sides could not agree on TLS, or did not trust each other. The message says who, why, which certificate, and what
 * to do.
 */
public final class TlsException extends SSLException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Problem {
        /** The other side's certificate comes from nobody whom this side trusts. */
        UNTRUSTED,
        /** The other side's certificate, or one above it, is no longer valid. */
        EXPIRED,
        /** The other side's certificate, or one above it, is not valid yet. */
        NOT_YET_VALID,
        /** The other side's certificate is for another host. */
        WRONG_HOST,
        /** The other side refused, by an alert. */
        REFUSED,
        /** What the other side sent is no TLS. */
        NOT_TLS,
        /** The connection ended before the handshake did. */
        CUT_OFF,
        /** The handshake took too long. */
        TIMED_OUT,
        /** Something else, which the cause names. */
        OTHER
    }

    private final Problem problem;

    TlsException(Problem problem, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.problem = problem;
    }

    /** {@return what went wrong} */
    public Problem problem() {
        return problem;
    }

    /**
     * {@return the alert by which the other side refused, as TLS names it ({@code certificate_required}); empty if it
     * sent none}
     */
    public Optional<String> alert() {
        return problem == Problem.REFUSED && getCause() != null
                ? Optional.ofNullable(Handshake.alert(getCause()))
                : Optional.empty();
    }
}

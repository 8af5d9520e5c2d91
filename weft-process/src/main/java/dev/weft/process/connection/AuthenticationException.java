package dev.weft.process.connection;

import org.jspecify.annotations.Nullable;

/**
 * Thrown where the other side did not show in time that it knows the key, or did not accept ours. Nothing that it sent
 * has been read but the fixed number of bytes of a greeting.
 */
@SuppressWarnings("serial")
public final class AuthenticationException extends ConnectionException {
    AuthenticationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

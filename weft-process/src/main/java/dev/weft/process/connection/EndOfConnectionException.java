package dev.weft.process.connection;

import org.jspecify.annotations.Nullable;

/**
 * Thrown where a message is received or sent and the other side has closed its end, or its process has ended. Messages
 * that came before have been received.
 */
@SuppressWarnings("serial")
public final class EndOfConnectionException extends ConnectionException {
    EndOfConnectionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package dev.weft.process.connection;

import org.jspecify.annotations.Nullable;

/** Thrown where a connection cannot be made or cannot go on; its subclasses name the ends that a program acts upon. */
@SuppressWarnings("serial")
public class ConnectionException extends RuntimeException {
    /**
     * Makes the report of a failure.
     *
     * @param message what was expected, what was found, and what to do
     * @param cause what the system said, or null
     */
    public ConnectionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package dev.weft.sync;

/**
 * Thrown by an operation on a {@link Queue} that has been shut down, or on an end of a {@link Channel} that has been
 * closed.
 */
@SuppressWarnings("serial")
public final class ClosedException extends RuntimeException {
    /**
     * Makes the report of one refused operation.
     *
     * @param message what is closed, and what cannot be done with it any more
     */
    public ClosedException(String message) {
        super(message);
    }
}

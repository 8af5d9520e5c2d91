package dev.weft.sync;

/**
 * Thrown by a receive from a {@link Channel} whose sending end has been closed, once all items have been received; a
 * loop over the receiver ends instead.
 */
@SuppressWarnings("serial")
public final class EndOfChannelException extends RuntimeException {
    /**
     * Makes the report of one receive at the end.
     *
     * @param message what has ended
     */
    public EndOfChannelException(String message) {
        super(message);
    }
}

package dev.weft.process.connection;

/**
 * Thrown by {@link Connection#receiveBytes(int)} for a message that is longer than the caller expects. The message has
 * been received, and is in here; the connection goes on.
 */
@SuppressWarnings("serial")
public final class MessageTooLongException extends ConnectionException {
    private final transient byte[] content;

    MessageTooLongException(String message, byte[] content) {
        super(message, null);
        this.content = content;
    }

    /**
     * {@return the message; empty in a copy of this exception that came from another process}
     */
    @SuppressWarnings("EI_EXPOSE_REP")
    public byte[] content() {
        return content == null ? new byte[0] : content.clone();
    }
}

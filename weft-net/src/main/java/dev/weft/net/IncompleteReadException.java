package dev.weft.net;

import java.io.EOFException;

/** A stream ended before all of what a read asked for had come. */
public final class IncompleteReadException extends EOFException {
    private static final long serialVersionUID = 1L;

    private final byte[] partial;

    IncompleteReadException(String message, byte[] partial) {
        super(message);
        this.partial = partial;
    }

    /** {@return the bytes that came before the end, perhaps none; they are no longer in the stream} */
    public byte[] partial() {
        return partial.clone();
    }
}

package dev.weft.net;

import java.io.IOException;

/** What a read asked for is longer than the limit that it gave. */
public final class LimitOverrunException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int limit;

    LimitOverrunException(String message, int limit) {
        super(message);
        this.limit = limit;
    }

    /** {@return the limit, in bytes} */
    public int limit() {
        return limit;
    }
}

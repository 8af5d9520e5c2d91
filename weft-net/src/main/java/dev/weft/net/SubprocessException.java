package dev.weft.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A subprocess failed, took too long or wrote too much. */
public final class SubprocessException extends IOException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // a record of what can be serialized
    private final Subprocess.Completed result;

    SubprocessException(String message, Subprocess.Completed result, @Nullable Throwable cause) {
        super(message, cause);
        this.result = result;
    }

    /** {@return how it ended, and what it had written by then} */
    public Subprocess.Completed result() {
        return result;
    }
}

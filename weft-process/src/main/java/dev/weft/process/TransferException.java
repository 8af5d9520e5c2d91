package dev.weft.process;

import org.jspecify.annotations.Nullable;

/**
 * Thrown where work, a result or a failure cannot cross from one process to another: it cannot be serialized, is too
 * large, or is not accepted on the other side. The message names what is in the way and what to do. It concerns one
 * task only.
 */
@SuppressWarnings("serial")
public final class TransferException extends RuntimeException {
    /**
     * Makes the report of one failed transfer; called by Weft.
     *
     * @param message what could not be sent or taken, why, and the remedy
     * @param cause what serialization said, or null
     */
    public TransferException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package dev.weft.sync;

import org.jspecify.annotations.Nullable;

/**
 * Thrown where a wait can never end well because the others have failed: the owner of a {@link Lock} ended without
 * releasing it, a {@link Barrier} was reset or aborted, the other end of a {@link Channel} was closed.
 */
@SuppressWarnings("serial")
public final class BrokenException extends RuntimeException {
    /**
     * Makes the report of one vain wait.
     *
     * @param message what is broken, and by whom
     * @param cause the failure that was given as the reason, or null
     */
    public BrokenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

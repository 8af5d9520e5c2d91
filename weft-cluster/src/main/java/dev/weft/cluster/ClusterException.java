package dev.weft.cluster;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a pool cannot be opened since its cluster cannot be joined, or no agent is there. The message says what
 * was tried and what to look at.
 */
@SuppressWarnings("serial")
public final class ClusterException extends RuntimeException {
    ClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

package dev.weft.process.sync;

import java.io.Serial;

/**
 * Thrown where a process died that held something which others rely on: a lock, so that what it protects may be half
 * changed, or an item of a queue that it had not marked done.
 */
public final class OwnerDiedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final long pid;

    /**
     * Makes the report of one death.
     *
     * @param message what the process held, and what to do
     * @param pid the id that the process had
     */
    public OwnerDiedException(String message, long pid) {
        super(message);
        this.pid = pid;
    }

    /**
     * {@return the id of the process that died, as it was in that process's container}
     */
    public long pid() {
        return pid;
    }
}

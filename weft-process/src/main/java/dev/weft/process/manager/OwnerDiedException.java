package dev.weft.process.manager;

/** Thrown where a {@link ManagedLock} is acquired whose owner's process has died. What the lock protects may be half changed; {@link ManagedLock#recover}. */
@SuppressWarnings("serial")
public final class OwnerDiedException extends RuntimeException {
    private final long pid;

    OwnerDiedException(String message, long pid) {
        super(message);
        this.pid = pid;
    }

    /**
     * {@return the process that owned the lock}
     */
    public long pid() {
        return pid;
    }
}

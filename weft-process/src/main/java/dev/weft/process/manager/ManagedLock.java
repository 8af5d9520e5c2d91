package dev.weft.process.manager;

import dev.weft.process.sync.OwnerDiedException;
import java.time.Duration;

/**
 * A lock for threads and coroutines of several processes. The owner, one of them, may acquire it again, and releases it
 * as often.
 *
 * <p>If the owner's process dies, what the lock protects may be half changed: the lock is <i>abandoned</i>, and
 * acquiring it throws {@link OwnerDiedException} until somebody has put that right and calls {@link #recover}.
 */
public interface ManagedLock {
    /**
     * Waits for the lock and takes it.
     *
     * @throws OwnerDiedException if a process died that owned it; the caller does not own it then
     * @throws InterruptedException never in a client, where it is {@link dev.weft.Cancelled}
     */
    void acquire() throws InterruptedException;

    /**
     * Waits for the lock at most for a time.
     *
     * @param timeout how long
     * @return whether the caller owns it now
     * @throws OwnerDiedException as {@link #acquire()}
     * @throws InterruptedException never in a client
     */
    boolean tryAcquire(Duration timeout) throws InterruptedException;

    /**
     * Gives the lock back.
     *
     * @throws IllegalMonitorStateException if the caller does not own it
     */
    void release();

    /**
     * {@return whether somebody owns it}
     */
    boolean isLocked();

    /**
     * Takes an abandoned lock, whose state the caller puts right before it releases it.
     *
     * @return false if it is not abandoned (any more); the caller does not own it then
     */
    boolean recover();
}

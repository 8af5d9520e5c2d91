package dev.weft.process.manager;

import dev.weft.process.sync.OwnerDiedException;
import java.time.Duration;

/**
 * A condition of a {@link ManagedLock}: who owns the lock waits for a notification, and gives the lock up meanwhile.
 * There may be wake-ups without one: wait in a loop.
 */
public interface ManagedCondition {
    /**
     * Waits for a notification.
     *
     * @throws IllegalMonitorStateException if the caller does not own the lock, or owns it more than once
     * @throws OwnerDiedException if a process died that owned the lock; the caller does not own it then
     * @throws InterruptedException never in a client, where it is {@link dev.weft.Cancelled}
     */
    void await() throws InterruptedException;

    /**
     * Waits for a notification at most for a time.
     *
     * @param timeout how long
     * @return false if the time was over first; the caller owns the lock in both cases
     * @throws InterruptedException never in a client
     */
    boolean await(Duration timeout) throws InterruptedException;

    /**
     * Wakes as many as wait, up to a number; surplus is of no effect.
     *
     * @param number how many
     * @throws IllegalMonitorStateException if the caller does not own the lock
     */
    void signal(int number);

    /**
     * Wakes all that wait.
     *
     * @throws IllegalMonitorStateException if the caller does not own the lock
     */
    void signalAll();
}

package dev.weft.process.manager;

import java.time.Duration;

/**
 * Permits for threads and coroutines of several processes. Those that a process has acquired and not released when it
 * dies are given back.
 */
public interface ManagedSemaphore {
    /**
     * Waits for a permit and takes it.
     *
     * @throws InterruptedException never in a client, where it is {@link dev.weft.Cancelled}
     */
    void acquire() throws InterruptedException;

    /**
     * Waits for a permit at most for a time.
     *
     * @param timeout how long
     * @return whether the caller has one now
     * @throws InterruptedException never in a client
     */
    boolean tryAcquire(Duration timeout) throws InterruptedException;

    /** Gives a permit back, or adds one. */
    void release();

    /**
     * {@return how many permits are free}
     */
    int available();
}

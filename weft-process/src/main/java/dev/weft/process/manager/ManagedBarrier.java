package dev.weft.process.manager;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/**
 * A point at which a number of threads or coroutines of several processes wait for each other. If one of them stops
 * waiting, because it is cancelled, its time is over or its process dies, the barrier is broken for all.
 */
public interface ManagedBarrier {
    /**
     * Waits until all parties have come.
     *
     * @return how many were still missing when the caller came: exactly one caller has 0
     * @throws BrokenBarrierException if the barrier is broken
     * @throws InterruptedException never in a client, where it is {@link dev.weft.Cancelled}
     */
    int await() throws InterruptedException, BrokenBarrierException;

    /**
     * Waits until all parties have come, at most for a time.
     *
     * @param timeout how long
     * @return as {@link #await()}
     * @throws BrokenBarrierException if the barrier is broken
     * @throws TimeoutException if the time is over first; the barrier is broken then
     * @throws InterruptedException never in a client
     */
    int await(Duration timeout) throws InterruptedException, BrokenBarrierException, TimeoutException;

    /** Breaks the barrier for those who wait, and makes it whole for those who come. */
    void reset();

    /**
     * {@return whether it is broken}
     */
    boolean isBroken();

    /**
     * {@return how many wait now}
     */
    int waiting();

    /**
     * {@return how many it takes}
     */
    int parties();
}

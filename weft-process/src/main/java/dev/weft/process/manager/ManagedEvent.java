package dev.weft.process.manager;

import java.time.Duration;

/** A flag that several processes wait for. */
public interface ManagedEvent {
    /** Sets the flag and wakes all that wait. */
    void set();

    /** Takes the flag down. */
    void clear();

    /**
     * {@return whether the flag is set}
     */
    boolean isSet();

    /**
     * Waits until the flag is set.
     *
     * @throws InterruptedException never in a client, where it is {@link dev.weft.Cancelled}
     */
    void await() throws InterruptedException;

    /**
     * Waits until the flag is set, at most for a time.
     *
     * @param timeout how long
     * @return whether it is
     * @throws InterruptedException never in a client
     */
    boolean await(Duration timeout) throws InterruptedException;
}

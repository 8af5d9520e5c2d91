package dev.weft.loop.kernel;

/**
 * What a transport plugs into a loop, so that the loop waits for I/O where it would otherwise park.
 *
 * <p>{@link #poll} is called again and again by the loop's I/O coroutine, a virtual thread of the loop and always the
 * same one: often without waiting while the loop has work, and with a wait when it has none. The poller belongs to that
 * coroutine, but for {@link #wakeup}.
 */
public interface IoPoller {
    /** Opens a poller; called on the I/O coroutine. */
    @FunctionalInterface
    interface Factory {
        /**
         * Opens a poller for a loop.
         *
         * @param loop what the loop tells the poller
         * @return the poller
         */
        IoPoller open(LoopIo loop);
    }

    /** What a loop tells its poller. */
    interface LoopIo {
        /**
         * {@return whether the loop has nothing to run; asked right before the system call that blocks, on the I/O
         * coroutine, since work that arrived after the loop decided to wait may have called {@link IoPoller#wakeup} too
         * early}
         */
        boolean idle();
    }

    /**
     * Runs the life of this poller, from the first {@link #poll} to {@link #close}; called once, on the I/O coroutine.
     * A poller overrides it to put something around that life.
     *
     * @param life polls until the loop ends, and closes this poller; to be run here, once
     */
    default void live(Runnable life) {
        life.run();
    }

    /**
     * Does one round of I/O.
     *
     * @param waitNanos 0 to return at once; else the longest time to block, {@link Long#MAX_VALUE} for no limit,
     *     provided that {@link LoopIo#idle} still holds
     */
    void poll(long waitNanos);

    /**
     * Ends a {@link #poll} that blocks, or keeps the next one from blocking; any thread, must neither block nor take a
     * lock.
     */
    void wakeup();

    /** Releases everything; the last call, on the I/O coroutine. */
    void close();
}

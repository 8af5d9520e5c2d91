package dev.weft.loop.kernel;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Tells when a thread that runs a loop is interrupted. As a carrier it would lose most interrupts: the JDK clears them
 * whenever it mounts or unmounts a virtual thread. So the thread poses as one that blocks on an interruptible channel,
 * and the JDK closes that at the first interrupt, in the thread that interrupts.
 */
final class InterruptWatch extends AbstractInterruptibleChannel {
    private final Runnable action;

    /**
     * Makes a watch for one thread.
     *
     * @param action what to do at the first interrupt; called by the thread that interrupts, must neither block nor
     *     throw
     */
    InterruptWatch(Runnable action) {
        this.action = action;
    }

    /** Begins to watch the calling thread; an interrupt that came before counts. */
    void start() {
        begin();
    }

    /** Ends the watch; an interrupt that came meanwhile is visible on the thread again. */
    void stop() {
        try {
            end(true);
        } catch (AsynchronousCloseException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected void implCloseChannel() {
        action.run();
    }
}

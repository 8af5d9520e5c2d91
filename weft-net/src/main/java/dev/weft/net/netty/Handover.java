package dev.weft.net.netty;

import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * How a result gets from a channel handler to the one coroutine that waits for it. Loop thread only: the handler runs
 * on the I/O coroutine of the loop on which the waiting coroutine runs.
 *
 * <p>The coroutine makes it, hands it to the handler and waits; the handler ends it once, with a result or a failure. A
 * wait that ends for another reason, time or cancellation, leaves it pending, and whoever ends it then is told by the
 * return value that nobody takes the result.
 *
 * @param <T> the result
 */
public final class Handover<T> implements FromOutside {
    private final Waiter waiter = Waiter.current();
    private @Nullable T result;
    private @Nullable Throwable failure;
    private boolean abandoned;

    /**
     * Ends the wait with a result.
     *
     * @param value the result
     * @return false if nobody takes it, since the wait has ended
     */
    public boolean complete(T value) {
        if (abandoned || isDone()) {
            return false;
        }
        result = value;
        waiter.unpark();
        return true;
    }

    /**
     * Ends the wait with a failure.
     *
     * @param cause the failure
     * @return false if nobody takes it, since the wait has ended
     */
    public boolean fail(Throwable cause) {
        if (abandoned || isDone()) {
            return false;
        }
        failure = cause;
        waiter.unpark();
        return true;
    }

    /** {@return whether it has ended} */
    public boolean isDone() {
        return result != null || failure != null;
    }

    /**
     * {@return the result, or null if there is none (yet)}
     */
    public @Nullable T result() {
        return result;
    }

    /**
     * {@return the failure, or null if there is none (yet)}
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Waits for the end, at most until a time; called by the coroutine that made this.
     *
     * @param deadline the time, by {@link Waiter#nanoTime()}
     * @return false if the time came first; {@link #abandon} then tells the other side, or the coroutine waits again
     * @throws dev.weft.Cancelled if the coroutine is cancelled; this is then abandoned
     */
    public boolean await(long deadline) {
        try {
            while (!isDone()) {
                waiter.checkpoint();
                long left = deadline - waiter.nanoTime();
                if (left <= 0) {
                    return false;
                }
                waiter.parkNanos(this, left);
            }
        } catch (Throwable e) {
            abandoned = true;
            throw e;
        }
        waiter.leave();
        return true;
    }

    /** Waits for the end whatever happens; called by the coroutine that made this. */
    public void awaitUncancellable() {
        while (!isDone()) {
            waiter.park(this);
        }
        waiter.leave();
    }

    /** Says that nobody will wait any more. */
    public void abandon() {
        abandoned = true;
    }
}

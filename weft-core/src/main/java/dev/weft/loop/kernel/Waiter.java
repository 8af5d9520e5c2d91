package dev.weft.loop.kernel;

import dev.weft.Cancelled;

/**
 * A coroutine or thread seen as something that waits and is woken: the one base on which all waiting in Weft rests.
 *
 * <p>The pattern of every wait, with {@code w} from {@link #current()}:
 *
 * <pre>{@code
 * enqueue(w);
 * while (!condition()) {
 *     w.checkpoint();  // left out by waits that cannot be cancelled
 *     w.park(this);
 * }
 * w.leave();
 * }</pre>
 *
 * <p>A wake-up is a permit, as in {@link java.util.concurrent.locks.LockSupport}: {@link #unpark} before {@link #park}
 * makes the latter return at once, and {@code park} may also return for no reason, so that callers check their
 * condition again. A cancellation sets its mark first and then unparks. Writes before {@code unpark} happen-before the
 * return of the {@code park} that it ends.
 */
public sealed interface Waiter permits Strand, ThreadWaiter {
    /**
     * {@return the caller as a waiter: its coroutine, or else its thread}
     */
    static Waiter current() {
        Strand strand = Strand.current();
        return strand != null ? strand : new ThreadWaiter();
    }

    /**
     * Waits for a permit and takes it. Called by the waiter itself.
     *
     * @param blocker what is waited for, shown in diagnostics
     */
    void park(Object blocker);

    /**
     * Waits for a permit, at most for a time. Called by the waiter itself.
     *
     * @param blocker what is waited for, shown in diagnostics
     * @param nanos the longest wait, by the clock of the loop where the waiter is a coroutine
     */
    void parkNanos(Object blocker, long nanos);

    /** Gives a permit; any thread. */
    void unpark();

    /**
     * Throws if the waiter's work has been cancelled. Called by the waiter itself.
     *
     * @throws Cancelled if so
     */
    void checkpoint();

    /**
     * Ends a wait: what {@link #park} hid, such as an interrupt of a thread in a wait that cannot be cancelled, is
     * visible again.
     */
    default void leave() {}

    /**
     * {@return who waits: the {@link TaskCore} that the waiter runs, or else its thread. What is acquired belongs to
     * that party and not to the waiter, since a waiter outlives its task}
     */
    Object party();

    /**
     * {@return the clock of the waiter in nanoseconds, as {@link System#nanoTime}: that of its loop where it is a
     * coroutine}
     */
    long nanoTime();
}

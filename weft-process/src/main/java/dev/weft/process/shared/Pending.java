package dev.weft.process.shared;

import dev.weft.loop.kernel.Waiter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that cannot be done yet, since another process has to do something first, and the coroutine or thread that
 * waits for it.
 *
 * <pre>
 *   WAITING ⇄ TRYING ──► SERVED     {@link #attempt} has succeeded
 *      │         └─────► FAILED     it has thrown
 *      └──► GIVEN_UP                cancelled, or the time is over
 * </pre>
 *
 * <p>The thread of {@link Waits} goes from WAITING to TRYING and on; the waiter gives up out of WAITING. If it is
 * cancelled when it has been served, {@link #undo} gives back what it got, or says that it cannot be given back: then
 * the wait returns, and the cancellation is raised at the next checkpoint.
 */
public abstract class Pending {
    private static final int WAITING = 0;
    private static final int TRYING = 1;
    private static final int SERVED = 2;
    private static final int FAILED = 3;
    private static final int GIVEN_UP = 4;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Pending.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Block block;
    private final Waiter waiter;
    private volatile int state;
    private @Nullable Throwable failure; // written before FAILED

    /**
     * Makes a wait.
     *
     * @param block what changes
     * @param waiter who waits; the caller of {@link #await}
     */
    protected Pending(Block block, Waiter waiter) {
        this.block = block;
        this.waiter = waiter;
    }

    /**
     * Tries once, without waiting. Any thread, one at a time.
     *
     * @return whether it succeeded
     */
    protected abstract boolean attempt();

    /**
     * Looks whether processes that this waits for have died, and does what follows from it. Like {@link #attempt},
     * which comes next.
     */
    protected abstract void inspect();

    /**
     * Gives back what was got, for one that is cancelled.
     *
     * @return false if that is not possible, and the wait has to return
     */
    protected abstract boolean undo();

    /** {@return a number that those share of which one cannot succeed if one before it did not; or 0} */
    protected int line() {
        return 0;
    }

    /**
     * Waits until {@link #attempt} has succeeded. It is a checkpoint.
     *
     * @param blocker what is waited for, shown in diagnostics
     * @param limit the longest wait, by the clock of the waiter; null for none
     * @return false if the time was over first
     * @throws dev.weft.Cancelled if the waiter is cancelled; what was got has been given back
     */
    public final boolean await(Object blocker, @Nullable Duration limit) {
        long end = limit == null ? 0 : waiter.nanoTime() + nanos(limit);
        Waits.add(this);
        try {
            while (true) {
                int now = state;
                if (now > TRYING) {
                    break;
                }
                waiter.checkpoint();
                if (limit == null) {
                    waiter.park(blocker);
                    continue;
                }
                long left = end - waiter.nanoTime();
                if (left > 0) {
                    waiter.parkNanos(blocker, left);
                } else if (giveUp()) {
                    waiter.leave();
                    return false;
                }
            }
            if (state == SERVED) {
                waiter.checkpoint();
            }
        } catch (Throwable e) {
            if (giveUp() || state == FAILED || undo()) {
                throw e;
            }
            return true;
        }
        waiter.leave();
        throwFailure();
        return true;
    }

    /**
     * Waits until {@link #attempt} has succeeded, cancelled or not.
     *
     * @param blocker what is waited for, shown in diagnostics
     */
    public final void awaitUncancellably(Object blocker) {
        Waits.add(this);
        while (state <= TRYING) {
            waiter.park(blocker);
        }
        waiter.leave();
        throwFailure();
    }

    /** Throws what an attempt failed with, with the stack of the waiter. */
    private void throwFailure() {
        Throwable thrown = failure;
        if (thrown instanceof RuntimeException runtime) {
            runtime.fillInStackTrace();
            throw runtime;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    private static long nanos(Duration limit) {
        try {
            return Math.min(limit.toNanos(), Long.MAX_VALUE / 2);
        } catch (ArithmeticException e) {
            return limit.isNegative() ? 0 : Long.MAX_VALUE / 2;
        }
    }

    /** Ends the wait without success; false if it has ended otherwise. */
    private boolean giveUp() {
        while (!STATE.compareAndSet(this, WAITING, GIVEN_UP)) {
            if (state > TRYING) {
                return false;
            }
            Thread.onSpinWait(); // for the thread of waits to end its attempt, which does not wait
        }
        return true;
    }

    /** {@return whether the waiter has given up} */
    final boolean isGivenUp() {
        return state == GIVEN_UP;
    }

    /** Has the thread of waits try; returns whether this is over. */
    final boolean serve(boolean inspect) {
        if (!STATE.compareAndSet(this, WAITING, TRYING)) {
            return true; // given up
        }
        int next = WAITING;
        try {
            if (inspect) {
                inspect();
            }
            if (attempt()) {
                next = SERVED;
            }
        } catch (Throwable e) {
            failure = e;
            next = FAILED;
        }
        state = next;
        if (next == WAITING) {
            return false;
        }
        waiter.unpark();
        return true;
    }
}

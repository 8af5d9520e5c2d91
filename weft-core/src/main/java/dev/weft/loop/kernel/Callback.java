package dev.weft.loop.kernel;

import dev.weft.loop.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A function that a loop calls once, soon or at a time; its own handle.
 *
 * <pre>
 *   PENDING ──strand──► RUNNING ──► RETURNED
 *      │                   └──────► THREW
 *      └──cancel, or the loop ends──► CANCELLED
 * </pre>
 *
 * <p>{@code state} may be moved by any thread. {@code end} is made by the first who waits, which hardly anybody does;
 * whoever ends the call and whoever makes the promise both look at the other's field after they have written theirs, so
 * that one of them keeps it.
 */
public final class Callback extends TimerNode implements Fresh, LoopAction, EventLoop.Handle {
    private static final VarHandle STATE;
    private static final VarHandle END;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Callback.class, "state", int.class);
            END = lookup.findVarHandle(Callback.class, "end", Promise.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int PENDING = 0;
    private static final int RUNNING = 1;
    private static final int RETURNED = 2;
    private static final int THREW = 3;
    private static final int CANCELLED = 4;

    private final LoopCore loop;
    private final Runnable action;
    private final boolean timed;

    /** When it is due, by the clock of the loop. */
    private final long when;

    private volatile int state;
    private volatile @Nullable Promise<@Nullable Void> end;

    /** Written before {@code state} becomes THREW. */
    private @Nullable Throwable failure;

    /** Makes a call for the next pass. */
    Callback(LoopCore loop, Runnable action) {
        this(loop, action, false, loop.now());
    }

    /** Makes a call for a time, by the clock of the loop. */
    Callback(LoopCore loop, Runnable action, long when) {
        this(loop, action, true, when);
    }

    private Callback(LoopCore loop, Runnable action, boolean timed, long when) {
        this.loop = loop;
        this.action = action;
        this.timed = timed;
        this.when = when;
    }

    /** Arrives on the loop: takes its place in the ready queue, or among the timers. */
    @Override
    public void perform() {
        if (!timed) {
            loop.ready.add(this);
        } else if (state == PENDING) {
            loop.timers.add(this, when);
        }
    }

    @Override
    public void tooLate() {
        cancel();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!STATE.compareAndSet(this, PENDING, CANCELLED)) {
            return false;
        }
        settle(end);
        if (timed) {
            loop.perform(() -> loop.timers.remove(this));
        }
        return true;
    }

    @Override
    public void runOn(Strand strand) {
        if (!STATE.compareAndSet(this, PENDING, RUNNING)) {
            return;
        }
        try {
            action.run();
            ended(RETURNED);
        } catch (Throwable e) {
            threw(e);
        }
    }

    @Override
    public void refuse(Strand strand, Throwable why) {
        if (STATE.compareAndSet(this, PENDING, RUNNING)) {
            threw(why);
        }
    }

    private void threw(Throwable e) {
        failure = e;
        ended(THREW);
        loop.report("a function that loop '" + loop.name() + "' called failed: " + e, e, null, this);
    }

    private void ended(int how) {
        state = how;
        settle(end);
    }

    private void settle(@Nullable Promise<@Nullable Void> promise) {
        if (promise == null) {
            return;
        }
        switch (state) {
            case RETURNED -> promise.keep(Nothing.value());
            case THREW -> {
                Throwable why = failure;
                promise.breakWith(why == null ? new AssertionError("a call failed without a reason") : why);
            }
            case CANCELLED -> promise.cancel("the call was called off, or its loop has ended");
            default -> {
                // whoever ends the call will see the promise
            }
        }
    }

    @SuppressWarnings("unchecked")
    private Promise<@Nullable Void> promise() {
        Promise<@Nullable Void> made = end;
        if (made == null) {
            made = new Promise<>("end of a call on loop " + loop.name());
            var first = (Promise<@Nullable Void>) END.compareAndExchange(this, null, made);
            if (first != null) {
                made = first;
            }
        }
        settle(made);
        return made;
    }

    @Override
    public @Nullable Void get() throws InterruptedException, ExecutionException {
        return promise().get();
    }

    @Override
    public @Nullable Void get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return promise().get(timeout, unit);
    }

    @Override
    public boolean isDone() {
        return state > RUNNING;
    }

    @Override
    public boolean isCancelled() {
        return state == CANCELLED;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(when - loop.now(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public String toString() {
        return "Handle[" + action + " on loop " + loop.name() + ", "
                + switch (state) {
                    case PENDING -> "pending";
                    case RUNNING -> "running";
                    case RETURNED -> "returned";
                    case THREW -> "threw " + failure;
                    default -> "cancelled";
                }
                + "]";
    }
}

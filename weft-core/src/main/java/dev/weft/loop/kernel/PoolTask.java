package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A task that one thread outside of any loop runs from beginning to end.
 *
 * <pre>
 *   NEW ──run──► RUNNING ──► DONE
 *    │              └─cancel─► INTERRUPTING ──► INTERRUPTED ──► DONE
 *    └─cancel─► DONE (it never runs)
 * </pre>
 *
 * <p>{@code run} is called by the thread, {@code cancel} from anywhere. The interrupt is sent between INTERRUPTING and
 * INTERRUPTED, and the running thread waits for the latter before it lets go of the task, so that no interrupt reaches
 * what it runs next.
 */
final class PoolTask<T extends @Nullable Object> extends TaskCore<T> implements Runnable, FromOutside {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(PoolTask.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final ThreadLocal<@Nullable PoolTask<?>> RUNNING_HERE = new ThreadLocal<>();
    private static final int NEW = 0;
    private static final int RUNNING = 1;
    private static final int INTERRUPTING = 2;
    private static final int INTERRUPTED = 3;
    private static final int DONE = 4;

    private final AbstractPool pool;

    /** Null once it has begun or was cancelled: who keeps the handle does not keep what the work held. */
    private @Nullable Callable<T> work;

    private volatile int state;
    private volatile @Nullable Cancelled signal;
    private volatile @Nullable Thread runner;

    /** The task that the thread was running already: a sequential pool nests. Running thread only. */
    private @Nullable PoolTask<?> outer;

    PoolTask(AbstractPool pool, Callable<T> work) {
        super(null);
        this.pool = pool;
        this.work = work;
    }

    /** {@return the task that the current thread runs, or null} */
    static @Nullable PoolTask<?> running() {
        return RUNNING_HERE.get();
    }

    /** {@return whether the current thread runs a task of a pool, be it through tasks of others} */
    static boolean runsFor(AbstractPool pool) {
        for (PoolTask<?> at = running(); at != null; at = at.outer) {
            if (at.pool == pool) {
                return true;
            }
        }
        return false;
    }

    /** {@return the thread that runs it, or null; any thread} */
    @Nullable
    Thread thread() {
        return runner;
    }

    @Override
    protected String kind() {
        return pool.name() + "-task";
    }

    void checkpoint() {
        Cancelled asked = signal;
        if (asked != null) {
            throw Signals.signal(asked);
        }
    }

    @Override
    public void run() {
        runner = Thread.currentThread();
        if (!STATE.compareAndSet(this, NEW, RUNNING)) {
            return;
        }
        outer = RUNNING_HERE.get();
        RUNNING_HERE.set(this);
        try {
            T result = takeWork().call();
            settle();
            succeed(result);
        } catch (Throwable failure) {
            settle();
            Cancelled asked = signal;
            if (asked != null && Signals.isCancellation(failure)) {
                endCancelled(asked);
            } else {
                fail(failure);
            }
        }
    }

    private Callable<T> takeWork() {
        Callable<T> body = requireNonNull(work);
        work = null;
        return body;
    }

    private void settle() {
        if (outer == null) {
            RUNNING_HERE.remove();
        } else {
            RUNNING_HERE.set(outer);
        }
        if (!STATE.compareAndSet(this, RUNNING, DONE)) {
            while (state == INTERRUPTING) {
                Thread.yield();
            }
            Thread.interrupted();
            state = DONE;
        }
        runner = null;
    }

    @Override
    public boolean cancel(String reason) {
        Cancelled request = Signals.request(Cancelled.Source.REQUEST, reason);
        if (STATE.compareAndSet(this, NEW, DONE)) {
            work = null;
            return endCancelled(request);
        }
        if (STATE.compareAndSet(this, RUNNING, INTERRUPTING)) {
            signal = request;
            Thread thread = runner;
            if (thread != null) {
                thread.interrupt();
            }
            state = INTERRUPTED;
            return true;
        }
        return false;
    }
}

package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.JobFunction;
import dev.weft.Pool;
import dev.weft.PoolStatistics;
import dev.weft.Results;
import dev.weft.Task;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What all pools share: the life cycle, the book of pending tasks, statistics, {@code map} and the
 * {@code ExecutorService} face. A pool adds how work is {@linkplain #dispatch dispatched} and what is
 * {@linkplain #release released} at the end.
 *
 * <h2>Life cycle</h2>
 *
 * <p>One word holds whether the pool is shut down ({@code SHUT}) and how many accepted tasks have not ended, so that
 * "no more submissions" and "nothing pending" are decided together:
 *
 * <pre>
 *   open, n pending ──shutdown──► SHUT, n pending ──last task ends──► SHUT, 0 pending: release(), terminated
 * </pre>
 *
 * <p>Whoever makes the word {@code SHUT} with nothing pending (the closer, or the thread that ends the last task) calls
 * {@code release} once and then ends {@code termination}, on which closers wait.
 */
public abstract class AbstractPool implements Pool {
    private static final long SHUT = 1L << 62;

    /** Ended when the pool has been released. */
    private static final class Termination extends TaskCore<@Nullable Void> implements FromOutside {
        Termination(String pool) {
            super("termination of pool " + pool);
        }

        @Override
        protected String kind() {
            return "termination";
        }

        @Override
        public boolean cancel(String reason) {
            return false;
        }

        void done(@Nullable Throwable failure) {
            if (failure == null) {
                succeed(Nothing.value());
            } else {
                fail(failure);
            }
        }
    }

    private final String name;
    private final AtomicLong control = new AtomicLong();
    private final AtomicBoolean registered = new AtomicBoolean();
    private final Set<TaskCore<?>> pending = ConcurrentHashMap.newKeySet();

    /** Why pending tasks were cancelled, and those are whose submission is under way; null before. */
    private volatile @Nullable String stopReason;

    private final Termination termination;
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder submitted = new LongAdder();

    /**
     * Makes an open pool.
     *
     * @param name its name
     */
    protected AbstractPool(String name) {
        this.name = name;
        this.termination = new Termination(name);
    }

    /**
     * Makes a task of the work and sends it on its way; called in the submitting thread, once the pool has counted the
     * task as accepted. The task must end some day, in whatever way.
     *
     * @param work the work
     * @param <T> its result
     * @return the task
     * @throws RejectedExecutionException if the work cannot be sent
     */
    protected abstract <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work);

    /**
     * Releases what the pool holds; called once, when it is shut down and nothing is pending, by the thread that made
     * that true. Must not wait for that thread, which may be one of the pool.
     */
    protected abstract void release();

    /** Waits for what {@link #release} has set in motion; called by each closer, which is never work of the pool. */
    protected void afterTermination() {}

    /**
     * {@return whether the caller is work of this pool, which must not wait for the pool's end}
     */
    protected boolean runsCaller() {
        return PoolTask.runsFor(this);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final <T extends @Nullable Object> Task<T> submit(Callable<T> work) {
        accept();
        if (!registered.getPlain()) {
            register();
        }
        TaskCore<T> task;
        try {
            task = dispatch(work);
        } catch (Throwable e) {
            submitted.decrement();
            left();
            throw e;
        }
        pending.add(task);
        task.whenDone(this::ended);
        String reason = stopReason;
        if (reason != null) {
            task.cancel(reason); // it came too late for cancelPending to see it
        }
        return task;
    }

    /** {@return the tasks that have not ended; any thread} */
    final Iterable<TaskCore<?>> pendingTasks() {
        return pending;
    }

    /** Shows this pool to diagnostics; not before it is used, since then it has been made. */
    private void register() {
        if (registered.compareAndSet(false, true)) {
            PoolRegistry.add(this);
            Inspection.begin();
        }
    }

    private void accept() {
        for (; ; ) {
            long now = control.get();
            if ((now & SHUT) != 0) {
                throw new RejectedExecutionException("pool '" + name
                        + "' is closed and takes no more work; submit before close, or open another pool");
            }
            if (control.compareAndSet(now, now + 1)) {
                submitted.increment();
                return;
            }
        }
    }

    private void ended(Task<?> task) {
        switch (task.state()) {
            case SUCCESS -> succeeded.increment();
            case FAILED -> failed.increment();
            default -> cancelled.increment();
        }
        pending.remove((TaskCore<?>) task);
        left();
    }

    private void left() {
        if (control.decrementAndGet() == SHUT) {
            terminate();
        }
    }

    private void terminate() {
        try {
            release();
            termination.done(null);
        } catch (Throwable e) {
            termination.done(e);
        }
    }

    @Override
    public final <T extends @Nullable Object> Task<T> submit(Runnable work, T result) {
        return submit(Executors.callable(work, result));
    }

    @Override
    public final Task<?> submit(Runnable work) {
        return submit(Executors.callable(work));
    }

    /**
     * {@inheritDoc}
     *
     * <p>What the work throws goes to the uncaught-exception handler of the thread that runs it, or of the thread that
     * hears of it where that is in another process.
     */
    @Override
    public void execute(Runnable work) {
        requireNonNull(work, "the work of a pool must not be null");
        var _ = submit(() -> {
            try {
                work.run();
            } catch (Cancelled e) {
                throw e;
            } catch (Throwable e) { // here, for this is the thread that it happened in
                Uncaught.report(e);
                throw e;
            }
            return Nothing.value();
        });
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> Results<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs) {
        return new MapResults<>(this, function, inputs);
    }

    @Override
    public PoolStatistics statistics() {
        return new PoolStatistics(submitted.sum(), succeeded.sum(), failed.sum(), cancelled.sum());
    }

    @Override
    public final void shutdown() {
        long before = control.getAndUpdate(now -> now | SHUT);
        if (before == 0) {
            terminate();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Cancels all pending tasks, running ones included, and does not wait. The list is always empty: a task that
     * never ran is a cancelled {@link Task}, not a {@code Runnable} to be run elsewhere.
     */
    @Override
    public final List<Runnable> shutdownNow() {
        shutdown();
        cancelPending("pool '" + name + "' was shut down");
        return List.of();
    }

    /**
     * Stops accepting work at once, and has another thread cancel what is pending and release the pool, so that the
     * caller waits for nothing.
     *
     * @param reason why; the reason of the cancellations
     * @param behind runs what is left to do
     */
    protected final void shutdownBehind(String reason, Executor behind) {
        long before = control.getAndUpdate(now -> now | SHUT);
        behind.execute(before == 0 ? this::terminate : () -> cancelPending(reason));
    }

    private void cancelPending(String reason) {
        stopReason = reason;
        for (TaskCore<?> task : pending) {
            task.cancel(reason);
        }
    }

    @Override
    public final boolean isShutdown() {
        return (control.get() & SHUT) != 0;
    }

    @Override
    public final boolean isTerminated() {
        return termination.isDone();
    }

    @Override
    public final boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            termination.get(timeout, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // terminated, if not cleanly: close() reports it
        }
    }

    @Override
    public final void close() {
        refuseFromWithin("close");
        shutdown();
        try {
            termination.join();
        } catch (Cancelled e) {
            cancelPending("the close of pool '" + name + "' was cancelled: " + e.reason());
            termination.awaitEndUncancellable(Long.MAX_VALUE);
            afterTermination();
            throw e;
        }
        termination.result();
        afterTermination();
    }

    @Override
    public final void closeNow(String reason) {
        refuseFromWithin("closeNow");
        shutdown();
        cancelPending(reason);
        termination.awaitEndUncancellable(Long.MAX_VALUE);
        termination.result();
        afterTermination();
    }

    private void refuseFromWithin(String call) {
        if (runsCaller()) {
            throw new IllegalStateException(
                    call + " of pool '" + name + "' was called by work that the pool runs, and would wait for"
                            + " itself; call it from where the pool was opened, or use shutdown()");
        }
    }

    @Override
    public final <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> works)
            throws InterruptedException {
        return Bulk.all(this::submit, works, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }

    @Override
    public final <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> works, long timeout, TimeUnit unit) throws InterruptedException {
        return Bulk.all(this::submit, works, timeout, unit);
    }

    @Override
    public final <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> works)
            throws InterruptedException, ExecutionException {
        return Bulk.any(this::submit, works);
    }

    @Override
    public final <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> works, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return Bulk.any(this::submit, works, timeout, unit);
    }

    @Override
    public String toString() {
        return "Pool[" + name + ", " + (isTerminated() ? "closed" : isShutdown() ? "closing" : "open") + ", "
                + statistics() + "]";
    }
}

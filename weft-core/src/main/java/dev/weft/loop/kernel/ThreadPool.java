package dev.weft.loop.kernel;

import java.util.concurrent.Callable;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A pool of platform threads, at most n, started as they are needed and ended when they have been idle for a while.
 *
 * <p>A task goes to an idle thread if there is one; else to a new one, up to n; else it stands in line. An executor of
 * the JDK asks in this order too, once the offer to its queue succeeds only if a thread waits there, and what it then
 * rejects stands in line.
 */
public final class ThreadPool extends AbstractPool {
    private static final int IDLE_SECONDS = 10;

    @SuppressWarnings("serial") // a queue of the JDK is serializable; this one stays where it is
    private static final class Line extends LinkedTransferQueue<Runnable> {
        /** Hands a task to an idle thread; false if there is none. */
        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        void append(Runnable task) {
            super.offer(task);
        }
    }

    private final Line line = new Line();
    private final ThreadPoolExecutor executor;

    /**
     * Opens a pool.
     *
     * @param name its name and the stem of its threads' names
     * @param threads the most threads
     */
    public ThreadPool(String name, int threads) {
        super(name);
        executor = new ThreadPoolExecutor(
                0,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                line,
                Thread.ofPlatform().daemon().name(name + "-", 1).factory(),
                this::standInLine);
    }

    /** All threads are busy, or were a moment ago. */
    private void standInLine(Runnable task, ThreadPoolExecutor full) {
        line.append(task);
        if (full.getPoolSize() == 0 && line.remove(task)) {
            full.execute(task); // the last thread ended, idle for too long, before it could see the task
        }
    }

    @Override
    public int parallelism() {
        return executor.getMaximumPoolSize();
    }

    @Override
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        var task = new PoolTask<>(this, work);
        executor.execute(task);
        return task;
    }

    @Override
    protected void release() {
        executor.shutdown();
    }
}

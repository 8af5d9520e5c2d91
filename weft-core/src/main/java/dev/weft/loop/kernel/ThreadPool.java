package dev.weft.loop.kernel;

import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A pool of platform threads, at most n, started as they are needed and ended when they have been idle for a while. */
public final class ThreadPool extends AbstractPool {
    private static final int IDLE_SECONDS = 10;

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
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name(name + "-", 1).factory());
        executor.allowCoreThreadTimeOut(true);
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

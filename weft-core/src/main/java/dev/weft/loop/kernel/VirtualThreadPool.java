package dev.weft.loop.kernel;

import dev.weft.loop.jdk.JdkAccess;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A virtual thread for each task, on the JDK's scheduler; with a limit, those above it wait in line. */
public final class VirtualThreadPool extends AbstractPool {
    private final int limit;
    private final Semaphore permits;

    /**
     * Opens a pool.
     *
     * @param name its name and the stem of its threads' names
     * @param limit how many tasks run at the same moment at most
     */
    public VirtualThreadPool(String name, int limit) {
        super(name);
        this.limit = limit;
        this.permits = new Semaphore(limit, true);
    }

    @Override
    public int parallelism() {
        return limit;
    }

    @Override
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        var task = new PoolTask<>(this, work);
        Runnable body = limit == Integer.MAX_VALUE ? task : () -> runWithPermit(task);
        JdkAccess.newDefaultVirtualThread(name() + "-virtual", body).start();
        return task;
    }

    private void runWithPermit(PoolTask<?> task) {
        permits.acquireUninterruptibly();
        try {
            task.run();
        } finally {
            permits.release();
        }
    }

    @Override
    protected void release() {
        // its threads end with their tasks
    }
}

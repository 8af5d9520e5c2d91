package dev.weft.loop.kernel;

import dev.weft.loop.jdk.JdkAccess;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for each task, on the JDK's scheduler; with a limit, those above it wait in line.
 *
 * <p>A submitter starts the thread of its task if fewer than {@code limit} are at work, and else appends the task to
 * the line. A thread whose task has ended starts that of the first in line, or leaves its place free. Both hold the
 * lock meanwhile, so that threads are started in the order of submission and nobody stands in line before a free place.
 */
public final class VirtualThreadPool extends AbstractPool {
    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Deque<PoolTask<?>> line = new ArrayDeque<>(0);
    private int atWork;

    /**
     * Opens a pool.
     *
     * @param name its name and the stem of its threads' names
     * @param limit how many tasks run at the same moment at most
     */
    public VirtualThreadPool(String name, int limit) {
        super(name);
        this.limit = limit;
    }

    @Override
    public int parallelism() {
        return limit;
    }

    @Override
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        var task = new PoolTask<>(this, work);
        if (limit == Integer.MAX_VALUE) {
            start(task);
            return task;
        }
        lock.lock();
        try {
            if (atWork == limit) {
                line.add(task);
            } else {
                start(() -> runInPlace(task));
                atWork++;
            }
        } finally {
            lock.unlock();
        }
        return task;
    }

    private void start(Runnable body) {
        JdkAccess.newDefaultVirtualThread(name() + "-virtual", body).start();
    }

    private void runInPlace(PoolTask<?> task) {
        try {
            task.run();
        } finally {
            passOnPlace();
        }
    }

    private void passOnPlace() {
        lock.lock();
        try {
            for (PoolTask<?> next = line.poll(); next != null; next = line.poll()) {
                PoolTask<?> first = next;
                try {
                    start(() -> runInPlace(first));
                    return;
                } catch (Throwable e) { // no memory for a thread: the task fails, and those behind it have their turn
                    first.fail(e);
                }
            }
            atWork--;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void release() {
        // its threads end with their tasks
    }
}

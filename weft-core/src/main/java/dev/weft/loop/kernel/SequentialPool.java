package dev.weft.loop.kernel;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A pool without any thread: the submitting one does the work before {@code submit} returns. */
public final class SequentialPool extends AbstractPool {
    /** Opens a pool. */
    public SequentialPool() {
        super("sequential");
    }

    @Override
    public int parallelism() {
        return 1;
    }

    @Override
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        var task = new PoolTask<>(this, work);
        task.run();
        return task;
    }

    @Override
    protected void release() {
        // it holds nothing
    }
}

package dev.weft.loop.kernel;

import dev.weft.Task;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A task of a loop with the time of its next execution, as {@code java.util.concurrent} wants it.
 *
 * @param <T> the result
 */
final class ScheduledTask<T extends @Nullable Object> implements ScheduledFuture<T> {
    private final LoopCore loop;
    private final Task<T> task;
    private final LongSupplier when;

    ScheduledTask(LoopCore loop, Task<T> task, long when) {
        this(loop, task, () -> when);
    }

    ScheduledTask(LoopCore loop, Task<T> task, LongSupplier when) {
        this.loop = loop;
        this.task = task;
        this.when = when;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(when.getAsLong() - loop.now(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return task.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean isCancelled() {
        return task.isCancelled();
    }

    @Override
    public boolean isDone() {
        return task.isDone();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        return task.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        return task.get(timeout, unit);
    }

    @Override
    public State state() {
        return task.state();
    }

    @Override
    public String toString() {
        return "Scheduled" + task;
    }
}

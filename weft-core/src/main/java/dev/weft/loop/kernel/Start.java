package dev.weft.loop.kernel;

import dev.weft.Action;
import dev.weft.Cancelled;
import dev.weft.TaskGroup;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task of a group that somebody waits for to be ready. Loop thread only.
 *
 * <p>Until it has reported, what it fails with belongs to the one who starts it and not to the group: the task then
 * ends without a failure of its own.
 */
final class Start<V extends @Nullable Object> implements Action<Exception>, Consumer<V> {
    private final TaskGroup.Starter<V> body;
    private final Waiter starter = Waiter.current();
    private boolean reported;
    private @Nullable V value;
    private @Nullable Throwable failure;

    Start(TaskGroup.Starter<V> body) {
        this.body = body;
    }

    @Override
    public void accept(V readyValue) {
        if (reported) {
            throw new IllegalStateException(
                    "a task that was started reported that it is ready for the second time, with " + readyValue
                            + "; it reports once, and the first value was " + value);
        }
        reported = true;
        value = readyValue;
        starter.unpark();
    }

    @Override
    public void run() throws Exception {
        try {
            body.run(this);
        } catch (Throwable e) {
            if (reported || endsCancelled(e)) {
                throw e;
            }
            failure = e;
            return;
        }
        if (!reported) {
            failure = new IllegalStateException(
                    "a task that was started ended before it reported that it is ready; it must call accept of what it is given, or fail");
        }
    }

    private static boolean endsCancelled(Throwable e) {
        LoopTask<?> self = LoopTask.currentOrNull();
        Throwable outcome = Signals.surfaced(e);
        return outcome instanceof Cancelled
                || (Signals.isCancellation(outcome) && self != null && self.pending != null);
    }

    /** Waits until the task has reported or ended. */
    V await(LoopTask<?> task) {
        Object watch = task.watch(_ -> starter.unpark());
        try {
            while (!reported && !task.isDone()) {
                starter.park(task);
                if (!reported && !task.isDone()) {
                    starter.checkpoint();
                }
            }
        } catch (Throwable signal) {
            task.cancel(Signals.request(Cancelled.Source.REQUEST, "who started it was cancelled before it was ready"));
            while (!task.isDone()) {
                starter.park(task);
            }
            if (failure != null) {
                throw task.unchecked(failure);
            }
            throw signal;
        } finally {
            task.unwatch(watch);
            starter.leave();
        }
        if (!reported) {
            if (failure != null) {
                throw task.unchecked(failure);
            }
            task.result(); // it was cancelled, which this throws
        }
        return value();
    }

    @SuppressWarnings("NullAway") // null where V allows it
    private V value() {
        return value;
    }
}

package dev.weft.loop.kernel;

import dev.weft.Action;
import dev.weft.loop.EventLoop.TaskFactory;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a loop does to each task where somebody asked for it: the task factory and the notes of debug mode. A loop
 * without either has none, so that others pay for one look at a field.
 *
 * <p>Called by the threads that start tasks, and on the loop when they end.
 */
final class TaskHooks {
    /** Where a task was started. */
    private static final class StartTrace extends Exception {
        private static final long serialVersionUID = 1L;

        StartTrace(String task) {
            super("task '" + task + "' was started here");
        }
    }

    private final @Nullable TaskFactory factory;

    /** By task, in debug mode. A task is equal to itself only. */
    private final @Nullable Map<LoopTask<?>, StartTrace> starts;

    TaskHooks(@Nullable TaskFactory factory, boolean debug) {
        this.factory = factory;
        this.starts = debug ? new ConcurrentHashMap<>() : null;
    }

    /**
     * Called for each task when it is made.
     *
     * @param task the task
     * @param body what it is to run
     * @return what it is to run instead
     */
    Object prepare(LoopTask<?> task, Object body) {
        Object prepared = body;
        if (factory != null) {
            try {
                prepared = body instanceof DelayedStart later
                        ? later.with(create(factory, task, later.work()))
                        : create(factory, task, body);
            } catch (Throwable e) {
                task.loop().report("the task factory of loop '" + task.loop().name() + "' failed: " + e, e, null, null);
                throw e;
            }
        }
        if (starts != null) {
            starts.put(task, new StartTrace(task.name()));
        }
        return prepared;
    }

    @SuppressWarnings("unchecked") // an Action or a Callable, as the task says
    private static Callable<?> create(TaskFactory factory, LoopTask<?> task, Object body) {
        Callable<?> created = factory.create(
                task,
                body instanceof Callable<?> callable
                        ? callable
                        : () -> {
                            ((Action<? extends Exception>) body).run();
                            return Nothing.value();
                        });
        if (created == null) {
            throw new IllegalStateException(
                    "the task factory of loop '" + task.loop().name() + "' returned null for task '" + task.name()
                            + "'; return the body, or something around it");
        }
        return created;
    }

    /** Called for each task when it has ended. */
    void ended(LoopTask<?> task) {
        StartTrace start = starts == null ? null : starts.remove(task);
        Throwable failure = start == null ? null : task.peekFailure();
        if (failure != null) {
            failure.addSuppressed(start);
        }
    }

    /** {@return the stack of the code that started a task, if that is known; any thread} */
    StackTraceElement @Nullable [] startOf(LoopTask<?> task) {
        StartTrace start = starts == null ? null : starts.get(task);
        return start == null ? null : start.getStackTrace();
    }
}

package dev.weft.loop.kernel;

import dev.weft.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code invokeAll} and {@code invokeAny} of executors whose futures are tasks. */
final class Bulk {
    private Bulk() {}

    static <T extends @Nullable Object> List<Future<T>> all(
            Function<Callable<T>, Task<T>> submit, Collection<? extends Callable<T>> works, long timeout, TimeUnit unit)
            throws InterruptedException {
        long deadline = deadline(timeout, unit);
        List<Future<T>> tasks = new ArrayList<>(works.size());
        boolean complete = false;
        try {
            for (Callable<T> work : works) {
                tasks.add(submit.apply(work));
            }
            for (Future<T> task : tasks) {
                try {
                    task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (ExecutionException | CancellationException _) {
                    // its future tells
                } catch (TimeoutException e) {
                    return tasks;
                }
            }
            complete = true;
            return tasks;
        } finally {
            if (!complete) {
                tasks.forEach(task -> task.cancel(true));
            }
        }
    }

    private static long deadline(long timeout, TimeUnit unit) {
        // A century is for ever and does not overflow.
        return System.nanoTime() + Math.min(unit.toNanos(timeout), TimeUnit.DAYS.toNanos(36_500));
    }

    static <T extends @Nullable Object> T any(
            Function<Callable<T>, Task<T>> submit, Collection<? extends Callable<T>> works)
            throws InterruptedException, ExecutionException {
        try {
            return any(submit, works, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("a wait without limit timed out", e);
        }
    }

    static <T extends @Nullable Object> T any(
            Function<Callable<T>, Task<T>> submit, Collection<? extends Callable<T>> works, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (works.isEmpty()) {
            throw new IllegalArgumentException("invokeAny needs at least one task, and was given none");
        }
        long deadline = deadline(timeout, unit);
        var ended = new Mailbox<Task<T>>();
        List<Task<T>> tasks = new ArrayList<>(works.size());
        try {
            for (Callable<T> work : works) {
                Task<T> task = submit.apply(work);
                tasks.add(task);
                task.whenDone(_ -> ended.put(task));
            }
            var last = new ExecutionException("none of no tasks ended", null);
            for (int i = 0; i < tasks.size(); i++) {
                Task<T> task = ended.takeInterruptibly(deadline);
                if (task == null) {
                    throw new TimeoutException("none of " + tasks.size() + " tasks ended with a result within "
                            + unit.toMillis(timeout) + " ms");
                }
                if (task.state() == Future.State.SUCCESS) {
                    return task.result();
                }
                Throwable why = ((TaskCore<T>) task).problem();
                last = new ExecutionException("task '" + task.name() + "' failed: " + why, why);
            }
            throw last;
        } finally {
            tasks.forEach(task -> task.cancel("invokeAny has ended"));
        }
    }
}

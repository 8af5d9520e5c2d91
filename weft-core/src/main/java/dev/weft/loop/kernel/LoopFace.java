package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A loop as users see it: what all kinds of {@link EventLoop} share. The kinds differ in who runs the pump and in how they end.
 *
 * <p>Nothing here is confined to a thread. Whatever touches the loop goes through its submissions.
 */
public abstract class LoopFace implements EventLoop {
    final LoopCore loop;
    private final long origin;

    /** The periodic tasks that have not ended. */
    private final Set<PeriodicTask> periodic = ConcurrentHashMap.newKeySet();

    /**
     * Makes a face of a loop.
     *
     * @param loop the loop
     * @param origin what its clock showed when it was made
     */
    LoopFace(LoopCore loop, long origin) {
        this.loop = loop;
        this.origin = origin;
    }

    /**
     * {@return the loop that the caller runs on}
     *
     * @throws IllegalStateException if it runs on none
     */
    public static EventLoop current() {
        return LoopCore.current().face();
    }

    /** {@return whether nothing can be submitted any more; any thread} */
    abstract boolean refuses();

    /** {@return the group that owns what is submitted} */
    GroupImpl root() {
        return loop.root();
    }

    private void refuseOnceClosed(String what) {
        if (refuses()) {
            throw new RejectedExecutionException(
                    "loop '" + name() + "' is closed and takes no further " + what + "; open another loop");
        }
    }

    @Override
    public final String name() {
        return loop.name();
    }

    @Override
    public final boolean isPortable() {
        return loop.portable();
    }

    @Override
    public final boolean inLoop() {
        return loop.onLoop();
    }

    @Override
    public final Duration time() {
        return Duration.ofNanos(loop.now() - origin);
    }

    // ---- tasks

    @Override
    public final <T extends @Nullable Object> Task<T> spawn(Callable<T> body) {
        return start(null, body);
    }

    @Override
    public final <T extends @Nullable Object> Task<T> spawn(String name, Callable<T> body) {
        return start(requireNonNull(name, "name"), body);
    }

    @Override
    public final Task<@Nullable Void> spawn(Action<? extends Exception> body) {
        requireNonNull(body, "body");
        refuseOnceClosed("task");
        return arrive(LoopTask.ofAction(root(), null, body));
    }

    final <T extends @Nullable Object> LoopTask<T> start(@Nullable String name, Callable<T> body) {
        requireNonNull(body, "body");
        refuseOnceClosed("task");
        return arrive(new LoopTask<>(loop, root(), name, body));
    }

    private <T extends @Nullable Object> LoopTask<T> arrive(LoopTask<T> task) {
        if (loop.onLoop()) {
            task.arrive();
        } else {
            loop.submit(task);
        }
        return task;
    }

    @Override
    public final <T extends @Nullable Object, X extends Throwable> T onExecutor(Body<T, X> body) throws X {
        requireNonNull(body, "body");
        if (!loop.onLoop()) {
            throw new IllegalStateException("onExecutor of loop '" + name() + "' was called by thread '"
                    + Thread.currentThread().getName()
                    + "', which does not run on it; give the function to the executor itself, or call this in a task of"
                    + " the loop");
        }
        return this instanceof ExecutorLoop && Strand.current() instanceof PortableStrand strand
                ? strand.onPump(body)
                : body.call();
    }

    @Override
    public final <X extends Throwable> void onExecutor(Action<X> body) throws X {
        requireNonNull(body, "body");
        this.<@Nullable Void, X>onExecutor(() -> {
            body.run();
            return Nothing.value();
        });
    }

    @Override
    public final <T extends @Nullable Object, X extends Throwable> T call(Body<T, X> body) throws X {
        requireNonNull(body, "body");
        if (loop.onLoop()) {
            throw new IllegalStateException(
                    "loop '" + name()
                            + "' was asked by its own code to run a block and wait for it, and would wait for itself; call the block directly, or spawn it as a task");
        }
        LoopTask<T> task = start(null, RunLoop.asCallable(body));
        try {
            task.join();
        } catch (Cancelled e) {
            task.cancel(e.reason());
            task.awaitEndUncancellable(Long.MAX_VALUE);
            if (task.isCancelled()) {
                throw e;
            }
        }
        return RunLoop.<T, X>outcome(task);
    }

    @Override
    public final <X extends Throwable> void call(Action<X> body) throws X {
        this.<@Nullable Void, X>call(RunLoop.asBody(body));
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T run(Body<T, X> body) throws X {
        return call(body);
    }

    @Override
    public final <X extends Throwable> void run(Action<X> body) throws X {
        this.<@Nullable Void, X>run(RunLoop.asBody(body));
    }

    @Override
    public void runForever() {
        throw runsByItself("runForever");
    }

    @Override
    public void stop() {
        throw runsByItself("stop");
    }

    private IllegalStateException runsByItself(String call) {
        return new IllegalStateException(call + " is for a loop made by EventLoop.create, and loop '" + name()
                + "' runs by itself; close() or shutdown() ends it");
    }

    @Override
    public final List<Task<?>> tasks() {
        return loop.tasks();
    }

    @Override
    public final Statistics statistics() {
        return loop.statistics();
    }

    // ---- calls

    @Override
    public final Handle callSoon(Runnable action) {
        requireNonNull(action, "action");
        refuseOnceClosed("callback");
        return loop.callSoon(action);
    }

    @Override
    public final Handle callLater(Duration delay, Runnable action) {
        requireNonNull(action, "action");
        refuseOnceClosed("callback");
        return loop.callLater(Durations.nanos("a delay", delay), action);
    }

    @Override
    public final Handle callAt(Duration time, Runnable action) {
        requireNonNull(action, "action");
        refuseOnceClosed("callback");
        return loop.callAt(Durations.deadline(origin, Durations.nanos("a time on the clock of a loop", time)), action);
    }

    // ---- the executor

    @Override
    public final void execute(Runnable action) {
        requireNonNull(action, "action");
        LoopTask<?> task = start(null, Executors.callable(action));
        task.whenDone(_ -> {
            Throwable failure = task.failure();
            if (failure != null) {
                loop.report("what loop '" + name() + "' was given by execute failed: " + failure, failure, task, null);
            }
        });
    }

    @Override
    public final <T extends @Nullable Object> Task<T> submit(Callable<T> body) {
        return start(null, body);
    }

    @Override
    public final Task<?> submit(Runnable body) {
        return start(null, Executors.callable(body));
    }

    @Override
    public final <T extends @Nullable Object> Task<T> submit(Runnable body, T result) {
        return start(null, Executors.callable(body, result));
    }

    @Override
    public final ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return schedule(Executors.callable(command), delay, unit);
    }

    @Override
    public final <V extends @Nullable Object> ScheduledFuture<V> schedule(
            Callable<V> callable, long delay, TimeUnit unit) {
        requireNonNull(callable, "callable");
        long when = after(delay, unit);
        refuseOnceClosed("task");
        return new ScheduledTask<>(loop, arrive(LoopTask.<V>at(root(), new DelayedStart(when, callable))), when);
    }

    private long after(long delay, TimeUnit unit) {
        return Durations.deadline(loop.now(), Math.max(0, unit.toNanos(delay)));
    }

    @Override
    public final ScheduledFuture<?> scheduleAtFixedRate(
            Runnable command, long initialDelay, long period, TimeUnit unit) {
        return repeat(command, after(initialDelay, unit), positive("a period", period, unit), true);
    }

    @Override
    public final ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return repeat(command, after(initialDelay, unit), positive("a delay between executions", delay, unit), false);
    }

    private static long positive(String what, long period, TimeUnit unit) {
        if (period <= 0) {
            throw new IllegalArgumentException(what + " must be more than zero, and was " + period + " " + unit);
        }
        return Math.min(unit.toNanos(period), Long.MAX_VALUE / 2);
    }

    private ScheduledFuture<?> repeat(Runnable command, long first, long nanos, boolean fixedRate) {
        requireNonNull(command, "command");
        var repeating = new PeriodicTask(loop, command, first, nanos, fixedRate);
        LoopTask<?> task = start(null, repeating);
        repeating.task(task);
        periodic.add(repeating);
        task.whenDone(_ -> periodic.remove(repeating));
        if (refuses()) {
            repeating.endBetweenExecutions(); // a shutdown may have come too early to see it
        }
        return new ScheduledTask<>(loop, task, repeating);
    }

    /** Ends what would otherwise go on for ever. */
    final void endPeriodicTasks() {
        periodic.forEach(PeriodicTask::endBetweenExecutions);
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
        return loop.toString();
    }
}

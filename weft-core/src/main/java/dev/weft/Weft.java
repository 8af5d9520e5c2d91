package dev.weft;

import static java.util.Objects.requireNonNull;

import dev.weft.loop.kernel.Combinators;
import dev.weft.loop.kernel.Nothing;
import dev.weft.loop.kernel.Offload;
import dev.weft.loop.kernel.RunLoop;
import dev.weft.sync.Limiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The words of a program on an event loop; made for {@code import static dev.weft.Weft.*}.
 *
 * <pre>{@code
 * List<String> titles = run(() -> gather(
 *         () -> title("https://example.org/a"),
 *         () -> title("https://example.org/b")));
 * }</pre>
 *
 * <p>A <em>coroutine</em> is ordinary blocking code that runs as a task of a loop. Wherever it waits, through these
 * methods or through blocking calls of the JDK that park a virtual thread (locks, queues, sockets), the loop runs other
 * tasks. Each wait here is a <em>checkpoint</em>: it throws {@link Cancelled} if the task has been cancelled.
 */
public final class Weft {
    private Weft() {}

    /**
     * Runs a block as the main task of a new event loop on the calling thread, and returns when the block and all tasks
     * of the loop have ended. Tasks that {@link #spawn} started and that still run when the block ends are cancelled.
     *
     * <p>If the calling thread is interrupted, the block is cancelled. A virtual thread may call this: the loop then
     * gets a platform thread of its own.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws RuntimeException if the block succeeds, the first failure of a spawned task that nobody awaited
     * @throws IllegalStateException if the caller is a coroutine already
     */
    public static <T extends @Nullable Object, X extends Throwable> T run(Body<T, X> body) throws X {
        return RunLoop.run(body);
    }

    /**
     * Runs a block without a result, as {@link #run(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public static <X extends Throwable> void run(Action<X> body) throws X {
        RunLoop.<@Nullable Void, X>run(() -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * Runs the main program: {@link #run(Body)} with signals as cancellation.
     *
     * <pre>{@code
     * public static void main(String[] args) {
     *     Weft.runMain(() -> serve(8080));   // Ctrl-C or kill: serve is cancelled, cleans up, and the process ends with 130 or 143
     * }
     * }</pre>
     *
     * <p>SIGINT or SIGTERM cancels the block, with the signal as the reason of {@link Cancelled}. When the block and
     * all tasks have ended, and the block as cancelled by the signal, the JVM exits with 128 plus the number of the
     * signal, through its shutdown hooks. A value that the block returns all the same, or another failure, wins: then
     * this method ends with it as usual. If the block was being cancelled for another reason before, that one stays the
     * reason, and the JVM does not exit here.
     *
     * <p>A second signal ends the JVM at once, without shutdown hooks. When this method has returned, signals do what
     * they did before. Where the JVM does not let signals be handled ({@code -Xrs}), this is {@code run}.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws RuntimeException as for {@link #run(Body)}
     * @throws IllegalStateException if the caller is a coroutine already, or another call of this method runs
     */
    public static <T extends @Nullable Object, X extends Throwable> T runMain(Body<T, X> body) throws X {
        return RunLoop.runProgram(body);
    }

    /**
     * Runs a main program without a result, as {@link #runMain(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public static <X extends Throwable> void runMain(Action<X> body) throws X {
        RunLoop.<@Nullable Void, X>runProgram(() -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * Starts a task that belongs to the whole loop, not to a block: it is cancelled when the main block ends or the
     * loop is closed. Prefer a {@link TaskGroup}, which says where a task ends. A failure reaches who awaits the task;
     * if nobody does, it is thrown at the end of {@link #run}.
     *
     * @param body what it does
     * @param <T> its result
     * @return the task
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static <T extends @Nullable Object> Task<T> spawn(Callable<T> body) {
        return RunLoop.spawn(null, body);
    }

    /**
     * Starts a task without a result, as {@link #spawn(Callable)}.
     *
     * @param body what it does
     * @return the task
     */
    public static Task<@Nullable Void> spawn(Action<? extends Exception> body) {
        return RunLoop.spawn(body);
    }

    /**
     * Waits for a time. Zero lets everything else that is ready run once, in one pass of the loop. Outside of a
     * coroutine it blocks the thread.
     *
     * @param duration how long, not negative
     * @throws Cancelled if the task is cancelled, or the thread interrupted
     * @throws IllegalArgumentException if the duration is negative
     */
    public static void sleep(Duration duration) {
        RunLoop.sleep(duration);
    }

    /**
     * Throws if the calling task has been cancelled; for long computations, which reach no other checkpoint. Where
     * something else is ready, it runs first, once, as with a {@link #sleep} of zero: what cancels the task may be
     * among it.
     *
     * @throws Cancelled if the task is cancelled, or the thread interrupted
     */
    public static void checkpoint() {
        RunLoop.checkpoint();
    }

    /**
     * Runs a block that is cancelled when the time is over. A value that the block returns wins even then, and so does
     * another failure.
     *
     * @param limit the time, not negative; zero cancels the block at its first checkpoint
     * @param body the block, run in the calling task
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws TimedOutException if the block ended because the time was over; it has ended all the same
     * @throws Cancelled if the calling task is cancelled from outside
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static <T extends @Nullable Object, X extends Throwable> T withTimeout(Duration limit, Body<T, X> body)
            throws X {
        return RunLoop.withTimeout(limit, body);
    }

    /**
     * Runs a block without a result, as {@link #withTimeout(Duration, Body)}.
     *
     * @param limit the time
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public static <X extends Throwable> void withTimeout(Duration limit, Action<X> body) throws X {
        RunLoop.<@Nullable Void, X>withTimeout(limit, () -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * Runs a block that is cancelled when the time is over, and goes on behind it in any case: a {@link CancelScope}
     * with a deadline.
     *
     * @param limit the time, not negative; zero cancels the block at its first checkpoint
     * @param body the block, run in the calling task
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result; empty if the block ended because the time was over, or if the result is null
     * @throws X what the block fails with
     * @throws Cancelled if the calling task is cancelled from outside
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static <T extends @Nullable Object, X extends Throwable> Optional<T> moveOnAfter(
            Duration limit, Body<T, X> body) throws X {
        return CancelScope.create().expireAfter(limit).call(body);
    }

    /**
     * Runs a block without a result, as {@link #moveOnAfter(Duration, Body)}.
     *
     * @param limit the time
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @return true if the block ran to its end, false if it ended because the time was over
     * @throws X what the block fails with
     */
    public static <X extends Throwable> boolean moveOnAfter(Duration limit, Action<X> body) throws X {
        return CancelScope.create().expireAfter(limit).run(body);
    }

    /**
     * Runs a block that no cancellation from outside reaches: for what must be done before a cancelled task ends. What
     * is cancelled inside the block stays cancellable, so that a limit of time goes inside:
     *
     * <pre>{@code
     * try {
     *     serve(connection);
     * } finally {
     *     shield(() -> moveOnAfter(ofSeconds(1), () -> connection.sayGoodbye()));
     * }
     * }</pre>
     *
     * <p>A cancellation that came meanwhile is raised at the first checkpoint behind the block.
     *
     * @param body the block, run in the calling task
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static <T extends @Nullable Object, X extends Throwable> T shield(Body<T, X> body) throws X {
        return RunLoop.shield(body);
    }

    /**
     * Runs a block without a result, as {@link #shield(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public static <X extends Throwable> void shield(Action<X> body) throws X {
        RunLoop.<@Nullable Void, X>shield(() -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * Runs blocks at the same time, each in a task of its own, and returns when all have ended.
     *
     * @param bodies the blocks
     * @param <T> their result
     * @return the results, in the order of the blocks
     * @throws RuntimeException the first failure, as {@link TaskGroup} throws it; the others have been cancelled
     *     and have ended
     * @throws Cancelled if the calling task is cancelled; so have been the blocks
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static <T extends @Nullable Object> List<T> gather(Collection<? extends Callable<? extends T>> bodies) {
        try (var group = TaskGroup.open()) {
            List<Task<T>> tasks = new ArrayList<>(bodies.size());
            for (Callable<? extends T> body : bodies) {
                tasks.add(group.spawn(Weft.<T>widened(body)));
            }
            group.join();
            List<T> results = new ArrayList<>(tasks.size());
            for (Task<T> task : tasks) {
                results.add(task.result());
            }
            return results;
        }
    }

    /** A Callable only produces, so that one of a subtype is one of the type. */
    @SuppressWarnings("unchecked")
    private static <T extends @Nullable Object> Callable<T> widened(Callable<? extends T> body) {
        return (Callable<T>) body;
    }

    /**
     * Runs blocks at the same time, as {@link #gather(Collection)}.
     *
     * @param bodies the blocks
     * @param <T> their result
     * @return the results, in the order of the blocks
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> List<T> gather(Callable<? extends T>... bodies) {
        return gather(Arrays.asList(bodies));
    }

    /**
     * Runs blocks at the same time, each in a task of its own, and returns when all have ended, with failures as
     * values: one that fails stops none.
     *
     * <pre>{@code
     * for (var outcome : gatherOutcomes(requests)) {
     *     if (outcome.succeeded()) store(outcome.result());
     *     else log(outcome.index(), outcome.failure());
     * }
     * }</pre>
     *
     * @param bodies the blocks
     * @param <T> their result
     * @return how each ended, in the order of the blocks; one that was cancelled by itself has a
     *     {@link java.util.concurrent.CancellationException}
     * @throws Cancelled if the calling task is cancelled; so have been the blocks
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static <T extends @Nullable Object> List<Outcome<Callable<T>, T>> gatherOutcomes(
            Collection<? extends Callable<T>> bodies) {
        return Combinators.gatherOutcomes(bodies);
    }

    /**
     * Runs blocks at the same time, as {@link #gatherOutcomes(Collection)}.
     *
     * @param bodies the blocks
     * @param <T> their result
     * @return how each ended, in the order of the blocks
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> List<Outcome<Callable<T>, T>> gatherOutcomes(Callable<T>... bodies) {
        return Combinators.gatherOutcomes(Arrays.asList(bodies));
    }

    /**
     * Runs blocks at the same time, each in a task of its own, and returns the first result. The other blocks are
     * cancelled, and have ended when this returns; what they fail with on that occasion goes to the uncaught-exception
     * handler.
     *
     * @param bodies the blocks, at least one
     * @param <T> their result
     * @return the result of the block that succeeded first
     * @throws RuntimeException if all blocks fail, the failure that came first, with the others as its suppressed
     *     exceptions (a checked one in a {@link TaskFailedException}); see {@link Failures}
     * @throws Cancelled if the calling task is cancelled; so have been the blocks
     * @throws IllegalArgumentException if there is no block
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static <T extends @Nullable Object> T race(Collection<? extends Callable<T>> bodies) {
        return Combinators.race(bodies);
    }

    /**
     * Runs blocks at the same time until one succeeds, as {@link #race(Collection)}.
     *
     * @param bodies the blocks, at least one
     * @param <T> their result
     * @return the result of the block that succeeded first
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> T race(Callable<T>... bodies) {
        return Combinators.race(Arrays.asList(bodies));
    }

    /**
     * Gives tasks, of loops and of pools, in the order in which they end: each once, also if it is among the inputs
     * more than once.
     *
     * <pre>{@code
     * for (Task<Page> task : asCompleted(tasks)) {
     *     show(task.result());
     * }
     * }</pre>
     *
     * <p>There is one iteration: it may be left, and gone on with later by iterating again. It cancels nothing. The
     * iterator is used by one task or thread at a time; its {@code next} waits, is a checkpoint where it does, and
     * returns a task that has ended, however it ended.
     *
     * @param tasks the tasks
     * @param <K> the kind of task
     * @return the tasks, as they end
     */
    public static <K extends Task<?>> Iterable<K> asCompleted(Collection<? extends K> tasks) {
        return Combinators.asCompleted(tasks, null);
    }

    /**
     * Gives tasks in the order in which they end, as {@link #asCompleted(Collection)}, with a limit of time for all,
     * which begins now. When it is over and no task that has ended is left to give, {@code next} throws
     * {@link TimedOutException}; the tasks go on.
     *
     * @param tasks the tasks
     * @param limit the time, not negative
     * @param <K> the kind of task
     * @return the tasks, as they end
     * @throws IllegalArgumentException if the time is negative
     */
    public static <K extends Task<?>> Iterable<K> asCompleted(Collection<? extends K> tasks, Duration limit) {
        return Combinators.asCompleted(tasks, limit);
    }

    /**
     * Waits until tasks have ended, all or the first, and says which have. It throws no failure of a task and cancels
     * none.
     *
     * @param until what to wait for
     * @param tasks the tasks, of loops and of pools, at least one
     * @param <K> the kind of task
     * @return which have ended and which have not
     * @throws Cancelled if the calling task is cancelled
     * @throws IllegalArgumentException if there is no task
     */
    public static <K extends Task<?>> Waited<K> waitUntil(Until until, Collection<? extends K> tasks) {
        return Combinators.waitUntil(until, tasks, null);
    }

    /**
     * Waits until tasks have ended, as {@link #waitUntil(Until, Collection)}, at most for a time. When it is over, this
     * returns what has ended until then and throws nothing.
     *
     * @param until what to wait for
     * @param tasks the tasks, at least one
     * @param limit the longest wait, not negative
     * @param <K> the kind of task
     * @return which have ended and which have not
     * @throws Cancelled if the calling task is cancelled
     * @throws IllegalArgumentException if there is no task, or the time is negative
     */
    public static <K extends Task<?>> Waited<K> waitUntil(Until until, Collection<? extends K> tasks, Duration limit) {
        return Combinators.waitUntil(until, tasks, limit);
    }

    /**
     * Waits for a {@link java.util.concurrent.CompletableFuture} or another stage, whoever completes it, and returns
     * its result. {@link Task#toCompletableFuture} is the way back.
     *
     * @param stage the stage
     * @param <T> its result
     * @return its result
     * @throws RuntimeException what the stage failed with; a checked exception in a {@link TaskFailedException}, a
     *     cancellation as {@link java.util.concurrent.CancellationException}
     * @throws Cancelled if the calling task is cancelled; the stage is left alone, and keeps a small record of the
     *     wait until it completes
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        return Combinators.await(stage);
    }

    /**
     * Runs a block that must be one step of its loop, so that no other task of the loop comes between: checks what the
     * absence of locks relies on. A call in it that would suspend the coroutine throws instead; if a blocking call of
     * the JDK suspended it, this throws at the end.
     *
     * <pre>{@code
     * atomically(() -> {
     *     from.balance -= amount;
     *     to.balance += amount;
     * });
     * }</pre>
     *
     * @param body the block, run in the calling coroutine
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws IllegalStateException if the block would be, or has been, suspended, or the caller is no coroutine of
     *     an event loop
     */
    public static <T extends @Nullable Object, X extends Throwable> T atomically(Body<T, X> body) throws X {
        return RunLoop.atomically(body);
    }

    /**
     * Runs a block without a result, as {@link #atomically(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public static <X extends Throwable> void atomically(Action<X> body) throws X {
        RunLoop.<@Nullable Void, X>atomically(() -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * Throws if the calling task has been cancelled, and never gives way to others, as {@link #checkpoint} does: for
     * code that others must not come between.
     *
     * @throws Cancelled if the task is cancelled, or the thread interrupted
     */
    public static void checkCancelled() {
        RunLoop.checkCancelled();
    }

    /**
     * Does work on a thread beside the loop, for what would hold the loop up: reading files, looking up names, native
     * calls, plain computing. At most 64 such threads run ({@code -Dweft.offload.threads}); more work waits in line.
     * Outside of a coroutine the caller does the work itself.
     *
     * <p>If the calling task is cancelled, the thread is interrupted and the wait ends; work that does not react to the
     * interrupt runs on to its end, and its result is dropped. Work that computes finds out by {@link #checkCancelled};
     * work that opens something for its caller goes into {@link #shield}, so that the caller is there to close it.
     * The thread sees the scoped values of the caller, if the JVM has the flag of the loop scheduler.
     *
     * @param work the work
     * @param <T> its result
     * @return its result
     * @throws Exception what the work fails with
     * @throws Cancelled if the calling task is cancelled
     */
    public static <T extends @Nullable Object> T offload(Callable<T> work) throws Exception {
        return Offload.call(work);
    }

    /**
     * Does work on a thread beside the loop, as {@link #offload(Callable)}, once a token of a limiter is free: for work
     * that shall not take all such threads, or that something else bears only so much of.
     *
     * <p>The token is held until no thread does the work any more. So work that goes on after its caller was cancelled
     * still counts, and there are never more threads at it than tokens.
     *
     * @param limiter lends the token
     * @param work the work
     * @param <T> its result
     * @return its result
     * @throws Exception what the work fails with
     * @throws Cancelled if the calling task is cancelled; while it waits for a token, the work then never begins
     */
    public static <T extends @Nullable Object> T offload(Limiter limiter, Callable<T> work) throws Exception {
        requireNonNull(work, "work");
        var borrower = new Object() {
            @Override
            public String toString() {
                return "offloaded work";
            }
        };
        limiter.acquireOnBehalfOf(borrower);
        return Offload.call(work, () -> limiter.releaseOnBehalfOf(borrower));
    }
}

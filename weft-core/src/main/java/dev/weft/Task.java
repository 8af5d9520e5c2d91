package dev.weft;

import dev.weft.loop.kernel.TaskCore;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A handle on work that runs somewhere: a coroutine on a loop, a job on a thread, in a worker process or on a cluster.
 *
 * <p>A task ends in one of three ways: with a result, with a failure, or cancelled. Once it has ended nothing about it
 * changes. All methods may be called from any thread; those that wait suspend a coroutine, and block any other thread.
 * What the task did happens-before any of these methods reports that it has ended.
 *
 * <p>How each way of waiting reports the end:
 *
 * <table>
 * <caption>What the waiting methods return or throw</caption>
 * <tr><th>method</th><th>result</th><th>failure</th><th>cancelled</th></tr>
 * <tr><td>{@link #await()}, {@link #result()}</td><td>returned</td><td>the failure itself; a checked one in a
 *   {@link TaskFailedException}</td><td>{@link CancellationException}</td></tr>
 * <tr><td>{@link #await(Class)}</td><td>returned</td><td>the failure itself, a checked one of the named type
 *   included</td><td>{@link CancellationException}</td></tr>
 * <tr><td>{@link #join()}</td><td>returns</td><td>returns</td><td>returns</td></tr>
 * <tr><td>{@link Future#get()}</td><td>returned</td><td>{@link java.util.concurrent.ExecutionException}</td>
 *   <td>{@link CancellationException}</td></tr>
 * </table>
 *
 * <p>A failure that reaches a waiter carries the stack of the waiting call as a suppressed {@link AwaitTrace}.
 *
 * @param <T> the result
 */
public interface Task<T extends @Nullable Object> extends Future<T> {
    /**
     * Returns the task that calls: the coroutine of a loop, or the work of a pool inside this JVM.
     *
     * @return the task; empty if the caller is none, such as a callback or a thread outside
     */
    static Optional<Task<?>> current() {
        return TaskCore.current();
    }

    /**
     * {@return the name of this task, for messages and diagnostics; unique unless it was given by the caller}
     */
    String name();

    /**
     * Waits for the end of this task and returns its result.
     *
     * @return the result
     * @throws CancellationException if the task was cancelled; the cause is the {@link Cancelled} that says why
     * @throws TaskFailedException if the task failed with a checked exception, which is the cause
     * @throws Cancelled if the waiting task is itself cancelled meanwhile
     * @throws IllegalStateException if the task would wait for itself
     */
    T await();

    /**
     * Waits for the end of this task and returns its result; throws a failure of the named type as itself.
     *
     * <pre>{@code
     * try {
     *     return task.await(IOException.class);
     * } catch (IOException e) { ... }
     * }</pre>
     *
     * @param failure the type of checked exception to throw unwrapped
     * @param <X> that type
     * @return the result
     * @throws X if the task failed with it
     * @throws CancellationException if the task was cancelled
     * @throws TaskFailedException if the task failed with another checked exception
     * @throws Cancelled if the waiting task is itself cancelled meanwhile
     */
    <X extends Throwable> T await(Class<X> failure) throws X;

    /**
     * Waits until this task has ended, however it ends.
     *
     * @throws Cancelled if the waiting task is itself cancelled meanwhile
     */
    void join();

    /**
     * Returns the result of this task, which must have ended.
     *
     * @return the result
     * @throws IllegalStateException if the task has not ended
     * @throws CancellationException if the task was cancelled
     * @throws TaskFailedException if the task failed with a checked exception, which is the cause
     */
    T result();

    /**
     * Returns what this task failed with.
     *
     * @return the failure, or null if the task has not ended, has a result or was cancelled
     */
    @Nullable
    Throwable failure();

    /**
     * Asks this task to stop. A task that has not started never does. A running one is cancelled at its next
     * checkpoint, a JDK call that blocks in it is interrupted, and a worker process that does not react is killed where
     * the pool says so.
     *
     * @param reason why; it reaches the task in its {@link Cancelled} and whoever awaits the task
     * @return true if the request was recorded, false if the task had already ended or was already being cancelled
     */
    boolean cancel(String reason);

    /**
     * {@inheritDoc}
     *
     * <p>The same as {@link #cancel(String)}: the flag makes no difference.
     */
    @Override
    default boolean cancel(boolean mayInterruptIfRunning) {
        return cancel("Future.cancel was called");
    }

    /**
     * Calls a function once this task has ended; at once if it already has. The call comes from the thread that ends
     * the task and must be short; what it throws goes to that thread's uncaught-exception handler and disturbs nothing
     * else.
     *
     * @param action receives this task
     */
    void whenDone(Consumer<? super Task<T>> action);

    /**
     * {@return a new future that ends as this task does; cancelling it cancels this task}
     */
    CompletableFuture<T> toCompletableFuture();
}

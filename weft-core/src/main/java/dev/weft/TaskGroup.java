package dev.weft;

import dev.weft.loop.kernel.GroupImpl;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A block of a coroutine that owns tasks: it ends when they have ended.
 *
 * <pre>{@code
 * try (var group = TaskGroup.open()) {
 *     var title = group.spawn(() -> fetchTitle(url));
 *     var links = group.spawn(() -> fetchLinks(url));
 *     group.join();                                  // both are done, or the first failure is thrown
 *     return new Page(title.result(), links.result());
 * }
 * }</pre>
 *
 * <p>When a task fails, the group stops: the other tasks are cancelled, {@link #spawn} refuses, and the failure is
 * thrown in the body of the block, at its next checkpoint or by {@link #join}, as itself (a checked one in a
 * {@link TaskFailedException}). Failures that come after the first are added to it as suppressed ones. A task that is
 * cancelled by itself is not a failure. When the task that opened the group is cancelled, so are all in it; if one of
 * them fails on that occasion, {@code join} throws that failure, and the cancellation is raised at the next checkpoint.
 *
 * <p>A group belongs to the loop of the task that opened it. That task joins and closes it; any code on the same loop
 * may spawn into it.
 */
public interface TaskGroup extends AutoCloseable {
    /**
     * Opens a group in the calling task.
     *
     * @return the group; close it, best by try-with-resources
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    static TaskGroup open() {
        return GroupImpl.open();
    }

    /**
     * Starts a task in this group. It takes its first step in a later pass of the loop, with the scoped values that are
     * bound here.
     *
     * @param body what it does
     * @param <T> its result
     * @return the task
     * @throws IllegalStateException if the caller is not on the loop of this group
     * @throws java.util.concurrent.RejectedExecutionException if this group is stopping or closed
     * @throws Cancelled if the calling task is cancelled
     */
    <T extends @Nullable Object> Task<T> spawn(Callable<T> body);

    /**
     * Starts a named task, as {@link #spawn(Callable)}.
     *
     * @param name the name of the task
     * @param body what it does
     * @param <T> its result
     * @return the task
     */
    <T extends @Nullable Object> Task<T> spawn(String name, Callable<T> body);

    /**
     * Starts a task without a result, as {@link #spawn(Callable)}.
     *
     * @param body what it does
     * @return the task
     */
    Task<@Nullable Void> spawn(Action<? extends Exception> body);

    /**
     * Starts a task that takes its first step within this call: it runs until it first waits, and only then does this
     * return. It may have ended by then, so that a result that is at hand costs no pass of the loop.
     *
     * <p>What the task does before it waits, failing or cancelling the group included, has happened when this returns.
     *
     * @param body what it does
     * @param <T> its result
     * @return the task
     * @throws IllegalStateException if the caller is not on the loop of this group
     * @throws java.util.concurrent.RejectedExecutionException if this group is stopping or closed
     * @throws Cancelled if the calling task is cancelled
     */
    <T extends @Nullable Object> Task<T> spawnNow(Callable<T> body);

    /**
     * Starts a task without a result within this call, as {@link #spawnNow(Callable)}.
     *
     * @param body what it does
     * @return the task
     */
    Task<@Nullable Void> spawnNow(Action<? extends Exception> body);

    /**
     * Starts a task and waits until it reports that it is ready: a server that is bound, a connection that is made. The
     * task then goes on in this group.
     *
     * <pre>{@code
     * int port = group.start(ready -> {
     *     var server = bind();
     *     ready.accept(server.port());
     *     server.serve();
     * });
     * }</pre>
     *
     * <p>What the task fails with before it has reported is thrown here and does not stop the group. If the caller is
     * cancelled meanwhile, so is the task, and it has ended when this throws.
     *
     * @param body what it does; it calls {@code accept} of what it is given once
     * @param <V> what it reports
     * @return what it reported
     * @throws RuntimeException what the task failed with before it reported (a checked exception in a
     *     {@link TaskFailedException})
     * @throws java.util.concurrent.CancellationException if the task was cancelled before it reported
     * @throws IllegalStateException if the task ended before it reported, or the caller is not on the loop of this
     *     group
     * @throws java.util.concurrent.RejectedExecutionException if this group is stopping or closed
     * @throws Cancelled if the calling task is cancelled
     */
    <V extends @Nullable Object> V start(Starter<V> body);

    /**
     * A task that says when it is ready.
     *
     * @param <V> what it reports then
     */
    @FunctionalInterface
    interface Starter<V extends @Nullable Object> {
        /**
         * Does the work.
         *
         * @param ready to be called once, with what who starts the task wants to know; a second call throws
         *     {@link IllegalStateException}
         * @throws Exception the failure of the task
         */
        void run(Consumer<V> ready) throws Exception;
    }

    /**
     * Waits until all tasks of this group have ended, those included that they spawn meanwhile. The group stays open
     * for more.
     *
     * @throws RuntimeException the first failure of a task
     * @throws Cancelled if the calling task is cancelled; all tasks of the group have ended by then
     * @throws IllegalStateException if the caller did not open this group
     */
    void join();

    /**
     * Cancels all tasks of this group; {@link #spawn} refuses from now on. The body of the block goes on, and
     * {@link #join} returns when they have ended. Any thread; idempotent.
     *
     * @param reason why
     */
    void cancel(String reason);

    /**
     * Ends the block: cancels the tasks that still run, waits until they have ended, and throws the first failure of a
     * task that the body has not seen yet. The wait cannot be cancelled. Idempotent.
     *
     * @throws RuntimeException the first failure of a task, unless it was thrown in the body
     * @throws IllegalStateException if the caller did not open this group, or opened a block in it that is still open
     */
    @Override
    void close();
}

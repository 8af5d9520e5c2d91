package dev.weft.loop;

import dev.weft.Task;
import dev.weft.loop.kernel.ServiceLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * An event loop with a thread of its own, for programs that serve requests; {@link dev.weft.Weft#run} makes one for a single block.
 *
 * <p>Tasks of a loop are coroutines: one runs at a time, and it gives way to the others wherever it waits. Code confined to a loop needs no locks between
 * such points. All methods may be called from any thread.
 *
 * <pre>{@code
 * try (EventLoop loop = EventLoop.open("prices")) {
 *     Task<Price> price = loop.spawn(() -> fetch("EUR"));
 *     ...
 *     price.await();
 * }
 * }</pre>
 */
public interface EventLoop extends Executor, AutoCloseable {
    /** A call that a loop is to make, as something that can be called off. */
    @FunctionalInterface
    interface Handle {
        /** Keeps the call from being made if it has not begun; any thread, idempotent. */
        void cancel();
    }

    /**
     * Starts a loop on a daemon thread.
     *
     * @param name its name, for messages and the name of its thread
     * @return the loop
     */
    static EventLoop open(String name) {
        return new ServiceLoop(name);
    }

    /**
     * {@return the name of this loop}
     */
    String name();

    /**
     * {@return whether this loop runs on the portable scheduler, where blocking JDK calls hold it up, because the JVM lacks the flag
     * that {@code weft doctor} names}
     */
    boolean isPortable();

    /**
     * {@return whether the caller is a task or callback of this loop}
     */
    boolean inLoop();

    /**
     * Starts a task that the loop itself owns: it is cancelled when the loop is closed.
     *
     * @param body what it does
     * @param <T> its result
     * @return the task
     * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
     */
    <T extends @Nullable Object> Task<T> spawn(Callable<T> body);

    /**
     * Starts a named task, as {@link #spawn(Callable)}.
     *
     * @param name the name of the task
     * @param body what it does
     * @param <T> its result
     * @return the task
     * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
     */
    <T extends @Nullable Object> Task<T> spawn(String name, Callable<T> body);

    /**
     * Calls a function on the loop in its next pass, after what is ready now; never inside this call. Calls are made in the order in which they are asked for.
     * What the function throws goes to the uncaught-exception handler of its thread, and the loop goes on.
     *
     * @param action the function
     * @return the handle
     * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
     */
    Handle callSoon(Runnable action);

    /**
     * Calls a function on the loop after a time, by a clock that only goes forward.
     *
     * @param delay the time, not negative
     * @param action the function, as for {@link #callSoon}
     * @return the handle
     * @throws IllegalArgumentException if the delay is negative
     * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
     */
    Handle callLater(Duration delay, Runnable action);

    /**
     * {@inheritDoc}
     *
     * <p>The same as {@link #callSoon}.
     */
    @Override
    void execute(Runnable action);

    /**
     * {@return the tasks that have begun and not ended; the list is put together while they go on}
     */
    List<Task<?>> tasks();

    /**
     * Cancels all tasks, waits until they have ended and ends the thread. Not cancellable itself; idempotent.
     *
     * @throws IllegalStateException if called on this loop
     */
    @Override
    void close();
}

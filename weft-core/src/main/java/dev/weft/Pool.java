package dev.weft;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A place to run work, with one face for all of them: the calling thread, threads, virtual threads, event loops and
 * worker processes.
 *
 * <p>It is an {@link ExecutorService} whose handles are {@link Task}s, plus a lazy {@link #map}. Cancelling, time-outs,
 * errors and ordering follow the same rules everywhere, so that going from one pool to another is one line:
 *
 * <pre>{@code
 * try (Pool pool = Pools.threads(4)) {          // or ProcessPool.of(4), Pools.loops(2), Pools.virtual()
 *     for (Image image : pool.map(Thumbnails::render, files)) {
 *         save(image);
 *     }
 * }
 * }</pre>
 *
 * <p>All methods may be called from any thread, coroutines included; those that wait suspend a coroutine. Actions
 * before a submission happen-before the work, and the work happens-before its end is seen through the {@link Task}.
 */
public interface Pool extends ExecutorService {
    /**
     * {@return the name of this pool, for messages and thread names}
     */
    String name();

    /**
     * {@return how many tasks this pool runs at the same moment at most; {@link Integer#MAX_VALUE} where there is no
     * limit}
     */
    int parallelism();

    /**
     * Accepts work. Lambdas and method references resolve to this method, so that they can be sent to another process.
     *
     * @param job the work
     * @param <T> its result
     * @return the handle
     * @throws java.util.concurrent.RejectedExecutionException if this pool is shut down, or the work cannot be sent
     *     to where this pool runs it
     */
    default <T extends @Nullable Object> Task<T> submit(Job<T> job) {
        return submit((Callable<T>) job);
    }

    /**
     * {@inheritDoc}
     */
    @Override
    <T extends @Nullable Object> Task<T> submit(Callable<T> work);

    /**
     * {@inheritDoc}
     */
    @Override
    <T extends @Nullable Object> Task<T> submit(Runnable work, T result);

    /**
     * {@inheritDoc}
     */
    @Override
    Task<?> submit(Runnable work);

    /**
     * Applies a function to many inputs, lazily: nothing runs before the iteration begins, inputs are taken only as far
     * ahead of it as {@link Results#lookAhead} allows, and an unbounded input is fine.
     *
     * @param function what to do with each input
     * @param inputs the inputs; iterated once, by the thread that iterates the results
     * @param <A> the input
     * @param <R> the result
     * @return the results, to be iterated once
     */
    <A extends @Nullable Object, R extends @Nullable Object> Results<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs);

    /**
     * {@return what this pool has done so far}
     */
    PoolStatistics statistics();

    /**
     * Stops accepting work, waits until all accepted work has ended and releases everything.
     *
     * <p>If the waiting task is cancelled or the waiting thread interrupted, the remaining work is cancelled as by
     * {@link #closeNow} and the wait goes on until it has ended. Idempotent.
     *
     * @throws IllegalStateException if called from work that this pool runs
     */
    @Override
    void close();

    /**
     * Stops accepting work, cancels what has not ended, waits for that and releases everything. Idempotent.
     *
     * @param reason why; the reason of all the cancellations
     * @throws IllegalStateException if called from work that this pool runs
     */
    void closeNow(String reason);
}

package dev.weft;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of a {@link Pool#map map}, produced while they are iterated.
 *
 * <p>Set options first, then iterate once, by one thread or coroutine. A failed input throws from
 * {@link Iterator#next}, as {@link Task#await} does, and the iteration may go on behind it; {@link #outcomes} gives
 * failures as values instead. Leaving the iteration early leaves at most the look-ahead running; {@link #close} cancels
 * it.
 *
 * <pre>{@code
 * for (var outcome : pool.map(Pages::fetch, urls).asCompleted().lookAhead(64).outcomes()) {
 *     if (outcome.succeeded()) store(outcome.result());
 *     else log(outcome.input(), outcome.failure());
 * }
 * }</pre>
 *
 * @param <A> the input
 * @param <R> the result
 */
public interface Results<A extends @Nullable Object, R extends @Nullable Object> extends Iterable<R>, AutoCloseable {
    /**
     * Yields results in the order in which they end, instead of the order of the inputs.
     *
     * @return this
     * @throws IllegalStateException if the iteration has begun
     */
    Results<A, R> asCompleted();

    /**
     * Limits how many inputs may be submitted whose results have not been taken yet. The default is twice the pool's
     * parallelism, or 256 where that has no limit.
     *
     * @param inputs at least 1
     * @return this
     * @throws IllegalArgumentException if {@code inputs} is less than 1
     * @throws IllegalStateException if the iteration has begun
     */
    Results<A, R> lookAhead(int inputs);

    /**
     * Limits the time from the beginning of the iteration to its end. When it is over, what still runs is cancelled and
     * {@link Iterator#next} throws {@link TimedOutException}.
     *
     * @param limit more than zero
     * @return this
     * @throws IllegalArgumentException if {@code limit} is not positive
     * @throws IllegalStateException if the iteration has begun
     */
    Results<A, R> timeout(Duration limit);

    /**
     * Begins the iteration of results. If the iterator of the inputs throws, so does {@code next}, once the results of
     * what came before have been taken; there is nothing behind that.
     *
     * @return the iterator; its {@code next} throws what the input failed with, {@link TimedOutException} when the
     *     time is over (there is nothing behind that either), and {@link Cancelled} if the iterating task is cancelled
     * @throws IllegalStateException if an iteration has begun before
     */
    @Override
    Iterator<R> iterator();

    /**
     * Begins the iteration of outcomes, in which a failed input is a value.
     *
     * @return what can be iterated once; its {@code next} throws only {@link TimedOutException} and {@link Cancelled}
     */
    Iterable<Outcome<A, R>> outcomes();

    /**
     * Collects all results.
     *
     * @return the results, in the order of the iteration
     * @throws TimedOutException if the time is over
     * @throws Cancelled if the waiting task is cancelled
     * @throws RuntimeException the first failure, as {@link Task#await} throws it; what still runs has been cancelled
     */
    List<R> toList();

    /**
     * Cancels what has been submitted and has not ended. Idempotent; needless after an iteration to the end.
     */
    @Override
    void close();
}

package dev.weft.process;

import dev.weft.Results;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The results of a {@link ProcessPool#map map over processes}, in which several inputs travel as one message.
 *
 * <p>How many is found by the pool: about what takes a worker a millisecond, fewer at the start, and towards the end
 * where the number of inputs is known. Nothing else depends on it: each input succeeds, fails or is the one that a
 * crash costs by itself, and what waits behind a slow input goes to idle workers. Only {@link ProcessPool#statistics}
 * counts inputs when their batch has ended, shortly after the results of the last ones.
 *
 * @param <A> the input
 * @param <R> the result
 */
public interface BatchResults<A extends @Nullable Object, R extends @Nullable Object> extends Results<A, R> {
    /**
     * Sets how many inputs travel together, instead of letting the pool find it.
     *
     * @param inputs from 1, which sends each by itself, to 65,536
     * @return this
     * @throws IllegalArgumentException if {@code inputs} is out of range
     * @throws IllegalStateException if the iteration has begun
     */
    BatchResults<A, R> batch(int inputs);

    @Override
    BatchResults<A, R> asCompleted();

    /**
     * Limits how many inputs may be taken from the source whose results have not been taken yet; it limits batches too.
     * The default is two batches for each worker.
     *
     * @param inputs at least 1
     * @return this
     * @throws IllegalArgumentException if {@code inputs} is less than 1
     * @throws IllegalStateException if the iteration has begun
     */
    @Override
    BatchResults<A, R> lookAhead(int inputs);

    @Override
    BatchResults<A, R> timeout(Duration limit);

    /**
     * Sets a function that is told from time to time how far the map has come: while the iterating thread waits for
     * results or takes them, by that thread, so that the iteration waits for the function, and what it throws ends the
     * iteration; and once at the end.
     *
     * <pre>{@code
     * for (var page : pool.map(Pages::render, files).onProgress(Duration.ofSeconds(1), System.err::println)) { … }
     * }</pre>
     *
     * @param every how long from one call to the next at least, more than zero
     * @param hook is told
     * @return this
     * @throws IllegalArgumentException if {@code every} is not positive
     * @throws IllegalStateException if the iteration has begun
     */
    BatchResults<A, R> onProgress(Duration every, Consumer<? super Progress> hook);

    /**
     * {@return how far this map has come} Any thread, at any time.
     */
    Progress progress();
}

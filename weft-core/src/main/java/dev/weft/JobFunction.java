package dev.weft;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function of one input that a {@link Pool} applies to many inputs, wherever it runs them; see {@link Job} for what
 * it may capture.
 *
 * @param <A> the input
 * @param <R> the result
 */
@FunctionalInterface
public interface JobFunction<A extends @Nullable Object, R extends @Nullable Object> extends Serializable {
    /**
     * Applies this function to one input.
     *
     * @param input the input
     * @return the result
     * @throws Exception whatever the work fails with; it fails this input alone
     */
    R apply(A input) throws Exception;
}

package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * A block of code with a result that runs at once, in the calling task, and whose checked exception the compiler
 * carries through the call that runs it.
 *
 * @param <T> the result
 * @param <X> the exception the block may throw; inferred as {@link RuntimeException} where it throws no checked one
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Throwable> {
    /**
     * Runs the block.
     *
     * @return its result
     * @throws X what the block fails with
     */
    T call() throws X;
}

package dev.weft;

/**
 * A block of code without a result, the counterpart of {@link Body}.
 *
 * @param <X> the exception the block may throw; inferred as {@link RuntimeException} where it throws no checked one
 */
@FunctionalInterface
public interface Action<X extends Throwable> {
    /**
     * Runs the block.
     *
     * @throws X what the block fails with
     */
    void run() throws X;
}

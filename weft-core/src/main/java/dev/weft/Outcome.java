package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * How one input of a {@link Pool#map map} ended.
 *
 * @param index the position of the input, from 0
 * @param input the input
 * @param result the result, or null if it failed
 * @param failure what it failed with, or null if there is a result; a
 *     {@link java.util.concurrent.CancellationException} if it was cancelled
 * @param <A> the input
 * @param <R> the result
 */
public record Outcome<A extends @Nullable Object, R extends @Nullable Object>(
        long index, A input, @Nullable R result, @Nullable Throwable failure) {
    /**
     * {@return whether there is a result}
     */
    public boolean succeeded() {
        return failure == null;
    }
}

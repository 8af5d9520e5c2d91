package dev.weft.process.manager;

import org.jspecify.annotations.Nullable;

/**
 * One value that several processes share. What {@link #get} returns is a copy: to change what is inside it, set it
 * again.
 *
 * @param <T> the type of the value
 */
public interface ManagedValue<T extends @Nullable Object> {
    /**
     * {@return the value}
     */
    T get();

    /**
     * Sets the value.
     *
     * @param value the new one
     */
    void set(T value);

    /**
     * Sets the value, and returns the former one, in one step.
     *
     * @param value the new one
     * @return the former one
     */
    T getAndSet(T value);

    /**
     * Sets the value if it is equal to what is expected, in one step.
     *
     * @param expected what it should be, by {@code equals}
     * @param value the new one
     * @return whether it was
     */
    boolean compareAndSet(T expected, T value);
}

package dev.weft.process.memory;

import dev.weft.process.shared.Block;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.util.function.DoubleUnaryOperator;

/**
 * A {@code double} that several processes have in common, with the operations and the memory order of
 * {@link java.util.concurrent.atomic.AtomicLong}.
 *
 * <p>{@link #get} and {@link #set} are volatile: what a process did before a {@code set} happened before what another
 * does after the {@code get} that reads it. Operations that read and write are one step for all processes, and a
 * process that is killed has done all of it or nothing. For many numbers take one {@link SharedDoubleArray}: each
 * object here is a page of memory and a file.
 */
public final class SharedDouble extends SharedObject {
    @Serial
    private static final long serialVersionUID = 1;

    SharedDouble(Block block, boolean made) {
        super(block, Block.Kind.DOUBLE, made);
    }

    /**
     * Makes a number with a name of its own.
     *
     * @param value its value
     * @return the number
     * @throws java.io.UncheckedIOException if there is no room
     */
    public static SharedDouble create(double value) {
        return new SharedDouble(
                Block.create(null, Block.Kind.DOUBLE, Double.BYTES, true, data -> Words.DOUBLE.set(data, 0L, value)),
                true);
    }

    /**
     * Makes a number with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param value its value
     * @return the number
     * @throws IllegalArgumentException if the name is not possible
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room
     */
    public static SharedDouble create(String name, double value) {
        return new SharedDouble(
                Block.create(name, Block.Kind.DOUBLE, Double.BYTES, true, data -> Words.DOUBLE.set(data, 0L, value)),
                true);
    }

    /**
     * Attaches to a number that any process of this user has made.
     *
     * @param name its name
     * @return the number
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static SharedDouble attach(String name) {
        return new SharedDouble(Block.attach(name, Block.Kind.DOUBLE, true), false);
    }

    /**
     * {@return the value, volatile}
     *
     * @throws IllegalStateException if this is closed; so do all that follow
     */
    public double get() {
        return (double) Words.DOUBLE.getVolatile(data(), 0L);
    }

    /**
     * Writes the value, volatile.
     *
     * @param value the value
     */
    public void set(double value) {
        Words.DOUBLE.setVolatile(data(), 0L, value);
    }

    /**
     * {@return the value; what was done before it was written by {@link #setRelease} is visible}
     */
    public double getAcquire() {
        return (double) Words.DOUBLE.getAcquire(data(), 0L);
    }

    /**
     * Writes the value; what was done before is visible to who reads it by {@link #getAcquire}.
     *
     * @param value the value
     */
    public void setRelease(double value) {
        Words.DOUBLE.setRelease(data(), 0L, value);
    }

    /**
     * Writes the value if it is an expected one, compared by its bits.
     *
     * @param expected the value that it has to have
     * @param value the new value
     * @return whether it had, and was written
     */
    public boolean compareAndSet(double expected, double value) {
        return Words.DOUBLE.compareAndSet(data(), 0L, expected, value);
    }

    /**
     * Writes the value and returns what it was.
     *
     * @param value the new value
     * @return the value before
     */
    public double getAndSet(double value) {
        return (double) Words.DOUBLE.getAndSet(data(), 0L, value);
    }

    /**
     * Adds to the value.
     *
     * @param delta what to add
     * @return the value afterwards
     */
    public double addAndGet(double delta) {
        return updateAndGet(before -> before + delta);
    }

    /**
     * Changes the value.
     *
     * @param change makes the new value of the old one; may be called several times
     * @return the value afterwards
     */
    public double updateAndGet(DoubleUnaryOperator change) {
        while (true) {
            double before = get();
            double after = change.applyAsDouble(before);
            if (compareAndSet(before, after)) {
                return after;
            }
        }
    }

    @Override
    String extent() {
        return isClosed() ? "a number" : "value " + get();
    }
}

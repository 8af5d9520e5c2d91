package dev.weft.process.memory;

import dev.weft.process.shared.Block;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.util.function.LongUnaryOperator;

/**
 * A {@code long} that several processes have in common, with the operations and the memory order of
 * {@link java.util.concurrent.atomic.AtomicLong}.
 *
 * <p>{@link #get} and {@link #set} are volatile: what a process did before a {@code set} happened before what another
 * does after the {@code get} that reads it. Operations that read and write are one step for all processes, and a
 * process that is killed has done all of it or nothing. For many numbers take one {@link SharedLongArray}: each object
 * here is a page of memory and a file.
 */
public final class SharedLong extends SharedObject {
    @Serial
    private static final long serialVersionUID = 1;

    SharedLong(Block block, boolean made) {
        super(block, Block.Kind.LONG, made);
    }

    /**
     * Makes a number with a name of its own.
     *
     * @param value its value
     * @return the number
     * @throws java.io.UncheckedIOException if there is no room
     */
    public static SharedLong create(long value) {
        return new SharedLong(
                Block.create(null, Block.Kind.LONG, Long.BYTES, true, data -> Words.LONG.set(data, 0L, value)), true);
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
    public static SharedLong create(String name, long value) {
        return new SharedLong(
                Block.create(name, Block.Kind.LONG, Long.BYTES, true, data -> Words.LONG.set(data, 0L, value)), true);
    }

    /**
     * Attaches to a number that any process of this user has made.
     *
     * @param name its name
     * @return the number
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static SharedLong attach(String name) {
        return new SharedLong(Block.attach(name, Block.Kind.LONG, true), false);
    }

    /**
     * {@return the value, volatile}
     *
     * @throws IllegalStateException if this is closed; so do all that follow
     */
    public long get() {
        return (long) Words.LONG.getVolatile(data(), 0L);
    }

    /**
     * Writes the value, volatile.
     *
     * @param value the value
     */
    public void set(long value) {
        Words.LONG.setVolatile(data(), 0L, value);
    }

    /**
     * {@return the value; what was done before it was written by {@link #setRelease} is visible}
     */
    public long getAcquire() {
        return (long) Words.LONG.getAcquire(data(), 0L);
    }

    /**
     * Writes the value; what was done before is visible to who reads it by {@link #getAcquire}.
     *
     * @param value the value
     */
    public void setRelease(long value) {
        Words.LONG.setRelease(data(), 0L, value);
    }

    /**
     * Writes the value if it is an expected one.
     *
     * @param expected the value that it has to have
     * @param value the new value
     * @return whether it had, and was written
     */
    public boolean compareAndSet(long expected, long value) {
        return Words.LONG.compareAndSet(data(), 0L, expected, value);
    }

    /**
     * Writes the value and returns what it was.
     *
     * @param value the new value
     * @return the value before
     */
    public long getAndSet(long value) {
        return (long) Words.LONG.getAndSet(data(), 0L, value);
    }

    /**
     * Adds to the value.
     *
     * @param delta what to add
     * @return the value afterwards
     */
    public long addAndGet(long delta) {
        return (long) Words.LONG.getAndAdd(data(), 0L, delta) + delta;
    }

    /**
     * Changes the value.
     *
     * @param change makes the new value of the old one; may be called several times
     * @return the value afterwards
     */
    public long updateAndGet(LongUnaryOperator change) {
        while (true) {
            long before = get();
            long after = change.applyAsLong(before);
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

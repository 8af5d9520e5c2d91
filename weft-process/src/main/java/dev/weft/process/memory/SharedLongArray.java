package dev.weft.process.memory;

import dev.weft.process.shared.Block;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.LongUnaryOperator;

/**
 * An array of {@code long} that several processes have in common, with the operations and the memory order of
 * {@link java.util.concurrent.atomic.AtomicLongArray}.
 *
 * <pre>{@code
 * try (var counts = SharedLongArray.create(100)) {
 *     pool.map(word -> counts.getAndAdd(bucket(word), 1), words).forEach(_ -> {});
 * }
 * }</pre>
 *
 * <p>Each element is read and written as a whole. {@link #get} and {@link #set} are volatile: they form one order that
 * all processes see, and what a process did before a {@code set} happened before what another does after the
 * {@code get} that reads it. {@link #setRelease} with {@link #getAcquire} gives the second without the first, for less;
 * {@link #getPlain}, {@link #setPlain}, {@link #toArray}, {@link #copyTo} and {@link #copyFrom} give neither: use them
 * where something else orders. Operations that read and write are one step for all processes, and a process that is
 * killed has done all of it or nothing.
 */
public final class SharedLongArray extends SharedObject {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient int length;

    SharedLongArray(Block block, boolean made) {
        super(block, Block.Kind.LONG_ARRAY, made);
        this.length = Math.toIntExact(block.size() / Long.BYTES);
    }

    /**
     * Makes an array with a name of its own.
     *
     * @param length how many elements, at least 1
     * @return the array, all zeros
     * @throws IllegalArgumentException if the length is less than 1
     * @throws java.io.UncheckedIOException if there is no room
     */
    public static SharedLongArray create(int length) {
        return new SharedLongArray(
                Block.create(null, Block.Kind.LONG_ARRAY, (long) length * Long.BYTES, true, _ -> {}), true);
    }

    /**
     * Makes an array with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param length how many elements, at least 1
     * @return the array, all zeros
     * @throws IllegalArgumentException if the name is not possible or the length is less than 1
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room
     */
    public static SharedLongArray create(String name, int length) {
        return new SharedLongArray(
                Block.create(name, Block.Kind.LONG_ARRAY, (long) length * Long.BYTES, true, _ -> {}), true);
    }

    /**
     * Attaches to an array that any process of this user has made.
     *
     * @param name its name
     * @return the array
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static SharedLongArray attach(String name) {
        return new SharedLongArray(Block.attach(name, Block.Kind.LONG_ARRAY, true), false);
    }

    private long at(int index) {
        return (long) Objects.checkIndex(index, length) * Long.BYTES;
    }

    /**
     * {@return how many elements there are}
     */
    public int length() {
        return length;
    }

    /**
     * {@return an element, volatile}
     *
     * @param index its index
     * @throws IndexOutOfBoundsException if there is no such element; so do all that follow
     * @throws IllegalStateException if this is closed; so do all that follow
     */
    public long get(int index) {
        return (long) Words.LONG.getVolatile(data(), at(index));
    }

    /**
     * Writes an element, volatile.
     *
     * @param index its index
     * @param value the value
     */
    public void set(int index, long value) {
        Words.LONG.setVolatile(data(), at(index), value);
    }

    /**
     * {@return an element, without any order}
     *
     * @param index its index
     */
    public long getPlain(int index) {
        return (long) Words.LONG.get(data(), at(index));
    }

    /**
     * Writes an element, without any order.
     *
     * @param index its index
     * @param value the value
     */
    public void setPlain(int index, long value) {
        Words.LONG.set(data(), at(index), value);
    }

    /**
     * {@return an element; what was done before it was written by {@link #setRelease} is visible}
     *
     * @param index its index
     */
    public long getAcquire(int index) {
        return (long) Words.LONG.getAcquire(data(), at(index));
    }

    /**
     * Writes an element; what was done before is visible to who reads it by {@link #getAcquire}.
     *
     * @param index its index
     * @param value the value
     */
    public void setRelease(int index, long value) {
        Words.LONG.setRelease(data(), at(index), value);
    }

    /**
     * Writes an element if it has an expected value.
     *
     * @param index its index
     * @param expected the value that it has to have
     * @param value the new value
     * @return whether it had, and was written
     */
    public boolean compareAndSet(int index, long expected, long value) {
        return Words.LONG.compareAndSet(data(), at(index), expected, value);
    }

    /**
     * Writes an element and returns what it was.
     *
     * @param index its index
     * @param value the new value
     * @return the value before
     */
    public long getAndSet(int index, long value) {
        return (long) Words.LONG.getAndSet(data(), at(index), value);
    }

    /**
     * Adds to an element.
     *
     * @param index its index
     * @param delta what to add
     * @return the value before
     */
    public long getAndAdd(int index, long delta) {
        return (long) Words.LONG.getAndAdd(data(), at(index), delta);
    }

    /**
     * Changes an element.
     *
     * @param index its index
     * @param change makes the new value of the old one; may be called several times
     * @return the value afterwards
     */
    public long updateAndGet(int index, LongUnaryOperator change) {
        MemorySegment data = data();
        long offset = at(index);
        while (true) {
            long before = (long) Words.LONG.getVolatile(data, offset);
            long after = change.applyAsLong(before);
            if (Words.LONG.compareAndSet(data, offset, before, after)) {
                return after;
            }
        }
    }

    /**
     * {@return a copy of all elements}
     */
    public long[] toArray() {
        return toArray(0, length);
    }

    /**
     * {@return a copy of some elements}
     *
     * @param from the first
     * @param to the one behind the last
     * @throws IndexOutOfBoundsException if they are not all there
     */
    public long[] toArray(int from, int to) {
        Objects.checkFromToIndex(from, to, length);
        long[] copy = new long[to - from];
        copyTo(from, copy, 0, copy.length);
        return copy;
    }

    /**
     * Copies elements into an array.
     *
     * @param from the first element
     * @param target the array
     * @param at where in the array
     * @param count how many
     * @throws IndexOutOfBoundsException if they are not all there, here or in the array
     */
    public void copyTo(int from, long[] target, int at, int count) {
        Objects.checkFromIndexSize(from, count, length);
        MemorySegment.copy(data(), ValueLayout.JAVA_LONG, (long) from * Long.BYTES, target, at, count);
    }

    /**
     * Copies elements out of an array.
     *
     * @param from the first element that is written
     * @param source the array
     * @param at where in the array
     * @param count how many
     * @throws IndexOutOfBoundsException if they are not all there, here or in the array
     */
    public void copyFrom(int from, long[] source, int at, int count) {
        Objects.checkFromIndexSize(from, count, length);
        MemorySegment.copy(source, at, data(), ValueLayout.JAVA_LONG, (long) from * Long.BYTES, count);
    }

    /**
     * {@return the elements as memory, for code that reads and writes by {@link ValueLayout}; usable until this is
     * closed}
     */
    public MemorySegment segment() {
        return data();
    }

    @Override
    String extent() {
        return length + " elements";
    }
}

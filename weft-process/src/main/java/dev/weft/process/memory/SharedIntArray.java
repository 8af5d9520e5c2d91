package dev.weft.process.memory;

import dev.weft.process.shared.Block;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.IntUnaryOperator;

/**
 * An array of {@code int} that several processes have in common, with the operations and the memory order of
 * {@link java.util.concurrent.atomic.AtomicIntegerArray}.
 *
 * <pre>{@code
 * try (var counts = SharedIntArray.create(100)) {
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
public final class SharedIntArray extends SharedObject {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient int length;

    SharedIntArray(Block block, boolean made) {
        super(block, Block.Kind.INT_ARRAY, made);
        this.length = Math.toIntExact(block.size() / Integer.BYTES);
    }

    /**
     * Makes an array with a name of its own.
     *
     * @param length how many elements, at least 1
     * @return the array, all zeros
     * @throws IllegalArgumentException if the length is less than 1
     * @throws java.io.UncheckedIOException if there is no room
     */
    public static SharedIntArray create(int length) {
        return new SharedIntArray(
                Block.create(null, Block.Kind.INT_ARRAY, (long) length * Integer.BYTES, true, _ -> {}), true);
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
    public static SharedIntArray create(String name, int length) {
        return new SharedIntArray(
                Block.create(name, Block.Kind.INT_ARRAY, (long) length * Integer.BYTES, true, _ -> {}), true);
    }

    /**
     * Attaches to an array that any process of this user has made.
     *
     * @param name its name
     * @return the array
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static SharedIntArray attach(String name) {
        return new SharedIntArray(Block.attach(name, Block.Kind.INT_ARRAY, true), false);
    }

    private long at(int index) {
        return (long) Objects.checkIndex(index, length) * Integer.BYTES;
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
    public int get(int index) {
        return (int) Words.INT.getVolatile(data(), at(index));
    }

    /**
     * Writes an element, volatile.
     *
     * @param index its index
     * @param value the value
     */
    public void set(int index, int value) {
        Words.INT.setVolatile(data(), at(index), value);
    }

    /**
     * {@return an element, without any order}
     *
     * @param index its index
     */
    public int getPlain(int index) {
        return (int) Words.INT.get(data(), at(index));
    }

    /**
     * Writes an element, without any order.
     *
     * @param index its index
     * @param value the value
     */
    public void setPlain(int index, int value) {
        Words.INT.set(data(), at(index), value);
    }

    /**
     * {@return an element; what was done before it was written by {@link #setRelease} is visible}
     *
     * @param index its index
     */
    public int getAcquire(int index) {
        return (int) Words.INT.getAcquire(data(), at(index));
    }

    /**
     * Writes an element; what was done before is visible to who reads it by {@link #getAcquire}.
     *
     * @param index its index
     * @param value the value
     */
    public void setRelease(int index, int value) {
        Words.INT.setRelease(data(), at(index), value);
    }

    /**
     * Writes an element if it has an expected value.
     *
     * @param index its index
     * @param expected the value that it has to have
     * @param value the new value
     * @return whether it had, and was written
     */
    public boolean compareAndSet(int index, int expected, int value) {
        return Words.INT.compareAndSet(data(), at(index), expected, value);
    }

    /**
     * Writes an element and returns what it was.
     *
     * @param index its index
     * @param value the new value
     * @return the value before
     */
    public int getAndSet(int index, int value) {
        return (int) Words.INT.getAndSet(data(), at(index), value);
    }

    /**
     * Adds to an element.
     *
     * @param index its index
     * @param delta what to add
     * @return the value before
     */
    public int getAndAdd(int index, int delta) {
        return (int) Words.INT.getAndAdd(data(), at(index), delta);
    }

    /**
     * Changes an element.
     *
     * @param index its index
     * @param change makes the new value of the old one; may be called several times
     * @return the value afterwards
     */
    public int updateAndGet(int index, IntUnaryOperator change) {
        MemorySegment data = data();
        long offset = at(index);
        while (true) {
            int before = (int) Words.INT.getVolatile(data, offset);
            int after = change.applyAsInt(before);
            if (Words.INT.compareAndSet(data, offset, before, after)) {
                return after;
            }
        }
    }

    /**
     * {@return a copy of all elements}
     */
    public int[] toArray() {
        return toArray(0, length);
    }

    /**
     * {@return a copy of some elements}
     *
     * @param from the first
     * @param to the one behind the last
     * @throws IndexOutOfBoundsException if they are not all there
     */
    public int[] toArray(int from, int to) {
        Objects.checkFromToIndex(from, to, length);
        int[] copy = new int[to - from];
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
    public void copyTo(int from, int[] target, int at, int count) {
        Objects.checkFromIndexSize(from, count, length);
        MemorySegment.copy(data(), ValueLayout.JAVA_INT, (long) from * Integer.BYTES, target, at, count);
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
    public void copyFrom(int from, int[] source, int at, int count) {
        Objects.checkFromIndexSize(from, count, length);
        MemorySegment.copy(source, at, data(), ValueLayout.JAVA_INT, (long) from * Integer.BYTES, count);
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

package dev.weft.process.memory;

import dev.weft.process.shared.Block;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A number of bytes that several processes have in common.
 *
 * <pre>{@code
 * try (var image = SharedMemory.create(16 << 20)) {
 *     camera.read(image.byteBuffer());
 *     var faces = pool.submit(() -> detect(image.segment())).await();   // no copy: the worker maps the same memory
 * }
 * }</pre>
 *
 * <p><b>Memory order.</b> Plain reads and writes of another process may be seen late and in any order, as between
 * threads. What was written is seen by whoever learns of it by something that orders: a task that is submitted or ends,
 * a {@link dev.weft.process.sync.ProcessLock ProcessLock}, or a word with release and acquire, here through
 * {@link java.lang.invoke.VarHandle}s of {@link java.lang.foreign.ValueLayout}s.
 */
public final class SharedMemory extends SharedObject {
    @Serial
    private static final long serialVersionUID = 1;

    SharedMemory(Block block, boolean made) {
        super(block, Block.Kind.MEMORY, made);
    }

    /**
     * Makes memory with a name of its own.
     *
     * @param size how many bytes, at least 1
     * @return the memory, all zeros
     * @throws IllegalArgumentException if the size is less than 1
     * @throws java.io.UncheckedIOException if there is no room; nothing has been made then
     */
    public static SharedMemory create(long size) {
        return new SharedMemory(Block.create(null, Block.Kind.MEMORY, size, true, _ -> {}), true);
    }

    /**
     * Makes memory with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param size how many bytes, at least 1
     * @return the memory, all zeros
     * @throws IllegalArgumentException if the name is not possible or the size is less than 1
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room
     */
    public static SharedMemory create(String name, long size) {
        return new SharedMemory(Block.create(name, Block.Kind.MEMORY, size, true, _ -> {}), true);
    }

    /**
     * Attaches to memory that any process of this user has made.
     *
     * @param name its name
     * @return the memory
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static SharedMemory attach(String name) {
        return new SharedMemory(Block.attach(name, Block.Kind.MEMORY, true), false);
    }

    /**
     * {@return how many bytes there are}
     */
    public long size() {
        return data().byteSize();
    }

    /**
     * {@return the bytes, aligned for every type; usable until this is closed}
     *
     * @throws IllegalStateException if this is closed
     */
    public MemorySegment segment() {
        return data();
    }

    /**
     * {@return the bytes as a new buffer, in the order of the machine; usable until this is closed}
     *
     * @throws IllegalStateException if this is closed
     * @throws UnsupportedOperationException if there are more than 2 GiB: use {@link #segment}
     */
    public ByteBuffer byteBuffer() {
        return data().asByteBuffer().order(ByteOrder.nativeOrder());
    }

    @Override
    String extent() {
        return isClosed() ? "bytes" : size() + " bytes";
    }
}

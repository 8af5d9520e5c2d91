package dev.weft.process;

import java.io.StreamCorruptedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What byte buffers and memory segments are made of, to be made again in another process: their content, all of it, and
 * how it is held. A buffer that was direct is direct again, one that was in the heap is in the heap; position, limit,
 * order and being read-only are kept, a mark is not. Off-heap memory that is made here is freed by the garbage
 * collector. Two that share memory share none afterwards.
 */
final class Buffers {
    /** The head of a {@link Kind#BUFFER}: flags, position, limit; the content follows, with kind and length. */
    static final int BUFFER_HEAD = 9;

    /**
     * The head of a {@link Kind#MEMORY}: flags, the kind of the array that holds it; the content follows, with kind and
     * length.
     */
    static final int MEMORY_HEAD = 2;

    private static final byte NATIVE = 1;
    private static final byte READ_ONLY = 2;
    private static final byte BIG_ENDIAN = 4;
    private static final int ALIGNMENT = 16;

    private Buffers() {}

    /** {@return all the memory of a buffer} */
    static MemorySegment content(ByteBuffer buffer) {
        return MemorySegment.ofBuffer(buffer.duplicate().clear());
    }

    static byte flags(ByteBuffer buffer) {
        return (byte) ((buffer.isDirect() ? NATIVE : 0)
                | (buffer.isReadOnly() ? READ_ONLY : 0)
                | (buffer.order() == ByteOrder.BIG_ENDIAN ? BIG_ENDIAN : 0));
    }

    static byte flags(MemorySegment memory) {
        return (byte) ((memory.isNative() ? NATIVE : 0) | (memory.isReadOnly() ? READ_ONLY : 0));
    }

    /** {@return the kind of array that holds a segment of the heap, or one that is aligned like it} */
    static byte holder(MemorySegment memory) {
        Object base = memory.heapBase().orElse(null);
        return switch (base) {
            case char[] _ -> Kind.CHARS;
            case float[] _ -> Kind.FLOATS;
            case double[] _ -> Kind.DOUBLES;
            case null, default ->
                switch ((int) Math.min(8, memory.maxByteAlignment())) {
                    case 8 -> Kind.LONGS;
                    case 4 -> Kind.INTS;
                    case 2 -> Kind.SHORTS;
                    default -> Kind.BYTES;
                };
        };
    }

    /** {@return a buffer whose content is to be filled in}: position 0, limit at its end */
    static ByteBuffer allocate(byte flags, int size) {
        return (flags & NATIVE) != 0 ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
    }

    /** Gives a buffer that has been filled the rest of what it is. */
    static ByteBuffer finish(ByteBuffer filled, byte flags, int position, int limit) throws StreamCorruptedException {
        if (position < 0 || position > limit || limit > filled.capacity()) {
            throw new StreamCorruptedException(
                    "a buffer of " + filled.capacity() + " bytes claims position " + position + " and limit " + limit);
        }
        ByteBuffer buffer = (flags & READ_ONLY) != 0 ? filled.asReadOnlyBuffer() : filled;
        return buffer.limit(limit)
                .position(position)
                .order((flags & BIG_ENDIAN) != 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return memory whose content is to be filled in} */
    static MemorySegment allocate(byte flags, byte holder, long size) throws StreamCorruptedException {
        if ((flags & NATIVE) != 0) {
            return Arena.ofAuto().allocate(size, ALIGNMENT);
        }
        MemorySegment array = switch (holder) {
            case Kind.BYTES -> MemorySegment.ofArray(new byte[(int) size]);
            case Kind.SHORTS -> MemorySegment.ofArray(new short[(int) Math.ceilDiv(size, 2)]);
            case Kind.CHARS -> MemorySegment.ofArray(new char[(int) Math.ceilDiv(size, 2)]);
            case Kind.INTS -> MemorySegment.ofArray(new int[(int) Math.ceilDiv(size, 4)]);
            case Kind.FLOATS -> MemorySegment.ofArray(new float[(int) Math.ceilDiv(size, 4)]);
            case Kind.LONGS -> MemorySegment.ofArray(new long[(int) Math.ceilDiv(size, 8)]);
            case Kind.DOUBLES -> MemorySegment.ofArray(new double[(int) Math.ceilDiv(size, 8)]);
            default -> throw new StreamCorruptedException("memory is held by an array of kind " + holder);
        };
        return array.asSlice(0, size);
    }

    /** Gives memory that has been filled the rest of what it is. */
    static MemorySegment finish(MemorySegment filled, byte flags) {
        return (flags & READ_ONLY) != 0 ? filled.asReadOnly() : filled;
    }
}

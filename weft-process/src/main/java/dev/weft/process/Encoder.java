package dev.weft.process;

import dev.weft.process.codec.Codec;
import dev.weft.process.internal.Transfer;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes one value; see {@link Kind} for the form. For one use by one thread.
 *
 * <p>JDK serialization keeps the identity of objects that are reachable in two ways, and so must this: a lambda whose
 * captured values could share an object that can change is encoded as one graph.
 */
final class Encoder {
    /** What can be addressed with an int, less what the JVM and the header take. */
    static final int MOST_BYTES = Integer.MAX_VALUE - 64;

    /** The body of a {@link Kind#SHARED}. */
    static final int SHARED_BYTES = 13;

    private static final int DEEPEST_LAMBDA = 8;

    private final int most;
    private final @Nullable ResultFilter filter;
    private byte[] bytes = new byte[512];
    private ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private int graphs;
    private final List<Object> arrays = new ArrayList<>(2);
    private @Nullable SharedFiles files;
    private Codec.@Nullable Session codec;
    /** The files that were written, and the bytes in them. */
    private final List<Long> shared = new ArrayList<>(0);

    private long sharedBytes;

    /**
     * Makes an encoder.
     *
     * @param most the most bytes that a value may take
     * @param filter is told the classes that are sent, since they may come back, or null
     */
    Encoder(int most, @Nullable ResultFilter filter) {
        this.most = most;
        this.filter = filter;
    }

    /** Has large arrays put into files. */
    Encoder share(@Nullable SharedFiles space) {
        files = space;
        return this;
    }

    /** Has objects written by a codec, where it is not null. */
    Encoder codec(Codec.@Nullable Session session) {
        codec = session;
        return this;
    }

    Codec.@Nullable Session codec() {
        return codec;
    }

    /** {@return the numbers of the files that were written} */
    long[] shared() {
        return shared.stream().mapToLong(Long::longValue).toArray();
    }

    /** {@return how many bytes there are, here and in files} */
    long weight() {
        return length() + sharedBytes;
    }

    /**
     * Encodes work for a worker.
     *
     * @return the kind; the rest is in {@link #bytes} and {@link #length}
     * @throws TransferException if it cannot be serialized
     */
    byte encodeWork(Object work) {
        LambdaShape shape = LambdaShape.of(work.getClass());
        if (shape != null) {
            try {
                if (lambda(shape, work, 0)) {
                    return Kind.LAMBDA;
                }
            } catch (Throwable e) {
                throw Unsendable.work(work, e, codec);
            }
            truncate(0, 0);
        }
        try {
            if (work.getClass()
                    .isHidden()) { // a lambda of a closed package, or one whose captured values may share an object
                graph(work);
                return Kind.GRAPH;
            }
            return object(work);
        } catch (Throwable e) {
            throw Unsendable.work(work, e, work.getClass().isHidden() ? null : codec);
        }
    }

    /**
     * Encodes a result for the pool.
     *
     * @return the kind; the rest is in {@link #bytes} and {@link #length}
     * @throws TransferException if it cannot be serialized or is too large
     */
    byte encodeResult(@Nullable Object value) {
        if (value instanceof byte[] array) { // sent from where it is, before the task counts as ended
            if (array.length > most) {
                throw Unsendable.result(array, tooLarge(array.length, most), null);
            }
            if (share(array, Kind.BYTES, array.length)) {
                return Kind.SHARED;
            }
            bytes = array;
            out = ByteBuffer.wrap(array).position(array.length);
            return Kind.BYTES;
        }
        try {
            byte kind = flat(value);
            return kind >= 0 ? kind : object(value);
        } catch (Throwable e) {
            throw Unsendable.result(value, e, codec);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return out.position();
    }

    /** Appends a value with its kind and length. */
    void nested(@Nullable Object value) throws IOException {
        int start = begin();
        byte kind = flat(value);
        end(start, kind >= 0 ? kind : object(value));
    }

    /** Appends the head of a {@link BatchEntry}. */
    void entry(int element, byte ending) {
        ensure(BatchEntry.HEADER);
        out.putInt(element).put(ending);
    }

    /** Appends bytes with their length. */
    void raw(byte[] source, int length) {
        ensure(Integer.BYTES + (long) length);
        out.putInt(length).put(source, 0, length);
    }

    /** Appends a value that has been encoded, as {@link #nested} does. */
    void nestedBytes(byte kind, byte[] source, int length) {
        ensure(5 + (long) length);
        out.put(kind).putInt(length).put(source, 0, length);
    }

    /** Appends room for a head that {@link #putInt} fills in. */
    void skipHead(int count) {
        ensure(count);
        skip(count);
    }

    void putInt(int position, int value) {
        out.putInt(position, value);
    }

    /** Forgets what was appended. */
    void clear() {
        out.clear();
        shared.clear();
        sharedBytes = 0;
    }

    /** Forgets what was appended, which will not be sent, and gives its files back. */
    void abandon() {
        truncate(0, 0);
        sharedBytes = 0;
    }

    /** Forgets what was appended behind a length that there once was, and files behind the first ones. */
    void truncate(int length, int sharedFiles) {
        out.position(length);
        while (files != null && shared.size() > sharedFiles) {
            files.release(shared.removeLast());
        }
    }

    int sharedFiles() {
        return shared.size();
    }

    private int begin() {
        ensure(5);
        int start = out.position();
        out.position(start + 5);
        return start;
    }

    private void end(int start, byte kind) {
        out.put(start, kind).putInt(start + 1, out.position() - start - 5);
    }

    private boolean lambda(LambdaShape shape, Object lambda, int depth)
            throws IOException, ReflectiveOperationException {
        LambdaShape.Parts parts = shape.parts(lambda);
        if (parts == null) {
            return false;
        }
        byte[] description = parts.shape();
        Object[] captured = parts.captured();
        ensure(5 + description.length);
        out.putInt(description.length).put(description).put((byte) captured.length);
        for (Object value : captured) {
            if (!captured(value, depth)) {
                return false;
            }
        }
        return true;
    }

    /** False if the lambda must be encoded as one graph. */
    private boolean captured(@Nullable Object value, int depth) throws IOException, ReflectiveOperationException {
        int start = begin();
        byte kind = flat(value);
        if (kind >= Kind.BOOLEANS) {
            for (Object other : arrays) {
                if (other == value) {
                    return false;
                }
            }
            arrays.add(value);
        } else if (kind < 0 && value != null) {
            LambdaShape shape = LambdaShape.of(value.getClass());
            if (shape != null) {
                if (depth >= DEEPEST_LAMBDA || !lambda(shape, value, depth + 1)) {
                    return false;
                }
                kind = Kind.LAMBDA;
            } else {
                graphs++;
                sees(value.getClass());
                kind = object(value);
            }
        }
        end(start, kind);
        return graphs == 0 || (graphs == 1 && arrays.isEmpty());
    }

    /** Appends a value that has a kind of its own and returns that, or -1. */
    private byte flat(@Nullable Object value) {
        if (value == null) {
            return Kind.NULL;
        }
        Class<?> type = value.getClass();
        if (type == String.class) {
            return string((String) value);
        }
        if (type == Integer.class) {
            ensure(4);
            out.putInt((Integer) value);
            return Kind.INT;
        }
        if (type == Long.class) {
            ensure(8);
            out.putLong((Long) value);
            return Kind.LONG;
        }
        if (type == Double.class) {
            ensure(8);
            out.putDouble((Double) value);
            return Kind.DOUBLE;
        }
        if (type == Boolean.class) {
            return (Boolean) value ? Kind.TRUE : Kind.FALSE;
        }
        if (type.isArray()) {
            return array(value);
        }
        if (type == Float.class) {
            ensure(4);
            out.putFloat((Float) value);
            return Kind.FLOAT;
        }
        if (type == Character.class) {
            ensure(2);
            out.putChar((Character) value);
            return Kind.CHAR;
        }
        if (type == Short.class) {
            ensure(2);
            out.putShort((Short) value);
            return Kind.SHORT;
        }
        if (type == Byte.class) {
            ensure(1);
            out.put((Byte) value);
            return Kind.BYTE;
        }
        if (value instanceof ByteBuffer buffer) {
            ensure(Buffers.BUFFER_HEAD);
            out.put(Buffers.flags(buffer)).putInt(buffer.position()).putInt(buffer.limit());
            content(Buffers.content(buffer));
            return Kind.BUFFER;
        }
        if (value instanceof MemorySegment memory) {
            ensure(Buffers.MEMORY_HEAD);
            out.put(Buffers.flags(memory)).put(Buffers.holder(memory));
            content(memory);
            return Kind.MEMORY;
        }
        return -1;
    }

    /** Appends the content of memory with its kind and length. */
    private void content(MemorySegment memory) {
        int start = begin();
        byte kind = Kind.SHARED;
        if (!share(memory)) {
            kind = Kind.BYTES;
            ensure(memory.byteSize());
            MemorySegment.copy(memory, 0, MemorySegment.ofArray(bytes), out.position(), memory.byteSize());
            skip((int) memory.byteSize());
        }
        end(start, kind);
    }

    private boolean share(MemorySegment memory) {
        long size = memory.byteSize();
        if (!isShareable(size)) {
            return false;
        }
        SharedFiles space = files;
        return space != null && shared(space.write(memory), Kind.BYTES, (int) size);
    }

    private byte string(String value) {
        int length = value.length();
        int wide = 0;
        for (int i = 0; i < length; i++) {
            wide |= value.charAt(i);
        }
        if (wide < 256) {
            ensure(length);
            latin1(value, out.position(), length);
            out.position(out.position() + length);
            return Kind.LATIN1;
        }
        ensure(2L * length);
        for (int i = 0; i < length; i++) {
            out.putChar(value.charAt(i));
        }
        return Kind.UTF16;
    }

    @SuppressWarnings(
            "deprecation") // the one method that copies the low bytes of characters; the high ones are known to be 0
    private void latin1(String value, int position, int length) {
        value.getBytes(0, length, bytes, position);
    }

    /** {@return whether something is large enough for a file, and there are files} */
    private boolean isShareable(long size) {
        if (files == null || size < SharedFiles.LEAST_BYTES || size > Encoder.MOST_BYTES) {
            return false;
        }
        if (weight() + size > most) {
            throw tooLarge(weight() + size, most);
        }
        return true;
    }

    /** Puts an array into a file if it is large and there is room. */
    private boolean share(Object array, byte kind, long size) {
        SharedFiles space = files;
        return space != null && isShareable(size) && shared(space.write(array), kind, (int) size);
    }

    private boolean shared(long number, byte kind, int size) {
        if (number < 0) {
            return false;
        }
        shared.add(number);
        sharedBytes += size;
        ensure(SHARED_BYTES);
        out.put(kind).putLong(number).putInt(size);
        return true;
    }

    private static byte kindOf(Object array) {
        return switch (array) {
            case byte[] _ -> Kind.BYTES;
            case double[] _ -> Kind.DOUBLES;
            case int[] _ -> Kind.INTS;
            case long[] _ -> Kind.LONGS;
            case float[] _ -> Kind.FLOATS;
            case char[] _ -> Kind.CHARS;
            case short[] _ -> Kind.SHORTS;
            case boolean[] _ -> Kind.BOOLEANS;
            default -> -1;
        };
    }

    private byte array(Object value) {
        byte shareable = files == null ? -1 : kindOf(value);
        if (shareable >= 0 && share(value, shareable, (long) Kind.width(shareable) * Array.getLength(value))) {
            return Kind.SHARED;
        }
        if (value instanceof byte[] array) {
            ensure(array.length);
            out.put(array);
            return Kind.BYTES;
        }
        if (value instanceof double[] array) {
            ensure(8L * array.length);
            out.asDoubleBuffer().put(array);
            skip(8 * array.length);
            return Kind.DOUBLES;
        }
        if (value instanceof int[] array) {
            ensure(4L * array.length);
            out.asIntBuffer().put(array);
            skip(4 * array.length);
            return Kind.INTS;
        }
        if (value instanceof long[] array) {
            ensure(8L * array.length);
            out.asLongBuffer().put(array);
            skip(8 * array.length);
            return Kind.LONGS;
        }
        if (value instanceof float[] array) {
            ensure(4L * array.length);
            out.asFloatBuffer().put(array);
            skip(4 * array.length);
            return Kind.FLOATS;
        }
        if (value instanceof char[] array) {
            ensure(2L * array.length);
            out.asCharBuffer().put(array);
            skip(2 * array.length);
            return Kind.CHARS;
        }
        if (value instanceof short[] array) {
            ensure(2L * array.length);
            out.asShortBuffer().put(array);
            skip(2 * array.length);
            return Kind.SHORTS;
        }
        if (value instanceof boolean[] array) {
            ensure(array.length);
            for (boolean element : array) {
                out.put(element ? (byte) 1 : 0);
            }
            return Kind.BOOLEANS;
        }
        return -1;
    }

    private void skip(int count) {
        out.position(out.position() + count);
    }

    /** Appends an object that has no form of its own, and returns its kind. */
    private byte object(@Nullable Object value) throws IOException {
        Codec.Session session = codec;
        if (session == null || value == null) {
            graph(value);
            return Kind.GRAPH;
        }
        try (var _ = Transfer.open()) {
            session.write(value, new Sink(), this::sees);
        }
        return Kind.OBJECT;
    }

    private void graph(@Nullable Object value) throws IOException {
        try (var _ = Transfer.open();
                var stream = new GraphStream(new Sink())) {
            stream.writeObject(value);
        }
    }

    /** {@return what is written in the place of an object inside a graph} */
    private @Nullable Object inGraph(@Nullable Object object) {
        if (object == null) {
            return null;
        }
        if (object.getClass().isArray()) {
            byte kind = kindOf(object);
            long size = kind < 0 ? 0 : (long) Kind.width(kind) * Array.getLength(object);
            SharedFiles space = files;
            if (space != null && isShareable(size)) {
                LargeContent large = large(space.write(object), kind, (int) size);
                return large == null ? object : large;
            }
        } else if (object instanceof ByteBuffer buffer) {
            return new SentBuffer(
                    Buffers.flags(buffer), buffer.position(), buffer.limit(), sentContent(Buffers.content(buffer)));
        } else if (object instanceof MemorySegment memory) {
            return new SentMemory(Buffers.flags(memory), Buffers.holder(memory), sentContent(memory));
        }
        return object;
    }

    private Object sentContent(MemorySegment memory) {
        SharedFiles space = files;
        if (space != null && isShareable(memory.byteSize())) {
            LargeContent large = large(space.write(memory), Kind.BYTES, (int) memory.byteSize());
            if (large != null) {
                return large;
            }
        }
        if (memory.byteSize() > most) {
            throw tooLarge(memory.byteSize(), most);
        }
        byte[] copy = new byte[(int) memory.byteSize()];
        MemorySegment.copy(memory, 0, MemorySegment.ofArray(copy), 0, copy.length);
        return copy;
    }

    private @Nullable LargeContent large(long number, byte kind, int size) {
        if (number < 0) {
            return null;
        }
        shared.add(number);
        sharedBytes += size;
        return new LargeContent(kind, number, size);
    }

    private void sees(Class<?> type) {
        if (filter != null) {
            filter.trustClass(type);
        }
    }

    static TransferException tooLarge(long bytes, long most) {
        return new TransferException(
                "it takes " + HeapSize.format(bytes) + " or more, and a message may have " + HeapSize.format(most)
                        + ", a third of the heap of the"
                        + " JVM that gets it: give that more heap, send it in parts, or send the name of a file",
                null);
    }

    private void ensure(long count) {
        if (count <= out.remaining()) {
            return;
        }
        long needed = out.position() + count;
        if (needed > most) {
            throw tooLarge(needed, most);
        }
        // Twice as much costs least for many small pieces; a big array is mostly the last.
        long roomy = count < 1 << 16 ? 2L * bytes.length : needed + 256;
        byte[] larger = new byte[(int) Math.min(most, Math.max(needed, roomy))];
        int position = out.position();
        System.arraycopy(bytes, 0, larger, 0, position);
        bytes = larger;
        out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(position);
    }

    private final class GraphStream extends ObjectOutputStream {
        GraphStream(OutputStream out) throws IOException {
            super(out);
            enableReplaceObject(true);
        }

        @Override
        protected @Nullable Object replaceObject(@Nullable Object object) {
            return inGraph(object);
        }

        @Override
        protected void annotateClass(Class<?> type) {
            sees(type);
        }
    }

    private final class Sink extends OutputStream {
        @Override
        public void write(int b) {
            ensure(1);
            out.put((byte) b);
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            ensure(length);
            out.put(source, offset, length);
        }
    }
}

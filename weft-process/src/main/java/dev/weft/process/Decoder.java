package dev.weft.process;

import dev.weft.process.codec.Codec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.StreamCorruptedException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes values; see {@link Kind} for the form. For one thread.
 *
 * <p>The bytes may be anything: a length beyond the end, an unknown kind or a damaged stream ends in an
 * {@link IOException}, and nothing is allocated that the bytes do not back.
 */
final class Decoder {
    private static final int MOST_FACTORIES = 4096;

    /** What stands for something else in a graph, by name. */
    private static final Map<String, Class<?>> OWN = Map.of(
            LargeContent.class.getName(), LargeContent.class,
            SentBuffer.class.getName(), SentBuffer.class,
            SentMemory.class.getName(), SentMemory.class);

    private final boolean lambdas;
    private final @Nullable SharedFiles files;
    private final @Nullable LongConsumer taken;
    private final int longestShared;
    private final Map<ByteBuffer, LambdaFactory> factories = new HashMap<>();
    private @Nullable ClassLoader factoriesLoader;
    private Codec.@Nullable Session codec;
    /** How many bytes from files the value that is decoded has so far. */
    private long sharedBytes;

    /**
     * Makes a decoder.
     *
     * @param lambdas whether {@link Kind#LAMBDA} is taken; the pool does not take code from workers
     */
    Decoder(boolean lambdas) {
        this(lambdas, null, null, 0);
    }

    /**
     * Makes a decoder.
     *
     * @param lambdas whether {@link Kind#LAMBDA} is taken
     * @param files where large arrays are, or null
     * @param taken is told which files have been read, or null
     * @param longestShared the most bytes in such an array
     */
    Decoder(boolean lambdas, @Nullable SharedFiles files, @Nullable LongConsumer taken, int longestShared) {
        this.lambdas = lambdas;
        this.files = files;
        this.taken = taken;
        this.longestShared = longestShared;
    }

    /** Has objects read by a codec, where it is not null. */
    Decoder codec(Codec.@Nullable Session session) {
        codec = session;
        return this;
    }

    /**
     * Decodes one value.
     *
     * @param kind its kind
     * @param body its bytes and nothing else; may become part of the value
     * @param loader where its classes are looked up
     * @param filter what a graph must pass, or null
     * @return the value
     * @throws IOException if the bytes are not what they should be
     * @throws ReflectiveOperationException if a class is missing or does not fit
     */
    @Nullable
    Object decode(byte kind, byte[] body, ClassLoader loader, ResultFilter.@Nullable OneMessage filter)
            throws IOException, ReflectiveOperationException {
        if (kind == Kind.BYTES) {
            return body;
        }
        sharedBytes = 0;
        return value(kind, ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN), loader, filter, 0);
    }

    /**
     * Decodes a value with its kind and length.
     *
     * @param in where it begins; left behind its end
     */
    @Nullable
    Object nested(ByteBuffer in, ClassLoader loader, ResultFilter.@Nullable OneMessage filter)
            throws IOException, ReflectiveOperationException {
        sharedBytes = 0;
        return nested(in, loader, filter, 0);
    }

    private @Nullable Object nested(
            ByteBuffer in, ClassLoader loader, ResultFilter.@Nullable OneMessage filter, int depth)
            throws IOException, ReflectiveOperationException {
        if (in.remaining() < 5) {
            throw new StreamCorruptedException(
                    "a value begins " + in.remaining() + " bytes before the end of its message");
        }
        byte kind = in.get();
        int length = lengthOf(in);
        if (length == 4 && kind == Kind.INT) { // not worth a buffer of its own, as the others below
            return in.getInt();
        }
        if (length == 8 && kind == Kind.LONG) {
            return in.getLong();
        }
        if (length == 8 && kind == Kind.DOUBLE) {
            return in.getDouble();
        }
        ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return value(kind, part, loader, filter, depth);
    }

    /** Gives shared memory back; nothing is decoded any more. */
    void close() {
        if (files != null) {
            files.close();
        }
    }

    private static int lengthOf(ByteBuffer in) throws StreamCorruptedException {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new StreamCorruptedException(
                    "a value claims " + length + " bytes, and its message has " + in.remaining() + " left");
        }
        return length;
    }

    /** Passes over a value with its kind and length. */
    static void skipNested(ByteBuffer in) throws StreamCorruptedException {
        if (in.remaining() < 5) {
            throw new StreamCorruptedException(
                    "a value begins " + in.remaining() + " bytes before the end of its message");
        }
        in.get();
        int length = lengthOf(in);
        in.position(in.position() + length);
    }

    private @Nullable Object value(
            byte kind, ByteBuffer in, ClassLoader loader, ResultFilter.@Nullable OneMessage filter, int depth)
            throws IOException, ReflectiveOperationException {
        int length = in.remaining();
        int width = Kind.width(kind);
        boolean array = kind >= Kind.LATIN1;
        if (width < 0 || (array ? width > 0 && length % width != 0 : length != width)) {
            throw new StreamCorruptedException("a value of kind " + kind + " has " + length + " bytes");
        }
        int count = width == 0 ? 0 : length / width;
        return switch (kind) {
            case Kind.NULL -> null;
            case Kind.FALSE -> false;
            case Kind.TRUE -> true;
            case Kind.BYTE -> in.get();
            case Kind.SHORT -> in.getShort();
            case Kind.CHAR -> in.getChar();
            case Kind.INT -> in.getInt();
            case Kind.LONG -> in.getLong();
            case Kind.FLOAT -> in.getFloat();
            case Kind.DOUBLE -> in.getDouble();
            case Kind.LATIN1 ->
                new String(in.array(), in.arrayOffset() + in.position(), length, StandardCharsets.ISO_8859_1);
            case Kind.UTF16 -> new String(chars(in, count));
            case Kind.BOOLEANS -> {
                boolean[] booleans = new boolean[count];
                for (int i = 0; i < count; i++) {
                    booleans[i] = in.get() != 0;
                }
                yield booleans;
            }
            case Kind.BYTES -> {
                byte[] bytes = new byte[count];
                in.get(bytes);
                yield bytes;
            }
            case Kind.SHORTS -> {
                short[] shorts = new short[count];
                in.asShortBuffer().get(shorts);
                yield shorts;
            }
            case Kind.CHARS -> chars(in, count);
            case Kind.INTS -> {
                int[] ints = new int[count];
                in.asIntBuffer().get(ints);
                yield ints;
            }
            case Kind.LONGS -> {
                long[] longs = new long[count];
                in.asLongBuffer().get(longs);
                yield longs;
            }
            case Kind.FLOATS -> {
                float[] floats = new float[count];
                in.asFloatBuffer().get(floats);
                yield floats;
            }
            case Kind.DOUBLES -> {
                double[] doubles = new double[count];
                in.asDoubleBuffer().get(doubles);
                yield doubles;
            }
            case Kind.SHARED -> shared(in);
            case Kind.LAMBDA -> lambda(in, loader, depth);
            case Kind.OBJECT -> object(in, loader, filter);
            case Kind.BUFFER -> buffer(in);
            case Kind.MEMORY -> memory(in);
            default -> graph(in, loader, filter);
        };
    }

    private Object shared(ByteBuffer in) throws IOException {
        SharedFiles from = files;
        if (from == null || in.remaining() != Encoder.SHARED_BYTES) {
            throw new StreamCorruptedException("an array was said to be in shared memory, of which there is none");
        }
        return shared(in.get(), in.getLong(), in.getInt());
    }

    private Object shared(byte kind, long number, int length) throws IOException {
        SharedFiles from = claimed(length);
        try {
            return from.read(number, kind, length);
        } finally {
            tell(number);
        }
    }

    /**
     * {@return where large arrays are} One of this length may be made, together with those of the same value before it.
     */
    private SharedFiles claimed(int length) throws StreamCorruptedException {
        SharedFiles from = files;
        if (from == null) {
            throw new StreamCorruptedException("an array was said to be in shared memory, of which there is none");
        }
        sharedBytes += Math.max(0, length);
        if (length < 0 || sharedBytes > longestShared) {
            throw new StreamCorruptedException("an array claims " + length + " bytes; at most " + longestShared
                    + " are taken, all arrays together");
        }
        return from;
    }

    private void tell(long number) {
        LongConsumer tell = taken;
        if (tell != null) {
            tell.accept(number);
        }
    }

    private Object buffer(ByteBuffer in) throws IOException {
        checkHead(in, Buffers.BUFFER_HEAD);
        byte flags = in.get();
        int position = in.getInt();
        int limit = in.getInt();
        ByteBuffer buffer = Buffers.allocate(flags, sizeOfContent(in));
        fill(in, Buffers.content(buffer));
        return Buffers.finish(buffer, flags, position, limit);
    }

    private Object memory(ByteBuffer in) throws IOException {
        checkHead(in, Buffers.MEMORY_HEAD);
        byte flags = in.get();
        byte holder = in.get();
        MemorySegment memory = Buffers.allocate(flags, holder, sizeOfContent(in));
        fill(in, memory);
        return Buffers.finish(memory, flags);
    }

    private static void checkHead(ByteBuffer in, int head) throws StreamCorruptedException {
        if (in.remaining() < head + 5) {
            throw new StreamCorruptedException("a buffer has a message of " + in.remaining() + " bytes");
        }
    }

    /** {@return how many bytes the content of a buffer has, which begins here} Checked against what is there. */
    private int sizeOfContent(ByteBuffer in) throws IOException {
        int at = in.position();
        byte kind = in.get(at);
        int length = in.getInt(at + 1);
        if (length != in.remaining() - 5) {
            throw new StreamCorruptedException(
                    "the content of a buffer claims " + length + " of " + (in.remaining() - 5) + " bytes");
        }
        if (kind == Kind.BYTES) {
            return length;
        }
        if (kind != Kind.SHARED || length != Encoder.SHARED_BYTES || in.get(at + 5) != Kind.BYTES) {
            throw new StreamCorruptedException("the content of a buffer is of kind " + kind);
        }
        int size = in.getInt(at + 14);
        claimed(size).require(in.getLong(at + 6), size);
        return size;
    }

    /** Fills memory with the content of a buffer, which {@link #sizeOfContent} has looked at. */
    private void fill(ByteBuffer in, MemorySegment target) throws IOException {
        byte kind = in.get();
        int length = in.getInt();
        SharedFiles from = files;
        if (kind == Kind.BYTES || from == null) {
            MemorySegment.copy(MemorySegment.ofArray(in.array()), in.arrayOffset() + in.position(), target, 0, length);
            in.position(in.position() + length);
            return;
        }
        in.get();
        long number = in.getLong();
        in.getInt();
        try {
            from.read(number, target);
        } finally {
            tell(number);
        }
    }

    private @Nullable Object object(ByteBuffer in, ClassLoader loader, ResultFilter.@Nullable OneMessage filter)
            throws IOException, ReflectiveOperationException {
        Codec.Session session = codec;
        if (session == null) {
            throw new StreamCorruptedException("an object was written by a codec, and this pool has none");
        }
        try {
            return session.read(in, loader, filter == null ? null : filter::takes);
        } catch (OutOfMemoryError e) {
            throw new StreamCorruptedException("an object claims more memory than there is: " + e.getMessage());
        }
    }

    private static char[] chars(ByteBuffer in, int count) {
        char[] chars = new char[count];
        in.asCharBuffer().get(chars);
        return chars;
    }

    private Object lambda(ByteBuffer in, ClassLoader loader, int depth)
            throws IOException, ReflectiveOperationException {
        if (!lambdas) {
            throw new StreamCorruptedException("a worker sent code");
        }
        if (depth > Byte.MAX_VALUE || in.remaining() < 5) {
            throw new StreamCorruptedException("a lambda has " + in.remaining() + " bytes, at depth " + depth);
        }
        int length = in.getInt();
        if (length < 0 || length >= in.remaining()) {
            throw new StreamCorruptedException(
                    "the shape of a lambda claims " + length + " of " + in.remaining() + " bytes");
        }
        LambdaFactory factory = factory(in.slice(in.position(), length), loader);
        in.position(in.position() + length);
        int count = in.get();
        if (count < 0) {
            throw new StreamCorruptedException("a lambda has captured " + count + " values");
        }
        @Nullable Object[] captured = new Object[count];
        for (int i = 0; i < count; i++) {
            captured[i] = nested(in, loader, null, depth + 1);
        }
        return factory.make(captured);
    }

    private LambdaFactory factory(ByteBuffer shape, ClassLoader loader)
            throws IOException, ReflectiveOperationException {
        if (factoriesLoader != loader || factories.size() > MOST_FACTORIES) {
            factories.clear();
            factoriesLoader = loader;
        }
        LambdaFactory factory = factories.get(shape);
        if (factory == null) {
            byte[] copy = new byte[shape.remaining()];
            shape.get(0, copy);
            factory = new LambdaFactory(copy, 0, copy.length, loader);
            factories.put(ByteBuffer.wrap(copy), factory);
        }
        return factory;
    }

    private @Nullable Object graph(ByteBuffer in, ClassLoader loader, ResultFilter.@Nullable OneMessage filter)
            throws IOException, ReflectiveOperationException {
        var source = new ByteArrayInputStream(in.array(), in.arrayOffset() + in.position(), in.remaining());
        try (var stream = new GraphStream(source, loader, filter)) {
            if (filter != null) {
                stream.setObjectInputFilter(filter);
            }
            return stream.readObject();
        }
    }

    /** {@return what an object of a graph stands for} */
    private Object outOfGraph(Object object) throws IOException {
        return switch (object) {
            case LargeContent large -> shared(large.kind(), large.number(), large.length());
            case SentBuffer sent -> {
                byte[] content = content(sent.content());
                ByteBuffer buffer = Buffers.allocate(sent.flags(), content.length);
                buffer.put(0, content);
                yield Buffers.finish(buffer, sent.flags(), sent.position(), sent.limit());
            }
            case SentMemory sent -> {
                byte[] content = content(sent.content());
                MemorySegment memory = Buffers.allocate(sent.flags(), sent.holder(), content.length);
                MemorySegment.copy(MemorySegment.ofArray(content), 0, memory, 0, content.length);
                yield Buffers.finish(memory, sent.flags());
            }
            default -> object;
        };
    }

    private static byte[] content(Object sent) throws StreamCorruptedException {
        if (sent instanceof byte[] bytes) {
            return bytes;
        }
        throw new StreamCorruptedException("the content of a buffer is " + sent);
    }

    /** Looks classes up in a given loader, where the JDK would take that of the caller. */
    private final class GraphStream extends ObjectInputStream {
        private final ClassLoader loader;
        private final ResultFilter.@Nullable OneMessage filter;

        GraphStream(InputStream in, ClassLoader loader, ResultFilter.@Nullable OneMessage filter) throws IOException {
            super(in);
            this.loader = loader;
            this.filter = filter;
            enableResolveObject(true);
        }

        @Override
        protected Object resolveObject(Object object) throws IOException {
            Object real = outOfGraph(object);
            if (real != object && filter != null) {
                filter.expect(real.getClass());
            }
            return real;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                try {
                    return super.resolveClass(description); // the primitive types, and classes of the platform loader
                } catch (ClassNotFoundException other) {
                    Class<?> own = OWN.get(description.getName());
                    if (own != null) {
                        return own; // Weft's, which the loader of the user need not know
                    }
                    throw other;
                }
            }
        }
    }
}

package dev.weft.process;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.StreamCorruptedException;
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
 * <p>The bytes may be anything: a length beyond the end, an unknown kind or a damaged stream ends in an {@link IOException}, and nothing is
 * allocated that the bytes do not back.
 */
final class Decoder {
    private static final int MOST_FACTORIES = 4096;

    private final boolean lambdas;
    private final @Nullable SharedFiles files;
    private final @Nullable LongConsumer taken;
    private final int longestShared;
    private final Map<ByteBuffer, LambdaFactory> factories = new HashMap<>();
    private @Nullable ClassLoader factoriesLoader;

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
    Object decode(byte kind, byte[] body, ClassLoader loader, @Nullable ObjectInputFilter filter)
            throws IOException, ReflectiveOperationException {
        if (kind == Kind.BYTES) {
            return body;
        }
        return value(kind, ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN), loader, filter, 0);
    }

    /**
     * Decodes a value with its kind and length.
     *
     * @param in where it begins; left behind its end
     */
    @Nullable
    Object nested(ByteBuffer in, ClassLoader loader, @Nullable ObjectInputFilter filter)
            throws IOException, ReflectiveOperationException {
        return nested(in, loader, filter, 0);
    }

    private @Nullable Object nested(ByteBuffer in, ClassLoader loader, @Nullable ObjectInputFilter filter, int depth)
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
            byte kind, ByteBuffer in, ClassLoader loader, @Nullable ObjectInputFilter filter, int depth)
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
            default -> graph(in, loader, filter);
        };
    }

    private Object shared(ByteBuffer in) throws IOException {
        SharedFiles from = files;
        if (from == null || in.remaining() != Encoder.SHARED_BYTES) {
            throw new StreamCorruptedException("an array was said to be in shared memory, of which there is none");
        }
        byte kind = in.get();
        long number = in.getLong();
        int length = in.getInt();
        if (length > longestShared) {
            throw new StreamCorruptedException(
                    "an array claims " + length + " bytes; at most " + longestShared + " are taken");
        }
        try {
            return from.read(number, kind, length);
        } finally {
            LongConsumer tell = taken;
            if (tell != null) {
                tell.accept(number);
            }
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

    private static @Nullable Object graph(ByteBuffer in, ClassLoader loader, @Nullable ObjectInputFilter filter)
            throws IOException, ReflectiveOperationException {
        var source = new ByteArrayInputStream(in.array(), in.arrayOffset() + in.position(), in.remaining());
        try (var stream = new GraphStream(source, loader)) {
            if (filter != null) {
                stream.setObjectInputFilter(filter);
            }
            return stream.readObject();
        }
    }

    /** Looks classes up in a given loader, where the JDK would take that of the caller. */
    private static final class GraphStream extends ObjectInputStream {
        private final ClassLoader loader;

        GraphStream(InputStream in, ClassLoader loader) throws IOException {
            super(in);
            this.loader = loader;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                return super.resolveClass(description); // the primitive types, and classes of the platform loader
            }
        }
    }
}

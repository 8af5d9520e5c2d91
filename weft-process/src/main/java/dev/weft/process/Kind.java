package dev.weft.process;

/**
 * How a value is encoded. Values of one class with a fixed form have a kind of their own; any other is a {@link #GRAPH}
 * of JDK serialization, or an {@link #OBJECT} where the pool has a codec.
 *
 * <p>The body of an array of primitives is its elements, little-endian; that of a string its characters in one byte
 * each where all are below 256 ({@link #LATIN1}) and in two otherwise, so that lone surrogates come through. A
 * {@link #LAMBDA} is
 *
 * <pre>
 *   int   length of the shape
 *         the shape: what is the same for all lambdas of one expression, see {@link LambdaShape}
 *   byte  number of captured values
 *         for each: byte kind, int length, body
 * </pre>
 */
final class Kind {
    static final byte NULL = 0;
    static final byte FALSE = 1;
    static final byte TRUE = 2;
    static final byte BYTE = 3;
    static final byte SHORT = 4;
    static final byte CHAR = 5;
    static final byte INT = 6;
    static final byte LONG = 7;
    static final byte FLOAT = 8;
    static final byte DOUBLE = 9;
    static final byte LATIN1 = 10;
    static final byte UTF16 = 11;
    static final byte BOOLEANS = 12;
    static final byte BYTES = 13;
    static final byte SHORTS = 14;
    static final byte CHARS = 15;
    static final byte INTS = 16;
    static final byte LONGS = 17;
    static final byte FLOATS = 18;
    static final byte DOUBLES = 19;
    static final byte LAMBDA = 20;
    static final byte GRAPH = 21;
    /** An array in a file, see {@link SharedFiles}: byte its kind, long number of the file, int bytes. */
    static final byte SHARED = 22;
    /** What the codec of the pool has written, see {@link dev.weft.process.codec.Codec}. */
    static final byte OBJECT = 23;
    /** A {@link java.nio.ByteBuffer}, see {@link Buffers}. */
    static final byte BUFFER = 24;
    /** A {@link java.lang.foreign.MemorySegment}, see {@link Buffers}. */
    static final byte MEMORY = 25;

    /** Bytes for one value or element, by kind; 0 for those of any length. */
    private static final byte[] WIDTHS = {0, 0, 0, 1, 2, 2, 4, 8, 4, 8, 1, 2, 1, 1, 2, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0, 0};

    /** {@return how many bytes a value or element of a kind has, 0 for any number, or -1 if there is no such kind} */
    static int width(byte kind) {
        return kind >= 0 && kind < WIDTHS.length ? WIDTHS[kind] : -1;
    }

    /** {@return whether values of a kind are made of objects of classes that their bytes name} */
    static boolean isGraph(byte kind) {
        return kind == GRAPH || kind == OBJECT;
    }

    private Kind() {}
}

package dev.weft.process;

/**
 * The end of one element of a batch, as a worker writes it; little-endian:
 *
 * <pre>
 *   int   element
 *   byte  how it ended: {@link Frame#RESULT}, {@link Frame#ERROR} or {@link Frame#CANCELLED}
 *   RESULT: byte kind, int length, the value; ERROR: int length, the exception, see {@link FailureCodec}; CANCELLED: nothing
 * </pre>
 */
final class BatchEntry {
    /** The shortest entry. */
    static final int HEADER = 5;

    private BatchEntry() {}
}

package dev.weft.http.netty;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The body of one message as it arrives, copied out of Netty's buffers. I/O coroutine only. */
public final class BodyBytes {
    private static final byte[] NONE = {};
    private static final int FIRST_GUESS = 64 * 1024;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final int limit;
    private byte[] bytes = NONE;
    private int size;

    /**
     * Begins a body.
     *
     * @param limit how many bytes it may have
     * @param announced how many it is to have, negative if nobody said; trusted only up to a modest size, for the peer may lie
     */
    public BodyBytes(int limit, long announced) {
        this.limit = limit;
        if (announced > 0) {
            bytes = new byte[(int) Math.min(announced, Math.min(limit, FIRST_GUESS))];
        }
    }

    /**
     * Adds what a buffer holds.
     *
     * @param part the buffer; neither changed nor kept
     * @return false if the body would get longer than it may; nothing is added then
     */
    public boolean add(ByteBuf part) {
        int more = part.readableBytes();
        if (more > limit - size) {
            return false;
        }
        if (more > bytes.length - size) {
            long doubled = Math.min(2L * bytes.length, LARGEST_ARRAY);
            bytes = Arrays.copyOf(bytes, (int) Math.max(doubled, (long) size + more));
        }
        part.getBytes(part.readerIndex(), bytes, size, more);
        size += more;
        return true;
    }

    /** {@return how many bytes have arrived} */
    public int size() {
        return size;
    }

    /** {@return the bytes that have arrived; the last call} */
    public byte[] take() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}

package dev.weft.http.netty;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Reads a whole body, which may not be longer than a limit. */
public final class BodyBytes {
    private static final int PIECE = 16 * 1024;

    private BodyBytes() {}

    /** A body that is longer than allowed. */
    @SuppressWarnings("serial")
    public static final class TooLong extends IOException {
        private final long limit;

        TooLong(long limit) {
            super("more than " + limit + " bytes");
            this.limit = limit;
        }

        /** {@return how long it might have been} */
        public long limit() {
            return limit;
        }
    }

    /**
     * Reads to the end. Most bodies are small and there as a whole when they are asked for: a stream that says how much
     * is {@linkplain InputStream#available() available} is read into an array of that size and a byte, which has room
     * for the end to be seen.
     *
     * @param in the body
     * @param limit how many bytes it may have
     * @return the bytes
     * @throws TooLong if there are more; at most one piece beyond the limit has been read
     * @throws IOException what reading throws
     */
    public static byte[] readAll(InputStream in, long limit) throws IOException {
        List<byte[]> pieces = new ArrayList<>(2);
        int there = in.available();
        var piece = new byte[there > 0 && there < PIECE ? there + 1 : PIECE];
        int filled = 0;
        long total = 0;
        while (true) {
            int count = in.read(piece, filled, piece.length - filled);
            if (count < 0) {
                break;
            }
            filled += count;
            total += count;
            if (total > limit) {
                throw new TooLong(limit);
            }
            if (filled == piece.length) {
                pieces.add(piece);
                piece = new byte[(int) Math.min(Math.max(PIECE, total), 1 << 20)];
                filled = 0;
            }
        }
        return joined(pieces, piece, filled, (int) total);
    }

    private static byte[] joined(List<byte[]> pieces, byte[] last, int filled, int total) {
        var all = new byte[total];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        System.arraycopy(last, 0, all, at, filled);
        return all;
    }
}

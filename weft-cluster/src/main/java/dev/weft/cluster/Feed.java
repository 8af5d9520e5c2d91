package dev.weft.cluster;

import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.LinkedBlockingQueue;

/** What a worker prints on another machine, as the stream of a process. One thread reads, another one adds. */
final class Feed extends InputStream {
    private static final byte[] END = new byte[0];

    private final LinkedBlockingQueue<byte[]> pieces = new LinkedBlockingQueue<>();
    /** The reader only. */
    private byte[] piece = {0};
    /** The reader only. */
    private int at = 1;

    void add(byte[] bytes) {
        if (bytes.length > 0) {
            pieces.add(bytes);
        }
    }

    void end() {
        pieces.add(END);
    }

    @Override
    public int read() throws InterruptedIOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws InterruptedIOException {
        if (length == 0) {
            return 0;
        }
        while (at == piece.length) {
            if (piece.length == 0) {
                return -1;
            }
            try {
                piece = pieces.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while it waited for what a worker prints");
            }
            at = 0;
        }
        int count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, target, offset, count);
        at += count;
        return count;
    }

    @Override
    public int available() {
        return piece.length - at;
    }
}

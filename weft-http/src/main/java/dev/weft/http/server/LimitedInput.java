package dev.weft.http.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a request as its handler sees it: decompressed, and no longer than it may be. */
final class LimitedInput extends FilterInputStream {
    private static final int TOO_LARGE = 413;

    private final Incoming incoming;
    private final long serverLimit;
    private long count;

    LimitedInput(InputStream in, Incoming incoming, long serverLimit) {
        super(in);
        this.incoming = incoming;
        this.serverLimit = serverLimit;
    }

    private long limit() {
        long own = incoming.policy().maxBodySize();
        return own < 0 ? serverLimit : own;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        long limit = limit();
        if (incoming.announced() > limit && count == 0 && !incoming.headers().contains("content-encoding")) {
            throw tooLarge(limit);
        }
        int got;
        try {
            got = super.read(into, offset, length);
        } catch (IOException e) { // of a decoder: what comes from the client throws nothing checked
            throw new ErrorResponse(
                    Response.text("the body is not encoded as its header says\n")
                            .withStatus(400),
                    e);
        }
        if (got > 0) {
            count += got;
            if (count > limit) {
                throw tooLarge(limit);
            }
        }
        return got;
    }

    private static ErrorResponse tooLarge(long limit) {
        return new ErrorResponse(
                Response.text("the body is longer than " + limit + " bytes\n")
                        .withStatus(TOO_LARGE)
                        .withHeader("Connection", "close"),
                null);
    }

    @Override
    public long skip(long bytes) throws IOException {
        var dropped = new byte[(int) Math.min(8 * 1024, Math.max(1, bytes))];
        int got = read(dropped, 0, (int) Math.min(dropped.length, bytes));
        return Math.max(0, got);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

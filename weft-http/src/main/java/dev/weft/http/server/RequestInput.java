package dev.weft.http.server;

import dev.weft.http.netty.BodyQueue;
import java.io.InputStream;
import java.util.Objects;

/**
 * The body of a request as it comes, not decompressed. One coroutine of the server's loop at a time.
 *
 * <p>A client that lets the reader wait for longer than the request time-out, and a second more for each portion of the
 * least data rate that has come, is told so and cut off. Only the time in which a reader waits counts, so that a slow
 * handler costs the client nothing.
 */
final class RequestInput extends InputStream {
    private static final long SECOND = 1_000_000_000L;

    private final Incoming incoming;
    private final ServerSettings settings;
    private long waited;

    RequestInput(Incoming incoming, ServerSettings settings) {
        this.incoming = incoming;
        this.settings = settings;
    }

    @Override
    public int read() {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        BodyQueue body = incoming.body();
        while (true) {
            int count = body.read(into, offset, length);
            if (count != 0) {
                return count;
            }
            Throwable failure = body.failure();
            if (failure instanceof ErrorResponse refused) {
                throw refused;
            }
            if (failure != null) {
                throw new ClientGoneException(
                        "the client left after " + body.received() + " bytes of the body of " + incoming, failure);
            }
            await(body);
        }
    }

    private void await(BodyQueue body) {
        incoming.connection().giveLeave(incoming);
        long patience = settings.requestTimeout().toNanos()
                + (long) (body.received() / (double) settings.minDataRate() * SECOND)
                - waited;
        long begin = incoming.connection().now();
        boolean inTime = body.await(begin + patience);
        waited += incoming.connection().now() - begin;
        if (!inTime) {
            throw new ErrorResponse(
                    Response.text("the body did not arrive within "
                                    + settings.requestTimeout().toMillis() + " ms, and a second for each "
                                    + settings.minDataRate() + " bytes; " + body.received() + " bytes did\n")
                            .withStatus(408)
                            .withHeader("Connection", "close"),
                    null);
        }
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, incoming.body().buffered());
    }
}

package dev.weft.http.client;

import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.BodyQueue;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;

/** The body of a response as it comes, not decoded. One coroutine of the session's loop at a time. */
final class ResponseInput extends InputStream {
    private final RoundTrip connection;
    private final Exchange exchange;
    private final Call call;
    private final Duration readTimeout;
    private boolean closed;

    ResponseInput(RoundTrip connection, Exchange exchange, Call call, Duration readTimeout) {
        this.connection = connection;
        this.exchange = exchange;
        this.call = call;
        this.readTimeout = readTimeout;
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
        if (closed) {
            throw new IllegalStateException("the response has been closed; read its body before");
        }
        BodyQueue body = exchange.body();
        while (true) {
            int count = body.read(into, offset, length);
            if (count != 0) {
                return count;
            }
            if (body.failure() instanceof Exchange.Broken broken) {
                throw failure(broken);
            }
            await(body);
        }
    }

    /** Only what can be read without waiting. */
    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, exchange.body().buffered());
    }

    private RequestException failure(Exchange.Broken broken) {
        call.enter(Phase.READ);
        if (connection.isSessionClosed()) {
            return call.failed(RequestException.SessionClosed::new, RoundTrip.SESSION_CLOSED, broken);
        }
        return broken.in(call);
    }

    private void await(BodyQueue body) {
        long deadline = Math.min(call.deadline(), call.now() + readTimeout.toNanos());
        boolean inTime;
        try {
            inTime = body.await(deadline);
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
        if (inTime) {
            return;
        }
        connection.close();
        call.enter(Phase.READ);
        String progress = "; " + body.received() + " bytes of the body have arrived";
        if (call.now() - call.deadline() >= 0) {
            throw call.late(
                    "the response was not complete within the total time-out of "
                            + call.total().toMillis() + " ms" + progress,
                    null);
        }
        throw call.late("nothing came from the server for " + readTimeout.toMillis() + " ms" + progress, null);
    }

    /** Lets the connection go: for the next request if the body has arrived in full, or else closes it. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            exchange.body().discard();
            if (!exchange.isOver()) {
                connection.close();
            }
        }
    }
}

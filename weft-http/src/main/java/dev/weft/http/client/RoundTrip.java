package dev.weft.http.client;

import dev.weft.http.client.Exchange.Unanswered;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.BodyQueue;
import dev.weft.http.netty.BodyWriter;
import dev.weft.net.netty.NettyIo;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What carries requests to a server and their responses back, one at a time: a {@link Connection} of HTTP/1.1, or an
 * {@link Http2Stream}.
 *
 * <p>Two kinds of callers, never at the same time: the coroutine that has the slot calls {@link #roundTrip} and
 * {@link #close}; the rest runs on the I/O coroutine. {@code exchange} is what they share: set when a request begins to
 * be sent, and null again when it is over.
 */
abstract class RoundTrip implements Exchange.Owner {
    static final String SESSION_CLOSED = "the session was closed while the request was under way";

    private static final int WHOLE = 64 * 1024;

    /** How much of a response may wait while a streamed body is sent, as the server may answer while it reads. */
    private static final int MAX_BEFORE_SENT = 64 * 1024 * 1024;

    private static final byte[] NOTHING = {};
    private static final Duration LEAVE_WAIT = Duration.ofSeconds(1);

    final NettyIo io;
    final ConnectionPool pool;

    @Nullable
    Exchange exchange;

    /**
     * A request as it goes over one connection.
     *
     * @param uri what the first line asks for
     * @param fields its header, checked
     */
    record Outgoing(ClientRequest request, String uri, List<Map.Entry<String, String>> fields) {}

    RoundTrip(NettyIo io, ConnectionPool pool) {
        this.io = io;
        this.pool = pool;
    }

    // ---- what carries

    /** {@return the version of the protocol that is spoken, as far as this side decides} */
    abstract dev.weft.http.HttpVersion version();

    /** {@return whether the connection has served a request before} */
    abstract boolean isUsed();

    /** {@return what stops and starts the arrival of a response} */
    abstract BodyQueue.Gate gate();

    /** {@return where the body of a request is written to; null if its exchange has failed} Called by the coroutine. */
    abstract @Nullable Channel channelFor(Exchange next);

    /** Makes a request the one under way, or breaks its exchange off and returns false; on the I/O coroutine. */
    abstract boolean begin(Exchange next);

    /** Sends a part of the request that has begun; on the I/O coroutine. A failure is told to the exchange. */
    abstract void write(HttpObject part);

    /**
     * Gives the exchange up, and waits until nothing is left of it, which no peer can delay, whatever happens to the
     * calling task.
     */
    abstract void close();

    /** Serves no other request, but lets the response that has begun come in. Called by the coroutine. */
    abstract void retire(Exchange answered);

    // ---- called by coroutines

    boolean isSessionClosed() {
        return pool.isClosed();
    }

    /**
     * Sends a request and waits for the header of the response. When the exchange is over, be it before this returns or
     * while the body is read, the slot is idle or its connection is closed.
     *
     * @param call for messages and time-outs
     * @param outgoing the request
     * @param readTimeout for how long nothing may happen
     * @return the exchange, with the header of the response
     * @throws Unanswered if the connection turned out to be closed before the response began
     * @throws RequestException if there is no response
     */
    Exchange roundTrip(Call call, Outgoing outgoing, Duration readTimeout) throws Unanswered {
        boolean asksLeave = outgoing.request().expectsContinue();
        var next = new Exchange(this, gate(), io.loop().now(), asksLeave);
        RequestBody body = outgoing.request().body();
        byte[] small =
                body instanceof BytesBody bytes && bytes.bytes().length <= WHOLE && !asksLeave ? bytes.bytes() : null;
        boolean wanted = true;
        try {
            call.enter(Phase.WRITE);
            if (body == null || small != null) {
                byte[] whole = small == null ? NOTHING : small;
                io.soon(() -> sendWhole(next, outgoing, whole));
            } else {
                io.eventLoop().execute(() -> sendHead(next, outgoing));
                wanted = upload(call, next, body, readTimeout);
                io.eventLoop().execute(() -> next.body().expectReader());
            }
            awaitHead(call, next, readTimeout);
        } catch (Throwable e) {
            close();
            throw e;
        }
        Throwable failure = next.head().failure();
        if (failure == null) {
            if (!wanted) {
                retire(next); // the rest of the request will not come
            }
            return next;
        }
        close();
        call.enter(next.isSent() ? Phase.READ : Phase.WRITE);
        if (pool.isClosed()) {
            throw call.failed(RequestException.SessionClosed::new, SESSION_CLOSED, failure);
        }
        if (failure instanceof Unanswered unanswered) {
            throw unanswered;
        }
        if (failure instanceof Exchange.Broken broken) {
            throw broken.in(call);
        }
        throw new AssertionError("a handler reported " + failure, failure);
    }

    private void awaitHead(Call call, Exchange waiting, Duration readTimeout) {
        if (waiting.isSent()) {
            call.enter(Phase.READ);
        }
        while (!waiting.head().await(Math.min(call.deadline(), waiting.lastProgress() + readTimeout.toNanos()))) {
            call.enter(waiting.isSent() ? Phase.READ : Phase.WRITE);
            long now = io.loop().now();
            String progress =
                    waiting.isAnswered() ? "; the header was not complete" : "; not a byte of the response has arrived";
            if (now - call.deadline() >= 0) {
                throw call.late(
                        "the response was not complete within the total time-out of "
                                + call.total().toMillis() + " ms" + progress,
                        null);
            }
            if (now - waiting.lastProgress() >= readTimeout.toNanos()) {
                throw call.late("nothing came from the server for " + readTimeout.toMillis() + " ms" + progress, null);
            }
        }
    }

    /** Sends the body of a request; false if the server answered before it was complete. */
    private boolean upload(Call call, Exchange next, RequestBody body, Duration readTimeout) {
        next.awaitLeave(Math.min(call.deadline(), io.loop().now() + LEAVE_WAIT.toNanos()));
        Channel channel = channelFor(next);
        if (channel == null) {
            return false;
        }
        var out = new Upload(io, channel, next, call, body.length(), readTimeout);
        try {
            out.checkOpen();
            if (body instanceof BytesBody bytes) {
                out.sendAll(bytes.bytes());
            } else {
                body.writeTo(out);
            }
            out.close();
        } catch (Upload.NotWanted e) {
            return false;
        } catch (IOException e) {
            if (next.wantsNoMore()) {
                return false; // the stream said so, and the body wrapped it
            }
            throw call.failed(
                    RequestException.BodyFailed::new,
                    "the body of the request could not be written: " + e.getMessage(),
                    e);
        }
        if (body.length() >= 0 && out.written() != body.length()) {
            throw call.failed(
                    RequestException.BodyFailed::new,
                    "the body of the request was announced with " + body.length() + " bytes, and has " + out.written(),
                    null);
        }
        io.eventLoop().execute(() -> {
            if (exchange == next) {
                write(LastHttpContent.EMPTY_LAST_CONTENT);
                next.wroteLast();
            }
        });
        return true;
    }

    /** The body of a request on its way up. */
    private static final class Upload extends BodyWriter {
        /** The rest of the body is not wanted. */
        @SuppressWarnings("serial")
        static final class NotWanted extends IOException {
            NotWanted() {
                super("the server has answered without waiting for the rest of the body");
            }
        }

        private final NettyIo io;
        private final Exchange exchange;
        private final Call call;
        private final Duration readTimeout;

        Upload(NettyIo io, Channel channel, Exchange exchange, Call call, long announced, Duration readTimeout) {
            super(io, channel, announced);
            this.io = io;
            this.exchange = exchange;
            this.call = call;
            this.readTimeout = readTimeout;
        }

        @Override
        protected void checkOpen() throws NotWanted {
            exchange.progressed(io.loop().now());
            if (exchange.wantsNoMore()) {
                throw new NotWanted();
            }
        }

        @Override
        protected long deadline() {
            return Math.min(call.deadline(), io.loop().now() + readTimeout.toNanos());
        }

        @Override
        protected RuntimeException late() {
            return call.late(
                    "the server took no more of the body for " + readTimeout.toMillis()
                            + " ms, or the total time-out of " + call.total().toMillis() + " ms was over; " + written()
                            + " bytes had been written",
                    null);
        }

        @Override
        protected RuntimeException broken(Throwable cause) {
            return call.failed(
                    RequestException.Disconnected::new,
                    "the connection broke while the body was sent, " + written() + " bytes of it so far: "
                            + cause.getMessage(),
                    cause);
        }
    }

    // ---- called on the I/O coroutine

    private void sendWhole(Exchange next, Outgoing outgoing, byte[] body) {
        if (!begin(next)) {
            return;
        }
        writeWhole(outgoing, body);
        if (exchange == next) {
            next.wroteLast();
        }
    }

    /** Sends a whole request that has begun, with a body that may be empty. A failure is told to the exchange. */
    void writeWhole(Outgoing outgoing, byte[] body) {
        write(new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(outgoing.request().method()),
                outgoing.uri(),
                Unpooled.wrappedBuffer(body),
                RequestHead.headers(outgoing.fields()),
                EmptyHttpHeaders.INSTANCE));
    }

    private void sendHead(Exchange next, Outgoing outgoing) {
        next.body().expectNoReader(MAX_BEFORE_SENT);
        if (!begin(next)) {
            return;
        }
        write(new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(outgoing.request().method()),
                outgoing.uri(),
                RequestHead.headers(outgoing.fields())));
    }
}

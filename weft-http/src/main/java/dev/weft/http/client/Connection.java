package dev.weft.http.client;

import dev.weft.http.client.Exchange.Unanswered;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.BodyQueue;
import dev.weft.http.netty.BodyWriter;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a session: from the attempt to open it until its socket is closed, one request at a time.
 *
 * <p>Two kinds of callers, never at the same time: the coroutine whose request has the slot calls {@link #open} once and then {@link #roundTrip}; Netty calls the handler methods
 * on the I/O coroutine. {@code exchange} is what they share: set when a request is sent, and null again when it is over. Then the connection goes back to the pool, or is
 * closed. Bytes that arrive without an exchange were not asked for, and close the connection.
 */
final class Connection implements Exchange.Owner {
    static final String SESSION_CLOSED = "the session was closed while the request was under way";

    private static final int WHOLE = 64 * 1024;
    private static final Duration LEAVE_WAIT = Duration.ofSeconds(1);
    private static final String TLS = "tls";
    private static final String CODEC = "codec";

    private final NettyIo io;
    private final ConnectionPool pool;
    private final Slot slot;
    private @Nullable Channel channel;
    private @Nullable Exchange exchange;
    private boolean attached;
    private boolean used;
    private boolean closing;

    /**
     * A request as it goes over one connection.
     *
     * @param uri what the first line asks for
     */
    record Outgoing(ClientRequest request, String uri, HttpHeaders headers) {}

    Connection(NettyIo io, ConnectionPool pool, Slot slot) {
        this.io = io;
        this.pool = pool;
        this.slot = slot;
    }

    // ---- called by coroutines

    /**
     * Connects; on failure nothing is left.
     *
     * @param address where to
     * @param deadline when to give up
     * @param tls encrypts, or null
     * @throws IOException if there is no connection
     */
    void open(InetSocketAddress address, long deadline, @Nullable SslHandler tls) throws IOException {
        channel = Tcp.connect(io, address, deadline, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel opening) {
                ChannelPipeline pipeline = opening.pipeline();
                if (tls != null) {
                    pipeline.addLast(TLS, tls);
                }
                pipeline.addLast("arrivals", new Arrivals());
                pipeline.addLast(CODEC, codec());
                pipeline.addLast("responses", new Responses());
            }
        });
    }

    private static HttpClientCodec codec() {
        var limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(Exchange.MAX_STATUS_LINE)
                .setMaxHeaderSize(Exchange.MAX_HEADER_SIZE);
        return new HttpClientCodec(limits, false, false);
    }

    /** Begins to encrypt what goes through the tunnel that a proxy has opened. */
    void encrypt(SslHandler tls) {
        Channel open = requireChannel();
        io.eventLoop().execute(() -> {
            if (open.isActive()) {
                open.pipeline().replace(CODEC, CODEC, codec());
                open.pipeline().addFirst(TLS, tls);
            }
        });
    }

    /** From now on the socket's end frees the slot. */
    void attach() {
        Channel open = requireChannel();
        slot.connection = this;
        attached = true;
        open.closeFuture().addListener(done -> pool.free(slot));
    }

    Channel requireChannel() {
        Channel open = channel;
        if (open == null) {
            throw new AssertionError("the connection has not been opened");
        }
        return open;
    }

    /** {@return whether nothing is known that would keep it from being used} */
    boolean isAlive() {
        return !closing && requireChannel().isActive();
    }

    /** {@return whether it has served a request before} */
    boolean isUsed() {
        return used;
    }

    /** Lets go of the channel, for another protocol; the slot is freed when it closes. */
    Channel takeOver() {
        Channel open = requireChannel();
        closing = true;
        io.eventLoop().execute(() -> {
            open.pipeline().remove(Arrivals.class);
            open.pipeline().remove(Responses.class);
        });
        return open;
    }

    /** Puts it back, unused. */
    void giveBack() {
        if (isAlive()) {
            pool.keep(slot);
        } else {
            closeSoon();
        }
    }

    boolean isSessionClosed() {
        return pool.isClosed();
    }

    /**
     * Sends a request and waits for the header of the response. When the exchange is over, be it before this returns or while the body is read, the slot is idle or its connection is closed.
     *
     * @param call for messages and time-outs
     * @param outgoing the request
     * @param readTimeout for how long nothing may happen
     * @return the exchange, with the header of the response
     * @throws Unanswered if the connection turned out to be closed before the response began
     * @throws RequestException if there is no response
     */
    Exchange roundTrip(Call call, Outgoing outgoing, Duration readTimeout) throws Unanswered {
        call.enter(Phase.WRITE);
        var next = new Exchange(
                this, BodyQueue.Gate.of(requireChannel()), io.loop().now());
        RequestBody body = outgoing.request().body();
        byte[] whole = body == null
                ? new byte[0]
                : body instanceof BytesBody bytes
                                && bytes.bytes().length <= WHOLE
                                && !outgoing.request().expectsContinue()
                        ? bytes.bytes()
                        : null;
        boolean wanted = true;
        try {
            if (whole != null || body == null) {
                io.eventLoop().execute(() -> sendWhole(next, outgoing, whole));
            } else {
                io.eventLoop().execute(() -> sendHead(next, outgoing));
                wanted = upload(call, next, outgoing, body, readTimeout);
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
    private boolean upload(Call call, Exchange next, Outgoing outgoing, RequestBody body, Duration readTimeout) {
        if (outgoing.request().expectsContinue()) {
            next.leave().await(Math.min(call.deadline(), io.loop().now() + LEAVE_WAIT.toNanos()));
        }
        var out = new Upload(io, requireChannel(), next, call, body.length(), readTimeout);
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
            Channel open = requireChannel();
            open.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, open.voidPromise());
            if (exchange == next) {
                next.wroteLast();
            }
        });
        return true;
    }

    /** Serves no other request, but lets the response that has begun come in. */
    private void retire(Exchange answered) {
        closing = true;
        if (answered.body().isEnded()) {
            close();
        }
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

    /** Closes the socket, and waits until it is closed, whatever happens to the calling task. */
    void close() {
        closing = true;
        Tcp.close(io, requireChannel());
    }

    /** Begins to close the socket. */
    void closeSoon() {
        closing = true;
        Channel open = requireChannel();
        io.eventLoop().execute(open::close);
    }

    // ---- called on the I/O coroutine

    private boolean begin(Exchange next) {
        if (closing || !requireChannel().isActive()) {
            next.breakOff(new Unanswered(false, null));
            return false;
        }
        exchange = next;
        next.wroteFirst();
        return true;
    }

    private void sendWhole(Exchange next, Outgoing outgoing, byte @Nullable [] body) {
        if (!begin(next)) {
            return;
        }
        Channel open = requireChannel();
        var message = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(outgoing.request().method()),
                outgoing.uri(),
                body == null || body.length == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body),
                outgoing.headers(),
                DefaultHttpHeadersFactory.trailersFactory().newEmptyHeaders());
        open.writeAndFlush(message, open.voidPromise()); // a failure arrives as exceptionCaught
        if (exchange == next) {
            next.wroteLast();
        }
    }

    private void sendHead(Exchange next, Outgoing outgoing) {
        if (!begin(next)) {
            return;
        }
        Channel open = requireChannel();
        open.writeAndFlush(
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.valueOf(outgoing.request().method()),
                        outgoing.uri(),
                        outgoing.headers()),
                open.voidPromise());
    }

    @Override
    public void over(Exchange ended, boolean reusable) {
        if (exchange != ended) {
            return; // it never began here
        }
        exchange = null;
        if (!attached) {
            return; // a proxy has answered: the coroutine goes on with what it said
        }
        Channel open = requireChannel();
        if (reusable && !closing && open.isActive()) {
            used = true;
            pool.keep(slot);
        } else {
            closing = true;
            open.close();
        }
    }

    /** Sees bytes before the codec does. */
    private final class Arrivals extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            Exchange waiting = exchange;
            if (waiting == null) {
                closing = true;
                ReferenceCountUtil.release(bytes);
                context.close();
                return;
            }
            waiting.arrived(io.loop().now());
            context.fireChannelRead(bytes);
        }
    }

    /** Hands the parts of a response to the exchange. */
    private final class Responses extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                Exchange waiting = exchange;
                if (waiting == null) {
                    closing = true;
                    context.close();
                } else if (message instanceof HttpObject part) {
                    waiting.receive(part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost(context, null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lost(context, cause);
        }

        private void lost(ChannelHandlerContext context, @Nullable Throwable cause) {
            closing = true;
            Exchange waiting = exchange;
            if (waiting != null) {
                waiting.lost(cause);
            }
            context.close();
        }
    }
}

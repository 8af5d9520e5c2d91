package dev.weft.http.client;

import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.BodyBytes;
import dev.weft.http.netty.ReceivedHeaders;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a session: from the attempt to open it until its socket is closed, one request at a time.
 *
 * <p>Two kinds of callers, never at the same time: the coroutine whose request has the slot calls {@link #open} once and then {@link #roundTrip}; Netty calls the handler methods
 * on the I/O coroutine. {@code exchange} is what they share: set when a request is sent, and null again when its response is complete or has failed. Bytes that arrive
 * without an exchange were not asked for, and close the connection.
 */
final class Connection {
    private static final int MAX_STATUS_LINE = 8 * 1024;
    private static final int MAX_HEADER_SIZE = 64 * 1024;
    static final String SESSION_CLOSED = "the session was closed while the request was under way";

    private final NettyIo io;
    private final ClientSettings settings;
    private final Slot slot;
    private final ConnectionPool pool;
    private @Nullable Channel channel;
    private @Nullable Exchange exchange;
    private boolean closing;

    /** A request on its way and what has come back. */
    private static final class Exchange {
        final Target target;
        final Handover<ClientResponse> answer = new Handover<>();
        long lastProgress;
        boolean sent;
        boolean answered;
        boolean interim;

        @Nullable
        HttpResponse head;

        @Nullable
        BodyBytes body;

        Exchange(Target target) {
            this.target = target;
        }
    }

    Connection(NettyIo io, ClientSettings settings, ConnectionPool pool, Slot slot) {
        this.io = io;
        this.settings = settings;
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
                if (tls != null) {
                    opening.pipeline().addLast(tls);
                }
                var limits = new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_STATUS_LINE)
                        .setMaxHeaderSize(MAX_HEADER_SIZE);
                opening.pipeline().addLast(new Arrivals(), new HttpClientCodec(limits, false, false), new Responses());
            }
        });
    }

    /** From now on the socket's end frees the slot. */
    void attach() {
        Channel open = requireChannel();
        slot.connection = this;
        open.closeFuture().addListener(done -> pool.free(slot));
    }

    private Channel requireChannel() {
        Channel open = channel;
        if (open == null) {
            throw new AssertionError("the connection has not been opened");
        }
        return open;
    }

    /**
     * Sends a request and waits for the response. Afterwards the slot is idle or its connection is closed, or, after a response that was the last on this connection, being closed.
     *
     * @param call for messages
     * @param target what to ask for
     * @param deadline when to give up
     * @return the response
     * @throws Unanswered if the connection turned out to be closed before the response began
     * @throws RequestException if there is no response
     */
    ClientResponse roundTrip(Call call, Target target, long deadline) throws Unanswered {
        call.enter(Phase.WRITE);
        var sent = new Exchange(target);
        sent.lastProgress = io.loop().now();
        io.eventLoop().execute(() -> send(sent));
        try {
            while (!sent.answer.await(Math.min(deadline, sent.lastProgress + settings.readTimeoutNanos()))) {
                call.enter(sent.sent ? Phase.READ : Phase.WRITE);
                long now = io.loop().now();
                if (now - deadline >= 0) {
                    throw call.late(
                            "the response was not complete within the total time-out of "
                                    + settings.totalTimeout().toMillis() + " ms" + progress(sent),
                            null);
                }
                if (now - sent.lastProgress >= settings.readTimeoutNanos()) {
                    throw call.late(
                            "nothing came from the server for "
                                    + settings.readTimeout().toMillis() + " ms" + progress(sent),
                            null);
                }
            }
        } catch (Throwable e) {
            close();
            throw e;
        }
        ClientResponse response = sent.answer.result();
        if (response != null) {
            if (closing || !requireChannel().isActive()) {
                closeSoon();
            } else {
                pool.keep(slot);
            }
            return response;
        }
        close();
        call.enter(sent.sent ? Phase.READ : Phase.WRITE);
        Throwable failure = sent.answer.failure();
        if (pool.isClosed()) {
            throw call.failed(SESSION_CLOSED, failure);
        }
        if (failure instanceof Unanswered unanswered) {
            throw unanswered;
        }
        if (failure instanceof Broken broken) {
            throw call.failed(broken.getMessage(), broken.getCause());
        }
        throw new AssertionError("a handler reported " + failure, failure);
    }

    private static String progress(Exchange sent) {
        BodyBytes body = sent.body;
        if (body != null) {
            return "; " + body.size() + " bytes of the body have arrived";
        }
        return sent.answered ? "; the header was not complete" : "; not a byte of the response has arrived";
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

    /** Why an exchange has failed. */
    @SuppressWarnings("serial")
    private static class Broken extends Exception {
        Broken(String what, @Nullable Throwable cause) {
            super(what, cause, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /** The connection was closed before a byte of the response came: on one that was kept alive, the request may never have been seen. */
    @SuppressWarnings("serial")
    static final class Unanswered extends Exception {
        Unanswered(@Nullable Throwable cause) {
            super("the server closed the connection without a response", cause, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    private void send(Exchange next) {
        Channel open = requireChannel();
        if (closing || !open.isActive()) {
            next.answer.fail(new Unanswered(null));
            return;
        }
        exchange = next;
        var request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, next.target.path(), Unpooled.EMPTY_BUFFER);
        request.headers()
                .set(HttpHeaderNames.HOST, next.target.hostHeader())
                .set(HttpHeaderNames.USER_AGENT, settings.userAgent())
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
        open.writeAndFlush(request, open.voidPromise()); // a failure arrives as exceptionCaught
        next.sent = exchange == next;
    }

    private void fail(ChannelHandlerContext context, Exception cause) {
        Exchange failed = exchange;
        if (failed != null) {
            exchange = null;
            failed.answer.fail(cause);
        }
        closing = true;
        context.close();
    }

    /** Sees bytes before the codec does: what the codec holds back until a header is complete counts as a sign of life, too. */
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
            waiting.answered = true;
            waiting.lastProgress = io.loop().now();
            context.fireChannelRead(bytes);
        }
    }

    /** Puts the parts of a response together. */
    private final class Responses extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                Exchange waiting = exchange;
                if (waiting == null) {
                    closing = true;
                    context.close();
                } else if (message instanceof HttpObject part) {
                    receive(context, waiting, part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void receive(ChannelHandlerContext context, Exchange waiting, HttpObject part) {
            if (part.decoderResult().isFailure()) {
                fail(context, malformed(part.decoderResult().cause()));
                return;
            }
            if (part instanceof HttpResponse head && !begin(context, waiting, head)) {
                return;
            }
            if (part instanceof HttpContent content) {
                if (waiting.interim) {
                    waiting.interim = !(content instanceof LastHttpContent);
                } else {
                    append(context, waiting, content);
                }
            }
        }

        /** Takes in a header; false if there is no more to do with it. */
        private boolean begin(ChannelHandlerContext context, Exchange waiting, HttpResponse head) {
            if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                if (head.status().code() == 101) {
                    fail(context, new Broken("the server switched to another protocol, which was not asked for", null));
                    return false;
                }
                waiting.interim = true;
                return true;
            }
            long announced = HttpUtil.getContentLength(head, -1L);
            if (announced > settings.maxBodySize()) {
                fail(context, tooLong("announces a body of " + announced + " bytes"));
                return false;
            }
            waiting.head = head;
            waiting.body = new BodyBytes(settings.maxBodySize(), announced);
            return true;
        }

        private void append(ChannelHandlerContext context, Exchange waiting, HttpContent content) {
            BodyBytes body = waiting.body;
            HttpResponse head = waiting.head;
            if (body == null || head == null) {
                fail(context, new Broken("the server sent a body without a header", null));
            } else if (!body.add(content.content())) {
                fail(context, tooLong("sent more than " + body.size() + " bytes"));
            } else if (content instanceof LastHttpContent) {
                exchange = null;
                if (!HttpUtil.isKeepAlive(head)) {
                    closing = true;
                }
                waiting.answer.complete(new ClientResponse(
                        waiting.target.uri(), head.status().code(), new ReceivedHeaders(head.headers()), body.take()));
            }
        }

        private Broken tooLong(String what) {
            return new Broken(
                    "the server " + what + ", and the session takes at most " + settings.maxBodySize()
                            + "; raise maxBodySize to receive it",
                    null);
        }

        private Broken malformed(Throwable cause) {
            if (cause instanceof PrematureChannelClosureException) {
                return new Broken("the connection closed in the middle of the header", cause);
            }
            if (cause instanceof TooLongFrameException) {
                return new Broken(
                        "the header of the response is larger than " + MAX_HEADER_SIZE
                                + " bytes, or its first line than " + MAX_STATUS_LINE,
                        cause);
            }
            return new Broken("the response is not well-formed HTTP: " + cause.getMessage(), cause);
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
            Exchange waiting = exchange;
            if (waiting == null || !waiting.answered) {
                fail(context, new Unanswered(cause));
                return;
            }
            String how = cause == null ? "closed" : "broke (" + cause.getMessage() + ")";
            BodyBytes body = waiting.body;
            HttpResponse head = waiting.head;
            if (body == null || head == null) {
                fail(context, new Broken("the connection " + how + " in the middle of the header", cause));
                return;
            }
            long announced = HttpUtil.getContentLength(head, -1L);
            String expected = announced >= 0 ? " of " + announced + " bytes" : " bytes, before the last chunk";
            fail(
                    context,
                    new Broken(
                            "the connection " + how + " in the middle of the body: " + body.size() + expected
                                    + " arrived",
                            cause));
        }
    }
}

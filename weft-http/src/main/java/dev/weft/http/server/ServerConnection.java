package dev.weft.http.server;

import dev.weft.http.netty.BodyBytes;
import dev.weft.http.netty.ReceivedHeaders;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client. Loop thread only; Netty calls the handler methods on the I/O coroutine, and {@link HttpServer} the others.
 *
 * <h2>States</h2>
 *
 * <pre>
 *   IDLE ──first byte──► RECEIVING ──complete──► HANDLING ──► SENDING ──► IDLE
 *                            └──refused──► SENDING ──► LINGERING
 * </pre>
 *
 * <p>Requests are answered in the order in which they came, one at a time: while one is being answered, those that the client sends ahead wait in {@code ahead}, and beyond a
 * limit the socket is not read. All states but HANDLING have a {@code deadline}, after which the connection is closed; the server looks at the deadlines now and then.
 *
 * <p>A request that is refused may still be on its way. To close the socket with bytes unread would reset the connection and could destroy the answer, so that after it only the
 * sending side is closed, and what comes is dropped until the client closes its side or the deadline comes: LINGERING.
 */
final class ServerConnection {
    private static final int MAX_AHEAD = 16;
    private static final long LINGER_NANOS = Duration.ofSeconds(2).toNanos();

    private enum State {
        IDLE,
        RECEIVING,
        HANDLING,
        SENDING,
        LINGERING
    }

    /** A request, and whether the connection may be used again after it. */
    private record Incoming(Request request, boolean keepAlive, boolean oldClient) {}

    private final HttpServer server;
    private final ServerSettings settings;
    private final Channel channel;
    private final InetSocketAddress client;
    private final ArrayDeque<Incoming> ahead = new ArrayDeque<>(1);
    private long bytesAhead;
    private State state = State.IDLE;
    private long deadline;

    /** The request being received. */
    private @Nullable HttpRequest head;

    private @Nullable BodyBytes body;

    /** The answer to what cannot be accepted; sent after the answers to what came before. Nothing is accepted after it. */
    private @Nullable Response refusal;

    /** The request being handled. */
    private @Nullable Incoming current;

    private boolean closing;

    ServerConnection(HttpServer server, ServerSettings settings, Channel channel) {
        this.server = server;
        this.settings = settings;
        this.channel = channel;
        this.client = (InetSocketAddress) channel.remoteAddress();
        rest();
    }

    Channel channel() {
        return channel;
    }

    private void enter(State next, long nanos) {
        state = next;
        deadline = server.now() + nanos;
    }

    private void rest() {
        enter(State.IDLE, settings.idleTimeout().toNanos());
    }

    // ---- called by the server

    /** Closes this connection if its deadline has come. */
    void closeIfLate(long now) {
        if (state == State.HANDLING || now - deadline < 0) {
            return;
        }
        if (state == State.RECEIVING) {
            refuse(
                    HttpResponseStatus.REQUEST_TIMEOUT,
                    "the request did not arrive within "
                            + settings.requestTimeout().toMillis() + " ms");
        } else {
            channel.close();
        }
    }

    /** Lets what has begun end, and closes. */
    void finish() {
        closing = true;
        if (state == State.IDLE) {
            channel.close();
        }
    }

    // ---- receiving

    /** Sees bytes before the codec does. */
    final class Arrivals extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (refusal != null) {
                ReferenceCountUtil.release(bytes);
                return;
            }
            if (state == State.IDLE) {
                enter(State.RECEIVING, settings.requestTimeout().toNanos());
            }
            context.fireChannelRead(bytes);
        }
    }

    /** Puts the parts of requests together. */
    final class Requests extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof HttpObject part && refusal == null) {
                    receive(part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            server.forget(ServerConnection.this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // reset by the client, or more requests ahead than the codec takes
        }
    }

    private void receive(HttpObject part) {
        if (part.decoderResult().isFailure()) {
            refuseMalformed(part.decoderResult().cause());
            return;
        }
        if (part instanceof HttpRequest request && !begin(request)) {
            return;
        }
        BodyBytes bytes = body;
        HttpRequest request = head;
        if (part instanceof HttpContent content && bytes != null && request != null) {
            if (!bytes.add(content.content())) {
                refuseTooLarge();
            } else if (part instanceof LastHttpContent) {
                head = null;
                body = null;
                complete(request, bytes.take());
            }
        }
    }

    private boolean begin(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (version.majorVersion() != 1) {
            refuse(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "this server speaks HTTP/1.0 and HTTP/1.1");
            return false;
        }
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && version.minorVersion() > 0)) {
            refuse(
                    HttpResponseStatus.BAD_REQUEST,
                    "a request of HTTP/1.1 has one Host header, and this one had " + hosts);
            return false;
        }
        long announced = HttpUtil.getContentLength(request, -1L);
        if (announced > settings.maxBodySize()) {
            refuseTooLarge();
            return false;
        }
        if (HttpUtil.is100ContinueExpected(request) && state == State.RECEIVING) {
            channel.writeAndFlush(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
                    channel.voidPromise());
        }
        head = request;
        body = new BodyBytes(settings.maxBodySize(), announced);
        return true;
    }

    private void complete(HttpRequest request, byte[] bytes) {
        var incoming = new Incoming(
                new Request(
                        request.method().name(), request.uri(), new ReceivedHeaders(request.headers()), bytes, client),
                HttpUtil.isKeepAlive(request),
                request.protocolVersion().minorVersion() == 0);
        if (state == State.RECEIVING) {
            handle(incoming);
            return;
        }
        ahead.add(incoming);
        bytesAhead += bytes.length;
        if (ahead.size() >= MAX_AHEAD || bytesAhead > settings.maxBodySize()) {
            channel.config().setAutoRead(false);
        }
    }

    // ---- answering

    private void handle(Incoming incoming) {
        state = State.HANDLING;
        if (!server.spawn(this, incoming.request())) {
            channel.close();
            return;
        }
        current = incoming;
    }

    /** Sends the answer to the request that is being handled; on the I/O coroutine. */
    void respond(Response response) {
        Incoming answered = current;
        current = null;
        if (answered == null || !channel.isActive()) {
            return;
        }
        boolean last = closing
                || !answered.keepAlive()
                || HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(
                        response.headers().first("connection"));
        send(message(response, last, answered.oldClient()), last);
    }

    private DefaultFullHttpResponse message(Response response, boolean last, boolean oldClient) {
        var message = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                Unpooled.wrappedBuffer(response.body()),
                DefaultHttpHeadersFactory.headersFactory().withValidation(false), // checked when they were made
                DefaultHttpHeadersFactory.trailersFactory());
        HttpHeaders headers = message.headers();
        for (Map.Entry<String, String> field : response.headers()) {
            headers.add(field.getKey(), field.getValue());
        }
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        headers.set(HttpHeaderNames.DATE, server.date());
        if (last) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (oldClient) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return message;
    }

    private void send(DefaultFullHttpResponse message, boolean last) {
        enter(State.SENDING, settings.requestTimeout().toNanos());
        ChannelFuture sending = channel.writeAndFlush(message);
        if (sending.isDone()) {
            sent(sending, last);
        } else {
            sending.addListener(done -> sent(sending, last));
        }
    }

    private void sent(ChannelFuture sending, boolean last) {
        if (last || !sending.isSuccess()) {
            channel.close();
            return;
        }
        Incoming next = ahead.poll();
        if (next != null) {
            bytesAhead -= next.request().bytes().length;
            if (ahead.size() <= MAX_AHEAD / 2 && bytesAhead <= settings.maxBodySize()) {
                channel.config().setAutoRead(true);
            }
            handle(next);
        } else if (refusal != null) {
            sendRefusal(refusal);
        } else if (closing) {
            channel.close();
        } else if (head != null) {
            enter(State.RECEIVING, settings.requestTimeout().toNanos());
        } else {
            rest();
        }
    }

    // ---- refusing

    private void refuseMalformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            refuse(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "the first line is longer than " + settings.maxHeaderSize() + " bytes");
        } else if (cause instanceof TooLongFrameException) {
            refuse(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the header is larger than " + settings.maxHeaderSize() + " bytes");
        } else {
            refuse(HttpResponseStatus.BAD_REQUEST, "this is no well-formed request of HTTP/1.1");
        }
    }

    private void refuseTooLarge() {
        refuse(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "the body is longer than " + settings.maxBodySize() + " bytes");
    }

    private void refuse(HttpResponseStatus status, String why) {
        Response answer = Response.text(why + "\n").withStatus(status.code());
        refusal = answer;
        head = null;
        body = null;
        channel.config().setAutoRead(true);
        if (state == State.IDLE || state == State.RECEIVING) {
            sendRefusal(answer);
        }
    }

    private void sendRefusal(Response answer) {
        enter(State.SENDING, settings.requestTimeout().toNanos());
        channel.writeAndFlush(message(answer, true, false)).addListener(sending -> {
            if (sending.isSuccess() && channel instanceof DuplexChannel duplex) {
                enter(State.LINGERING, LINGER_NANOS);
                duplex.shutdownOutput();
            } else {
                channel.close();
            }
        });
    }

    @Override
    public String toString() {
        return "connection of " + client + " (" + state + ")";
    }
}

package dev.weft.http.server;

import dev.weft.http.netty.BodyQueue;
import dev.weft.http.netty.ReceivedHeaders;
import dev.weft.http.netty.WebSocketChannel;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client that speaks HTTP/1.1. Loop thread only; Netty calls the handler methods on the I/O
 * coroutine, and {@link ServerLoop} and {@link Answers} the others, most of them there too.
 *
 * <h2>States</h2>
 *
 * <pre>
 *   IDLE ──first byte──► RECEIVING ──header──► HANDLING ──answer──► SENDING ──► IDLE
 *                            │                                         ├──► DRAINING ──► IDLE
 *                            └──refused──► SENDING ──► LINGERING ◄─────┘      HANDLING ──► UPGRADED
 * </pre>
 *
 * <p>Requests are answered in the order in which they came, one at a time: while one is being answered, those that the
 * client sends ahead wait in {@code ahead}, and beyond a limit the socket is not read. The body of a request goes into
 * its {@link BodyQueue}, which stops the socket too when its reader is slow. All states but HANDLING have a
 * {@code deadline}, after which the connection is closed; the server looks at the deadlines now and then.
 *
 * <p>A request whose answer is sent may still be on its way. A little of it is dropped, and the connection goes on:
 * DRAINING. If more is to come, or the request was refused, the connection ends. To close the socket with bytes unread
 * would reset the connection and could destroy the answer, so that only the sending side is closed, and what comes is
 * dropped until the client closes its side or the deadline comes: LINGERING.
 */
final class ServerConnection implements Carrier, Served {
    private static final int MAX_AHEAD = 16;
    private static final long DRAINED = 256 * 1024;
    private static final Duration LINGER = Duration.ofSeconds(2);

    private enum State {
        IDLE,
        RECEIVING,
        HANDLING,
        SENDING,
        DRAINING,
        LINGERING,
        UPGRADED
    }

    private final ServerLoop server;
    private final ServerSettings settings;
    private final Channel channel;
    private final InetSocketAddress client;
    private final ArrayDeque<Incoming> ahead = new ArrayDeque<>(1);
    private final Gate gate = new Gate();
    private State state = State.IDLE;
    private long deadline;

    /** When bytes came last. */
    private long lastArrival;

    /** From where what is encoded already goes to the socket, or into TLS. */
    private @Nullable ChannelHandlerContext toSocket;

    /** How many bodies have their reasons to leave the socket unread. */
    private int pauses;

    /** The request whose body is being received. */
    private @Nullable Incoming receiving;

    /**
     * The answer to what cannot be accepted; sent after the answers to what came before. Nothing is accepted after it.
     */
    private @Nullable Response refusal;

    /** The request being answered. */
    private @Nullable Incoming current;

    /** What this has become, if it has. */
    private @Nullable WebSocketChannel socket;

    private int status;
    private boolean last;
    private boolean closing;
    private boolean gone;

    ServerConnection(ServerLoop server, ServerSettings settings, Channel channel) {
        this.server = server;
        this.settings = settings;
        this.channel = channel;
        this.client = Clients.address(channel);
        if (settings.tls() == null) {
            rest(server.now());
        } else {
            enter(State.IDLE, server.now(), settings.requestTimeout()); // encryption has to be agreed on by then
        }
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public InetSocketAddress client() {
        return client;
    }

    @Override
    public long now() {
        return server.now();
    }

    /** {@return whether the client has left} */
    @Override
    public boolean isGone() {
        return gone;
    }

    private void enter(State next, long now, Duration patience) {
        state = next;
        deadline = now + patience.toNanos();
    }

    private void rest(long now) {
        enter(State.IDLE, now, settings.idleTimeout());
    }

    private void enterSending(long now) {
        enter(State.SENDING, now, settings.requestTimeout());
    }

    // ---- called by the server

    /** Closes this connection if its deadline has come. */
    @Override
    public void closeIfLate(long now) {
        if (state == State.HANDLING || state == State.UPGRADED || now - deadline < 0) {
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
    @Override
    public void finish() {
        closing = true;
        WebSocketChannel talking = socket;
        if (talking != null) {
            talking.goAway();
        } else if (state == State.IDLE || state == State.DRAINING) {
            channel.close();
        }
    }

    /** Becomes a websocket: this lets go of the channel, and only waits for its end; on the I/O coroutine. */
    @Override
    public void upgrade(WebSocketChannel upgraded) {
        state = State.UPGRADED;
        socket = upgraded;
        status = HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        Incoming answered = current;
        channel.closeFuture().addListener(done -> {
            gone = true;
            if (answered != null) {
                answered.log(settings.accessLog(), status, 0, true);
            }
            server.forget(this);
        });
        channel.pipeline().remove(Arrivals.class);
        channel.pipeline().remove(Requests.class);
        if (closing) {
            channel.eventLoop().execute(upgraded::goAway);
        }
    }

    @Override
    public void closeNow(NettyIo io) {
        Tcp.close(io, channel);
    }

    /**
     * Leaves the channel to another version of the protocol, which this client speaks; on the I/O coroutine, before a
     * byte has come.
     */
    void letGo() {
        channel.pipeline().remove(Arrivals.class);
        channel.pipeline().remove(HttpResponseEncoder.class);
        channel.pipeline().remove(RequestDecoder.class);
        channel.pipeline().remove(Requests.class);
    }

    // ---- receiving

    /** Sees bytes before the codec does. */
    final class Arrivals extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            toSocket = context;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (refusal != null || state == State.LINGERING) {
                ReferenceCountUtil.release(bytes);
                return;
            }
            lastArrival = server.now();
            if (state == State.IDLE) {
                enter(State.RECEIVING, lastArrival, settings.requestTimeout());
            }
            context.fireChannelRead(bytes);
        }
    }

    /** Puts the parts of requests together. */
    final class Requests extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof HttpObject part && refusal == null && state != State.LINGERING) {
                    receive(part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            gone = true;
            var why = new IOException("the connection was closed");
            Incoming unfinished = receiving;
            if (unfinished != null) {
                unfinished.body().fail(why);
            }
            Incoming answered = current;
            if (answered != null) {
                answered.clientLeft();
            }
            server.forget(ServerConnection.this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // reset by the client
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
        Incoming request = receiving;
        if (part instanceof HttpContent content && request != null) {
            request.body().offer(content.content());
            if (part instanceof LastHttpContent) {
                receiving = null;
                request.body().end();
                if (state == State.DRAINING) {
                    goOn(lastArrival);
                }
            } else if (state == State.DRAINING && request.body().received() > DRAINED) {
                linger();
            }
        }
    }

    private boolean begin(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (version.majorVersion() != 1) {
            refuse(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "this server speaks HTTP/1.0 and HTTP/1.1");
            return false;
        }
        String problem = RequestRules.problem(request, settings.maxHeaders());
        if (problem != null) {
            refuse(RequestRules.refusal(request, settings.maxHeaders()), problem);
            return false;
        }
        var incoming =
                new Incoming(this, request, new ReceivedHeaders(request.headers()), new BodyQueue(gate), lastArrival);
        receiving = incoming;
        if (state == State.RECEIVING) {
            handle(incoming);
        } else {
            ahead.add(incoming);
            updateReading();
        }
        return true;
    }

    /** Leaves the socket unread while a body waits for its reader. */
    private final class Gate implements BodyQueue.Gate {
        @Override
        public void pause() {
            pauses++;
            updateReading();
        }

        @Override
        public void resume() {
            channel.eventLoop().execute(() -> {
                pauses--;
                updateReading();
            });
        }
    }

    private void updateReading() {
        boolean read = refusal != null || state == State.LINGERING || (pauses == 0 && ahead.size() < MAX_AHEAD);
        if (channel.config().isAutoRead() != read) {
            channel.config().setAutoRead(read);
        }
    }

    // ---- answering

    private void handle(Incoming incoming) {
        state = State.HANDLING;
        current = incoming;
        if (!server.spawn(incoming)) {
            channel.close();
        }
    }

    /** Tells a client that waits for it to send the body; called by the task that reads it. */
    @Override
    public void giveLeave(Incoming incoming) {
        if (!incoming.expectsLeave()) {
            return;
        }
        incoming.leaveGiven();
        channel.eventLoop().execute(() -> {
            if (current == incoming && state == State.HANDLING) {
                channel.writeAndFlush(
                        new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
                        channel.voidPromise());
            }
        });
    }

    /** Sends an answer whose body is in memory; on the I/O coroutine. */
    @Override
    public void respond(Incoming answered, Response response) {
        if (answered != current || !channel.isActive()) {
            answered.log(settings.accessLog(), response.status(), 0, false);
            return;
        }
        decideLast(answered, response);
        boolean head = answered.method().equals("HEAD");
        long now = server.now();
        enterSending(now);
        whenSent(send(response, answered.oldClient(), head, now), answered, head ? 0 : response.body().length, now);
    }

    private ChannelFuture send(Response response, boolean oldClient, boolean toHead, long now) {
        ChannelHandlerContext context = toSocket;
        if (context == null) {
            throw new AssertionError("no channel yet");
        }
        return context.writeAndFlush(
                server.answerBytes().whole(response, server.date(now), connectionField(oldClient), oldClient, toHead));
    }

    /** {@return what the answer says about the connection; null to leave that to the response} */
    private @Nullable String connectionField(boolean oldClient) {
        return last ? "close" : oldClient ? "keep-alive" : null;
    }

    /** Sends the header of an answer whose body follows; on the I/O coroutine. */
    @Override
    public void begin(Incoming answered, Response response) {
        if (answered != current || !channel.isActive()) {
            return;
        }
        decideLast(answered, response);
        if (response.length() < 0 && answered.oldClient()) {
            last = true; // it does not know chunks: the end of the connection ends the body
        }
        HttpHeaders headers = headers(response, answered.oldClient());
        channel.writeAndFlush(
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()), headers),
                channel.voidPromise());
    }

    /** Ends an answer whose body has been written; on the I/O coroutine. */
    @Override
    public void end(Incoming answered, long bytes) {
        if (answered != current || !channel.isActive()) {
            answered.log(settings.accessLog(), status, bytes, false);
            return;
        }
        long now = server.now();
        enterSending(now);
        whenSent(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), answered, bytes, now);
    }

    /**
     * Cuts the connection in the middle of an answer, so that the client sees that it is not whole; on the I/O
     * coroutine.
     */
    @Override
    public void breakOff(Incoming answered, long bytes) {
        answered.log(settings.accessLog(), status, bytes, false);
        channel.close();
    }

    private void decideLast(Incoming answered, Response response) {
        status = response.status();
        last = closing
                || !answered.keepAlive()
                || answered.expectsLeave() // nobody knows whether the body comes now
                || (!answered.body().isEnded()
                        && answered.announced() - answered.body().received() > DRAINED)
                || HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(
                        response.headers().first("connection"));
    }

    private HttpHeaders headers(Response response, boolean oldClient) {
        HttpHeaders headers = AnswerHead.of(response, server.date(server.now()));
        if (response.length() < 0 && !oldClient) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        String connection = connectionField(oldClient);
        if (connection != null) {
            headers.set(HttpHeaderNames.CONNECTION, connection);
        }
        return headers;
    }

    private void whenSent(ChannelFuture sending, Incoming answered, long bytes, long now) {
        if (sending.isDone()) {
            sent(sending, answered, bytes, now);
        } else {
            sending.addListener(done -> sent(sending, answered, bytes, server.now()));
        }
    }

    private void sent(ChannelFuture sending, Incoming answered, long bytes, long now) {
        answered.log(settings.accessLog(), status, bytes, sending.isSuccess());
        current = null;
        if (!sending.isSuccess()) {
            channel.close();
            return;
        }
        answered.body().discard();
        if (answered.body().isEnded()) {
            if (last) {
                channel.close();
            } else {
                goOn(now);
            }
        } else if (last || answered.body().received() > DRAINED) {
            linger();
        } else {
            enter(State.DRAINING, now, settings.requestTimeout());
        }
    }

    /** Turns to what comes next. */
    private void goOn(long now) {
        Incoming next = ahead.poll();
        if (next != null) {
            updateReading();
            handle(next);
        } else if (refusal != null) {
            sendRefusal(refusal);
        } else if (closing) {
            channel.close();
        } else {
            rest(now);
        }
    }

    private void linger() {
        if (channel instanceof DuplexChannel duplex && channel.isActive()) {
            enter(State.LINGERING, server.now(), LINGER);
            updateReading();
            SslHandler encryption = channel.pipeline().get(SslHandler.class);
            if (encryption != null) {
                encryption.closeOutbound();
            } else {
                duplex.shutdownOutput();
            }
        } else {
            channel.close();
        }
    }

    // ---- refusing

    private void refuseMalformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException && receiving == null) {
            refuse(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "the first line is longer than " + settings.maxHeaderSize() + " bytes");
        } else if (cause instanceof TooLongFrameException && receiving == null) {
            refuse(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the header is larger than " + settings.maxHeaderSize() + " bytes");
        } else {
            refuse(HttpResponseStatus.BAD_REQUEST, "this is no well-formed request of HTTP/1.1");
        }
    }

    /** Refuses what is coming in; if it is the body of a request, its reader is told. */
    private void refuse(HttpResponseStatus code, String why) {
        Response answer = Response.text(why + "\n").withStatus(code.code()).withHeader("Connection", "close");
        refusal = answer;
        Incoming unfinished = receiving;
        receiving = null;
        updateReading();
        if (unfinished != null) {
            unfinished.body().fail(new ErrorResponse(answer, null));
        }
        if (state == State.IDLE || state == State.RECEIVING) {
            sendRefusal(answer);
        } else if (state == State.DRAINING) {
            channel.close();
        }
    }

    private void sendRefusal(Response answer) {
        last = true;
        long now = server.now();
        enterSending(now);
        AccessLog log = settings.accessLog();
        if (log != null) {
            log.answered(new AccessLog.Entry(
                    client, "-", "-", answer.status(), answer.body().length, Duration.ZERO, null, true));
        }
        send(answer, false, false, now).addListener(sending -> {
            if (sending.isSuccess()) {
                linger();
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

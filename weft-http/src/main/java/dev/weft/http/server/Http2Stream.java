package dev.weft.http.server;

import dev.weft.http.netty.BodyQueue;
import dev.weft.http.netty.ReceivedHeaders;
import dev.weft.http.netty.StreamWindow;
import dev.weft.http.netty.WebSocketChannel;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a connection of HTTP/2: a request and its answer. Loop thread only; the callers are those of a
 * {@link ServerConnection}.
 *
 * <pre>
 *   NEW ──header──► HANDLING ──answer──► SENDING ──sent──► over, or DRAINING ──► over
 *    └──refused────────────────────────────►┘
 * </pre>
 *
 * <p>The stream is over when both sides have said their last. If the answer is sent while the request is still coming,
 * a little of it is dropped, for a moment, in which the client sees the answer and stops: DRAINING. Then the rest is
 * refused (RST_STREAM with NO_ERROR), which leaves the answer valid, though not all clients see it so. An answer that
 * breaks off resets the stream. Nothing of this disturbs the connection.
 */
final class Http2Stream implements Carrier {
    private enum State {
        NEW,
        HANDLING,
        SENDING,
        DRAINING
    }

    private static final long DRAINED = 256 * 1024;
    private static final long DRAIN_NANOS = Duration.ofSeconds(2).toNanos();

    private final ServerLoop server;
    private final ServerSettings settings;
    private final Http2Connection connection;
    private final Channel channel;
    private final InetSocketAddress client;
    private final StreamWindow window = new StreamWindow(Http2Connection.WINDOW);
    private State state = State.NEW;
    private long deadline;
    private @Nullable Incoming request;
    private int status;
    private long receivedBefore;
    private boolean gone;

    Http2Stream(ServerLoop server, ServerSettings settings, Http2Connection connection, Channel channel) {
        this.server = server;
        this.settings = settings;
        this.connection = connection;
        this.channel = channel;
        this.client = Clients.address(channel.parent());
        window.attach(channel);
        this.deadline = server.now() + settings.requestTimeout().toNanos();
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

    @Override
    public boolean isGone() {
        return gone;
    }

    // ---- called by the connection

    void closeIfLate(long now) {
        if (state == State.HANDLING || now - deadline < 0) {
            return;
        }
        if (state == State.DRAINING) {
            reset(Http2Error.NO_ERROR);
        } else {
            channel.close();
        }
    }

    /** The connection is to end. */
    void finish() {
        if (state == State.DRAINING) {
            reset(Http2Error.NO_ERROR);
        }
    }

    /** The client has given up this stream, or its connection has ended. */
    void clientLeft() {
        if (gone) {
            return;
        }
        gone = true;
        Incoming answered = request;
        if (answered != null) {
            answered.body().fail(new IOException("the stream was closed"));
            answered.clientLeft();
        }
        channel.eventLoop().execute(channel::close); // also where what has come has not been read
    }

    /** Ends this stream without a word. */
    void abandon() {
        clientLeft();
        channel.close();
    }

    // ---- receiving

    /** Puts the parts of the request together. */
    final class Requests extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof HttpObject part && !gone) {
                    receive(part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame) {
                clientLeft();
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            clientLeft();
            connection.forget(Http2Stream.this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            reset(Http2Error.PROTOCOL_ERROR); // what cannot be made a request
        }
    }

    private void receive(HttpObject part) {
        if (part instanceof HttpRequest head && state == State.NEW) {
            begin(head);
        }
        Incoming incoming = request;
        if (part instanceof HttpContent content && incoming != null) {
            incoming.body().offer(content.content());
            if (part instanceof LastHttpContent) {
                incoming.body().end();
            } else if (state == State.DRAINING && incoming.body().received() - receivedBefore > DRAINED) {
                reset(Http2Error.NO_ERROR);
            }
        }
    }

    private void begin(HttpRequest head) {
        String problem = RequestRules.problemOfHttp2(head, settings.maxHeaders());
        var incoming =
                new Incoming(this, head, new ReceivedHeaders(head.headers()), new BodyQueue(window), server.now());
        head.headers().remove(HttpHeaderNames.TRANSFER_ENCODING); // Netty's, for a body of unknown length
        request = incoming;
        state = State.HANDLING;
        if (problem != null) {
            int refusal = RequestRules.refusal(head, settings.maxHeaders()).code();
            respond(incoming, Response.text(problem + "\n").withStatus(refusal));
        } else if (!server.spawn(incoming)) {
            reset(Http2Error.REFUSED_STREAM); // closing: nothing has been done, and the client may ask another server
        }
    }

    // ---- answering

    @Override
    public void giveLeave(Incoming incoming) {
        if (!incoming.expectsLeave()) {
            return;
        }
        incoming.leaveGiven();
        channel.eventLoop().execute(() -> {
            if (state == State.HANDLING && channel.isActive()) {
                channel.writeAndFlush(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
            }
        });
    }

    @Override
    public void respond(Incoming answered, Response response) {
        if (!channel.isActive()) {
            answered.log(settings.accessLog(), response.status(), 0, false);
            return;
        }
        status = response.status();
        boolean head = answered.method().equals("HEAD");
        var message = AnswerHead.whole(response, AnswerHead.of(response, server.date(server.now())), head);
        enterSending();
        whenSent(channel.writeAndFlush(message), answered, head ? 0 : response.body().length);
    }

    @Override
    public void begin(Incoming answered, Response response) {
        if (!channel.isActive()) {
            return;
        }
        status = response.status();
        channel.writeAndFlush(new DefaultHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                AnswerHead.of(response, server.date(server.now()))));
    }

    @Override
    public void end(Incoming answered, long bytes) {
        if (!channel.isActive()) {
            answered.log(settings.accessLog(), status, bytes, false);
            return;
        }
        enterSending();
        whenSent(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), answered, bytes);
    }

    @Override
    public void breakOff(Incoming answered, long bytes) {
        answered.log(settings.accessLog(), status, bytes, false);
        reset(Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void upgrade(WebSocketChannel upgraded) {
        throw new AssertionError("websockets go over HTTP/1.1, and no request of HTTP/2 asks for one");
    }

    private void enterSending() {
        state = State.SENDING;
        deadline = server.now() + settings.requestTimeout().toNanos();
    }

    private void whenSent(ChannelFuture sending, Incoming answered, long bytes) {
        if (sending.isDone()) {
            sent(sending, answered, bytes);
        } else {
            sending.addListener(done -> sent(sending, answered, bytes));
        }
    }

    private void sent(ChannelFuture sending, Incoming answered, long bytes) {
        answered.log(settings.accessLog(), status, bytes, sending.isSuccess());
        answered.body().discard();
        if (!sending.isSuccess()) {
            channel.close();
        } else if (!answered.body().isEnded()) {
            state = State.DRAINING;
            deadline = server.now() + DRAIN_NANOS;
            receivedBefore = answered.body().received();
            if (connection.isFinishing()) {
                finish();
            }
        }
    }

    private void reset(Http2Error why) {
        if (channel.isActive()) {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(why)).addListener(done -> channel.close());
        }
    }

    @Override
    public String toString() {
        return "stream of " + client + " (" + state + ")";
    }
}

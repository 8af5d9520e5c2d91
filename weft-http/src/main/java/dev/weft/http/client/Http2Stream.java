package dev.weft.http.client;

import dev.weft.http.HttpVersion;
import dev.weft.http.client.Exchange.Broken;
import dev.weft.http.client.Exchange.Unanswered;
import dev.weft.http.netty.BodyQueue;
import dev.weft.http.netty.StreamWindow;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2NoMoreStreamIdsException;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a connection of HTTP/2: one request and its response. It has a lease of the connection's slot, and
 * gives it back when its channel is closed, which is when both sides have said their last, or one has given the stream
 * up (RST_STREAM). The connection goes on either way.
 */
final class Http2Stream extends RoundTrip {
    private final Slot slot;
    private final Http2Connection connection;
    private final boolean used;
    private final StreamWindow window = new StreamWindow(Http2Connection.WINDOW);
    private final Handover<Channel> opened = new Handover<>();
    private @Nullable Channel channel;
    private boolean released;

    /** Whether the server has said that it did nothing with the request. */
    private boolean refused;

    /** Why the last part of the request could not be sent, if so. */
    private @Nullable Throwable unsent;

    /** Why the server gave the stream up, if it did. */
    private @Nullable String reset;

    Http2Stream(NettyIo io, ConnectionPool pool, Slot slot, Http2Connection connection) {
        super(io, pool);
        this.slot = slot;
        this.connection = connection;
        this.used = connection.isUsed();
    }

    @Override
    HttpVersion version() {
        return HttpVersion.HTTP_2;
    }

    @Override
    boolean isUsed() {
        return used;
    }

    @Override
    BodyQueue.Gate gate() {
        return window;
    }

    @Override
    @Nullable
    Channel channelFor(Exchange next) {
        opened.awaitUncancellable(); // a step of the I/O coroutine, and no answer of the server
        return opened.result();
    }

    @Override
    void close() {
        var closed = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            Channel open = channel;
            if (open == null) {
                release();
                closed.complete(true);
            } else {
                open.closeFuture().addListener(done -> closed.complete(true));
                open.close(); // resets the stream if it has not ended
            }
        });
        closed.awaitUncancellable();
    }

    @Override
    void retire(Exchange answered) {
        if (answered.body().isEnded()) {
            close();
        }
    }

    private void release() {
        if (!released) {
            released = true;
            pool.keep(slot);
        }
    }

    // ---- called on the I/O coroutine

    @Override
    boolean begin(Exchange next) {
        if (!connection.isOpen()) {
            return refuse(next, null);
        }
        Future<Http2StreamChannel> opening = new Http2StreamChannelBootstrap(connection.channel())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        window.attach(stream);
                        stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(false), new Responses());
                    }
                })
                .open(); // done at once
        if (!opening.isSuccess()) {
            return refuse(next, opening.cause());
        }
        Channel stream = opening.getNow();
        channel = stream;
        exchange = next;
        connection.opened(stream);
        stream.closeFuture().addListener(done -> release());
        next.wroteFirst();
        opened.complete(stream);
        return true;
    }

    private boolean refuse(Exchange next, @Nullable Throwable cause) {
        var why = Unanswered.refused("the connection takes no more requests", cause);
        next.breakOff(why);
        opened.fail(why);
        return false;
    }

    @Override
    void write(HttpObject part) {
        Channel stream = channel;
        if (stream == null) {
            throw new AssertionError("the stream has not been opened");
        }
        stream.writeAndFlush(part).addListener(done -> {
            unsent = done.cause();
            if (isUnsendable(unsent)) {
                refused = true;
                connection.drain();
            }
        });
    }

    /** {@return whether the codec did not send the header of a request, for want of a stream or a number for it} */
    private static boolean isUnsendable(@Nullable Throwable cause) {
        return cause instanceof Http2NoMoreStreamIdsException
                || (cause instanceof Http2Exception e && e.error() == Http2Error.REFUSED_STREAM);
    }

    @Override
    public void over(Exchange ended, boolean reusable) {
        if (exchange != ended) {
            return; // it never began here
        }
        exchange = null;
        Channel stream = channel;
        if (!reusable && stream != null) {
            stream.close();
        }
    }

    /** Hands the parts of the response to the exchange. */
    private final class Responses extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                Exchange waiting = exchange;
                if (waiting != null && message instanceof HttpObject part) {
                    waiting.arrived(io.loop().now());
                    waiting.receive(part);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        /** What the server says about the end of the stream counts once its channel is closed. */
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame frame) {
                Http2Error error = Http2Error.valueOf(frame.errorCode());
                refused = error == Http2Error.REFUSED_STREAM;
                reset = error == null ? "error " + frame.errorCode() : error.name();
            } else if (event instanceof Http2GoAwayFrame) {
                refused = true; // it names a stream before this one as the last that it has served
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            Exchange waiting = exchange;
            if (waiting == null) {
                return;
            }
            String why = reset;
            if (refused && !waiting.isAnswered()) {
                waiting.breakOff(Unanswered.refused("the server refused to serve the request now", unsent));
            } else if (why != null) {
                waiting.gaveUp(why);
            } else if (connection.channel().isActive()) {
                waiting.breakOff(new Broken(
                        RequestException.Disconnected::new,
                        "the stream was closed before the response was complete",
                        unsent));
            } else {
                waiting.lost(null);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            Exchange waiting = exchange;
            if (waiting != null) {
                waiting.breakOff(problem(cause));
            }
            context.close();
        }
    }

    private static Broken problem(Throwable cause) {
        if (cause instanceof Http2Exception.HeaderListSizeException) {
            return new Broken(
                    RequestException.TooLarge::new,
                    "the header of the response is larger than " + Exchange.MAX_HEADER_SIZE + " bytes",
                    cause);
        }
        if (cause instanceof IOException) {
            return new Broken(RequestException.Disconnected::new, "the connection broke: " + cause.getMessage(), cause);
        }
        return new Broken(
                RequestException.Malformed::new,
                "the response is not well-formed HTTP/2: " + cause.getMessage(),
                cause);
    }
}

package dev.weft.http.client;

import dev.weft.http.netty.Http2Codec;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A connection that speaks HTTP/2. Netty's codec reads and writes its frames, and makes a channel of each stream, which
 * an {@link Http2Stream} uses. I/O coroutine only.
 *
 * <p>The pool is told how many streams the server allows: one until its settings arrive, then what they say,
 * {@value #MAX_STREAMS} at most. When the server says that it takes no more (GOAWAY), or has no numbers left, the pool
 * offers the connection to nobody any more, and closes it when the last stream has ended.
 *
 * <p>The window of the connection is as large as those of all streams together, so that a response that is read slowly
 * holds up no other.
 */
final class Http2Connection {
    /** How many requests one connection has under way at most, whatever the server allows. */
    static final int MAX_STREAMS = 256;

    /** How much of a response the server may send ahead of its reader. */
    static final int WINDOW = 512 * 1024;

    private static final long LAST_WORDS_MILLIS = 1_000;

    private final ConnectionPool pool;
    private final Slot slot;
    private final Channel channel;
    private final ChannelHandlerContext codec;
    private final Set<Channel> streams = new LinkedHashSet<>();
    private boolean settled;
    private boolean used;
    private boolean draining;

    /** Takes over a channel that has nothing but TLS in its pipeline, if that. */
    Http2Connection(ConnectionPool pool, Slot slot, Channel channel) {
        this.pool = pool;
        this.slot = slot;
        this.channel = channel;
        Http2FrameCodec frames = Http2Codec.build(Http2FrameCodecBuilder.forClient()
                .initialSettings(Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .maxHeaderListSize(Exchange.MAX_HEADER_SIZE)
                        .initialWindowSize(WINDOW))
                .encoderIgnoreMaxHeaderListSize(true) // the server says 431, as over HTTP/1.1
                .gracefulShutdownTimeoutMillis(LAST_WORDS_MILLIS));
        channel.pipeline().addLast(frames, new Http2MultiplexHandler(new Uninvited()), new Rest());
        this.codec = channel.pipeline().context(frames);
        channel.writeAndFlush(
                new DefaultHttp2WindowUpdateFrame(WINDOW * MAX_STREAMS - Http2CodecUtil.DEFAULT_WINDOW_SIZE),
                channel.voidPromise());
    }

    Channel channel() {
        return channel;
    }

    /** {@return whether new streams may be opened} */
    boolean isOpen() {
        return !draining && channel.isActive();
    }

    boolean isUsed() {
        return used;
    }

    void opened(Channel stream) {
        streams.add(stream);
        stream.closeFuture().addListener(done -> {
            streams.remove(stream);
            used = true;
        });
    }

    /** Takes no more requests. */
    void drain() {
        if (!draining) {
            draining = true;
            pool.drain(slot);
        }
    }

    /** Ends all streams and the connection at once. */
    void abandon() {
        draining = true;
        List.copyOf(streams).forEach(Channel::close);
        channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        codec.close(); // not the channel's, which waits for the streams
    }

    /** The end of the pipeline: what concerns no stream. */
    private final class Rest extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            try {
                if (frame instanceof Http2SettingsFrame said) {
                    Long most = said.settings().maxConcurrentStreams();
                    if (most != null || !settled) {
                        settled = true;
                        pool.allow(slot, most == null ? MAX_STREAMS : (int) Math.min(most, MAX_STREAMS));
                    }
                } else if (frame instanceof Http2GoAwayFrame) {
                    drain();
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            draining = true;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            draining = true;
            codec.close();
        }
    }

    /** Servers open no streams, since they were told not to. */
    private static final class Uninvited extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.close();
        }
    }
}

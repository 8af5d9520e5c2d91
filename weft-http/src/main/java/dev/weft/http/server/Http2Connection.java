package dev.weft.http.server;

import dev.weft.http.netty.Http2Codec;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One connection of a client that speaks HTTP/2. Netty's codec reads and writes its frames, and makes a channel of each
 * stream, which an {@link Http2Stream} serves. Loop thread only.
 *
 * <pre>
 *   QUIET ⇄ streams ──► finish: GOAWAY ──last stream ends, or the grace period──► closed
 * </pre>
 *
 * <p>A connection without streams has a deadline. The streams have theirs, as requests of HTTP/1.1 do.
 *
 * <p>What a client can make this side keep is bounded: by the number of its streams, by the window of each, by the size
 * of a header, and, in Netty's codec, by the number of frames without content, of resets in a time, and of answers that
 * the client does not take (such as those to pings). The window of the connection is as large as those of all streams
 * together, so that a handler that reads slowly holds up its own stream and no other.
 */
final class Http2Connection implements Served {
    /** How much of a request's body the client may send ahead of its reader. */
    static final int WINDOW = 256 * 1024;

    /** How many streams a client may give up in a time; one that does so more often is cut off. */
    private static final int MAX_RESETS = 200;

    private static final int RESET_SECONDS = 30;

    private final ServerLoop server;
    private final ServerSettings settings;
    private final Channel channel;
    private final ChannelHandlerContext codec;
    private final Set<Http2Stream> streams = new LinkedHashSet<>();
    private long deadline;
    private boolean finishing;

    /** Takes over a channel that has nothing but TLS in its pipeline, if that; on the I/O coroutine. */
    Http2Connection(ServerLoop server, ServerSettings settings, Channel channel) {
        this.server = server;
        this.settings = settings;
        this.channel = channel;
        this.deadline = server.now() + settings.requestTimeout().toNanos();
        Http2FrameCodec frames = Http2Codec.build(Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(settings.maxStreams())
                        .maxHeaderListSize(settings.maxHeaderSize())
                        .initialWindowSize(WINDOW))
                .validateRequiredPseudoHeaders(true)
                .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS)
                .gracefulShutdownTimeoutMillis(settings.grace().toMillis()));
        channel.pipeline().addLast(frames, new Http2MultiplexHandler(new Streams()), new Rest());
        this.codec = channel.pipeline().context(frames);
        long all = (long) WINDOW * settings.maxStreams();
        int more = (int) Math.min(all, Integer.MAX_VALUE) - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
        channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame(more), channel.voidPromise());
    }

    @Override
    public void closeIfLate(long now) {
        if (streams.isEmpty()) {
            if (now - deadline >= 0) {
                finish();
            }
        } else {
            List.copyOf(streams).forEach(stream -> stream.closeIfLate(now));
        }
    }

    @Override
    public void finish() {
        if (!finishing) {
            finishing = true;
            List.copyOf(streams).forEach(Http2Stream::finish);
            channel.close(); // the codec says GOAWAY, and waits for the streams
        }
    }

    @Override
    public void closeNow(NettyIo io) {
        io.eventLoop().execute(() -> {
            List.copyOf(streams).forEach(Http2Stream::abandon);
            codec.close(); // not the channel's, which waits for the streams
        });
        Tcp.close(io, channel);
    }

    boolean isFinishing() {
        return finishing;
    }

    void forget(Http2Stream stream) {
        streams.remove(stream);
        if (streams.isEmpty()) {
            deadline = server.now() + settings.idleTimeout().toNanos();
        }
    }

    /** Begins the streams that the client opens. */
    private final class Streams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel opened) {
            var stream = new Http2Stream(server, settings, Http2Connection.this, opened);
            streams.add(stream);
            opened.pipeline().addLast(new RequestFrames(), stream.new Requests());
        }
    }

    /** The end of the pipeline: what concerns no stream, and the end. */
    private final class Rest extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            ReferenceCountUtil.release(frame); // the codec has done what is to be done
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            List.copyOf(streams).forEach(Http2Stream::clientLeft);
            server.forget(Http2Connection.this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            codec.close(); // reset by the client; what breaks the protocol the codec has answered
        }
    }

    @Override
    public String toString() {
        return "connection of " + channel.remoteAddress() + " (HTTP/2, " + streams.size() + " streams"
                + (finishing ? ", finishing" : "") + ")";
    }
}

package dev.weft.http.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import org.jspecify.annotations.Nullable;

/**
 * Lets the peer send as much on a stream of HTTP/2 as has been read of it (RFC 9113, 5.2), so that what waits for its
 * reader is never more than the window. The channel itself is always read: Netty would keep each frame that it may not
 * hand on, with objects of its own for every byte that comes alone.
 *
 * <p>{@code attach} runs on the I/O coroutine; the rest as {@link BodyQueue.Gate} says.
 */
public final class StreamWindow implements BodyQueue.Gate {
    /** After how many bytes the peer is told. */
    private final int batch;

    private @Nullable Channel stream;
    private int untold;

    /**
     * Makes a window of a stream that is to come.
     *
     * @param size how many bytes the peer may send ahead of the reader
     */
    public StreamWindow(int size) {
        this.batch = size / 4;
    }

    /**
     * Begins to say how much the peer may send on a stream.
     *
     * @param opened the channel of the stream, whose pipeline has no handler of bodies yet
     */
    public void attach(Channel opened) {
        opened.config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
        opened.pipeline().addLast(new Padding());
        stream = opened;
    }

    /** Does nothing: a peer cannot send more than the window. */
    @Override
    public void pause() {}

    /** Does nothing, as nothing was stopped. */
    @Override
    public void resume() {}

    @Override
    public void took(int bytes) {
        untold += bytes;
        Channel open = stream;
        if (untold >= batch && open != null) {
            int told = untold;
            untold = 0;
            open.eventLoop().execute(() -> open.writeAndFlush(new DefaultHttp2WindowUpdateFrame(told)));
        }
    }

    /** Gives back at once what nobody reads. */
    private static final class Padding extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2DataFrame data) {
                int padding = data.initialFlowControlledBytes() - data.content().readableBytes();
                if (padding > 0) {
                    context.write(new DefaultHttp2WindowUpdateFrame(padding)); // flushed at the end of the read
                }
            }
            context.fireChannelRead(frame);
        }
    }
}

package dev.weft.http.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;

/** Netty's codec for the frames of HTTP/2, with what both sides mend in it. */
public final class Http2Codec {
    private Http2Codec() {}

    /**
     * {@return a codec that drops frames of unknown types, as RFC 9113 (4.1) asks}
     *
     * <p>Netty's hands them to their stream, whose channel keeps what is not read: since no window is spent on them, a
     * peer could fill the memory with them. And where the stream has ended or never began, it ends the connection.
     *
     * @param builder what the codec is like
     */
    public static Http2FrameCodec build(Http2FrameCodecBuilder builder) {
        Http2FrameCodec codec = builder.build();
        codec.decoder()
                .frameListener(new Http2FrameListenerDecorator(codec.decoder().frameListener()) {
                    @Override
                    public void onUnknownFrame(
                            ChannelHandlerContext context, byte type, int stream, Http2Flags flags, ByteBuf payload) {
                        // of a later version, or an extension that was not agreed on
                    }
                });
        return codec;
    }
}

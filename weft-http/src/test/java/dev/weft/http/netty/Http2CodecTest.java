package dev.weft.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Http2CodecTest {
    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    @Test
    void framesOfUnknownTypesReachNoStreamWhichWouldKeepThemForItsReader() {
        List<Object> arrived = new ArrayList<>();
        var channel = new EmbeddedChannel(
                Http2Codec.build(Http2FrameCodecBuilder.forServer()), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object frame) {
                        arrived.add(frame);
                        ReferenceCountUtil.release(frame);
                    }
                });
        byte[] get = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 1, 1, 'h'};
        channel.writeInbound(Unpooled.wrappedBuffer(
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                frame(4, 0, 0, new byte[0]),
                frame(1, 4, 1, get)));
        for (int i = 0; i < 10; i++) {
            channel.writeInbound(Unpooled.wrappedBuffer(frame(0x77, 0, 1, new byte[1000])));
        }
        assertThat(arrived).hasSize(2);
        assertThat(arrived.getFirst()).isInstanceOf(Http2SettingsFrame.class);
        assertThat(arrived.getLast()).isInstanceOf(Http2HeadersFrame.class);
        channel.finishAndReleaseAll();
    }
}

package dev.weft.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Frames;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Http2CodecTest {
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
        channel.writeInbound(
                Unpooled.wrappedBuffer(Frames.PREFACE, Frames.SETTINGS, Frames.frame(Frames.HEADERS, 4, 1, get)));
        for (int i = 0; i < 10; i++) {
            channel.writeInbound(Unpooled.wrappedBuffer(Frames.frame(0x77, 0, 1, new byte[1000])));
        }
        assertThat(arrived).hasSize(2);
        assertThat(arrived.getFirst()).isInstanceOf(Http2SettingsFrame.class);
        assertThat(arrived.getLast()).isInstanceOf(Http2HeadersFrame.class);
        channel.finishAndReleaseAll();
    }
}

package dev.weft.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.ws.WebSocketMessage;
import dev.weft.http.ws.WebSocketOptions;
import dev.weft.net.netty.NettyIo;
import dev.weft.testing.LoopTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionDecoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionEncoder;
import java.time.Duration;
import java.util.List;

/** What the other side can make a websocket keep. */
class WebSocketChannelTest {
    /** Takes the place of compression, and counts what is decompressed. */
    private static final class Counting implements WebSocketExtension {
        private int decoded;

        @Override
        public int rsv() {
            return RSV1;
        }

        @Override
        public WebSocketExtensionEncoder newExtensionEncoder() {
            return new WebSocketExtensionEncoder() {
                @Override
                protected void encode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) {
                    out.add(frame.retain());
                }
            };
        }

        @Override
        public WebSocketExtensionDecoder newExtensionDecoder() {
            return new WebSocketExtensionDecoder() {
                @Override
                protected void decode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) {
                    decoded++;
                    out.add(frame.retain());
                }
            };
        }
    }

    @LoopTest
    void whatCameAlongStaysCompressedWhileMessagesWait() {
        var channel = new EmbeddedChannel();
        var socket = new WebSocketChannel(NettyIo.current(), channel, WebSocketOptions.DEFAULT.maxMessageSize(1000));
        var counting = new Counting();
        socket.install(counting);
        socket.begin(null);
        for (int i = 0; i < 10; i++) {
            byte[] bytes = new byte[600];
            bytes[0] = (byte) i;
            channel.writeInbound(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(bytes)));
        }
        assertThat(counting.decoded).isEqualTo(2);
        assertThat(channel.config().isAutoRead()).isFalse();
        for (int i = 0; i < 10; i++) {
            assertThat(socket.receive())
                    .isInstanceOf(WebSocketMessage.Binary.class)
                    .extracting(message -> ((WebSocketMessage.Binary) message).bytes()[0])
                    .isEqualTo((byte) i);
        }
        assertThat(counting.decoded).isEqualTo(10);
        Weft.sleep(Duration.ofMillis(1)); // the last of them has had the socket read again
        channel.writeInbound(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(new byte[1])));
        assertThat(socket.receive()).isNotNull();
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.finishAndReleaseAll();
    }

    @LoopTest
    void whatWaitsCompressedIsReleasedWithTheConnection() {
        var channel = new EmbeddedChannel();
        var socket = new WebSocketChannel(NettyIo.current(), channel, WebSocketOptions.DEFAULT.maxMessageSize(1000));
        socket.install(new Counting());
        socket.begin(null);
        var last = Unpooled.buffer().writeZero(600);
        for (int i = 0; i < 5; i++) {
            channel.writeInbound(new BinaryWebSocketFrame(Unpooled.buffer().writeZero(600)));
        }
        channel.writeInbound(new BinaryWebSocketFrame(last));
        channel.close();
        channel.finishAndReleaseAll();
        assertThat(last.refCnt()).isZero();
        assertThat(socket.receive()).isNotNull();
        assertThat(socket.receive()).isNotNull();
        assertThat(socket.isOpen()).isFalse();
    }

    @LoopTest
    void pingsOfSomebodyWhoTakesNothingAreAnsweredOnce() {
        var stuck = new ChannelOutboundHandlerAdapter() {
            private boolean open;

            @Override
            public void flush(ChannelHandlerContext context) {
                if (open) {
                    context.flush();
                }
            }
        };
        var channel = new EmbeddedChannel(stuck);
        var socket = new WebSocketChannel(NettyIo.current(), channel, WebSocketOptions.DEFAULT);
        socket.install(null);
        socket.begin(null);
        for (int i = 0; i < 10_000; i++) {
            channel.writeInbound(
                    new PingWebSocketFrame(Unpooled.buffer().writeInt(i).writeZero(100)));
        }
        assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(100_000);
        stuck.open = true;
        channel.flush();
        PongWebSocketFrame pong = null;
        for (PongWebSocketFrame next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            if (pong != null) {
                pong.release();
            }
            pong = next;
        }
        assertThat(pong.content().readInt()).as("the last ping").isEqualTo(9_999);
        pong.release();
        channel.finishAndReleaseAll();
    }
}

package dev.weft.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;

/** Finds out whether a client speaks HTTP/2. A connection is one of HTTP/1.1 until then, with the pipeline and the deadlines of that. */
final class VersionChoice {
    /** The protocols' names in the handshake of TLS. */
    static final String HTTP_2 = "h2";

    static final String HTTP_1_1 = "http/1.1";

    private VersionChoice() {}

    /** Over TLS the handshake says it. */
    static final class ByTls extends ChannelInboundHandlerAdapter {
        private final Runnable turn;

        ByTls(Runnable turn) {
            this.turn = turn;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                if (done.isSuccess()
                        && tls != null
                        && HTTP_2.equals(tls.engine().getApplicationProtocol())) {
                    turn.run();
                }
                context.fireUserEventTriggered(event);
                context.pipeline().remove(this);
            } else {
                context.fireUserEventTriggered(event);
            }
        }
    }

    /** Without TLS the first bytes say it, which no request of HTTP/1.1 begins with. */
    static final class ByPreface extends ByteToMessageDecoder {
        private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

        private final Runnable turn;

        ByPreface(Runnable turn) {
            this.turn = turn;
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            int length = Math.min(in.readableBytes(), PREFACE.readableBytes());
            if (!ByteBufUtil.equals(in, in.readerIndex(), PREFACE, 0, length)) {
                context.pipeline().remove(this); // which hands on what has come
            } else if (length == PREFACE.readableBytes()) {
                turn.run();
                context.pipeline().remove(this);
            }
        }
    }
}

package dev.weft.http.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;

/**
 * Finds out whether the other side speaks HTTP/2. A connection is one of HTTP/1.1 until then, with the pipeline and the
 * deadlines of that.
 */
public final class VersionChoice {
    private static final String HTTP_2 = "h2";
    private static final String HTTP_1_1 = "http/1.1";

    private VersionChoice() {}

    /**
     * {@return what a handshake of TLS is to agree on (ALPN), the preferred one first}
     *
     * @param only2 whether HTTP/1.1 is not offered
     */
    public static List<String> offered(boolean only2) {
        return only2 ? List.of(HTTP_2) : List.of(HTTP_2, HTTP_1_1);
    }

    /** Over TLS the handshake says it. */
    public static final class ByTls extends ChannelInboundHandlerAdapter {
        private final SslHandler tls;
        private final Runnable turn;

        /**
         * Makes the handler, for the place after TLS.
         *
         * @param tls what encrypts; there may be more of them before it, where TLS goes through TLS
         * @param turn turns the connection into one of HTTP/2; on the I/O coroutine
         */
        public ByTls(SslHandler tls, Runnable turn) {
            this.tls = tls;
            this.turn = turn;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                if (done.isSuccess() && HTTP_2.equals(tls.engine().getApplicationProtocol())) {
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
    public static final class ByPreface extends ByteToMessageDecoder {
        private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

        private final Runnable turn;

        /**
         * Makes the handler, for the beginning of the pipeline.
         *
         * @param turn turns the connection into one of HTTP/2; on the I/O coroutine
         */
        public ByPreface(Runnable turn) {
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

package dev.weft.http.client;

import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.Deflate;
import dev.weft.http.netty.WebSocketChannel;
import dev.weft.http.ws.WebSocketOptions;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Turns a fresh connection into a websocket. */
final class WebSocketConnector {
    private final NettyIo io;
    private final WebSocketOptions options;

    WebSocketConnector(NettyIo io, WebSocketOptions options) {
        this.io = io;
        this.options = options;
    }

    /** Shakes hands on a connection that serves nothing else; on failure it is closed. */
    WebSocketChannel shakeHands(
            Call call, Target target, Connection connection, HttpHeaders headers, Duration timeout) {
        call.enter(Phase.WRITE);
        Channel channel = connection.takeOver();
        var socket = new WebSocketChannel(io, channel, options);
        var agreed = new Handover<Boolean>();
        headers.remove(HttpHeaderNames.HOST); // the handshaker's business
        if (options.compression()) {
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, Deflate.offer());
        }
        io.eventLoop().execute(() -> {
            var answers = new Answers(target, headers, socket, agreed);
            channel.pipeline().addLast(answers);
            answers.ask(channel);
        });
        call.enter(Phase.READ);
        try {
            if (!agreed.await(Math.min(call.deadline(), call.now() + timeout.toNanos()))) {
                throw call.late("the server did not answer the handshake within " + timeout.toMillis() + " ms", null);
            }
            Throwable failure = agreed.failure();
            if (failure != null) {
                throw call.failed(
                        RequestException.UpgradeRefused::new,
                        "there is no websocket: " + failure.getMessage(),
                        failure);
            }
            return socket;
        } catch (Throwable e) {
            Tcp.close(io, channel);
            throw e;
        }
    }

    /** Waits for the answer of the server; on the I/O coroutine. */
    private final class Answers extends ChannelInboundHandlerAdapter {
        private final WebSocketClientHandshaker13 handshaker;
        private final WebSocketChannel socket;
        private final Handover<Boolean> agreed;
        private boolean answered;

        Answers(Target target, HttpHeaders headers, WebSocketChannel socket, Handover<Boolean> agreed) {
            this.socket = socket;
            this.agreed = agreed;
            this.handshaker = new WebSocketClientHandshaker13(
                    target.uri(),
                    WebSocketVersion.V13,
                    options.protocols().isEmpty() ? null : String.join(",", options.protocols()),
                    options.compression(),
                    headers,
                    options.maxMessageSize());
        }

        void ask(Channel channel) {
            handshaker.handshake(channel).addListener(sent -> {
                if (!sent.isSuccess()) {
                    agreed.fail(sent.cause());
                }
            });
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (!answered && message instanceof HttpResponse response) {
                try {
                    decide(context, response);
                } finally {
                    ReferenceCountUtil.release(message);
                }
            } else if (message instanceof io.netty.handler.codec.http.HttpObject) {
                ReferenceCountUtil.release(message);
            } else {
                context.fireChannelRead(message);
            }
        }

        private void decide(ChannelHandlerContext context, HttpResponse response) {
            answered = true;
            if (response.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
                agreed.fail(new IOException("the server answered " + response.status()));
                return;
            }
            try {
                String agreedTo = response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
                WebSocketExtension extension =
                        options.compression() ? Deflate.confirm(agreedTo, options.maxMessageSize()) : null;
                if (agreedTo != null && extension == null) {
                    throw new WebSocketHandshakeException(
                            "the server wants the extension '" + agreedTo + "', which was not offered");
                }
                socket.install(extension);
                handshaker.finishHandshake(
                        context.channel(),
                        new DefaultFullHttpResponse(
                                response.protocolVersion(),
                                response.status(),
                                Unpooled.EMPTY_BUFFER,
                                response.headers(),
                                response.headers().copy().clear()));
                socket.begin(handshaker.actualSubprotocol());
                agreed.complete(true);
            } catch (WebSocketHandshakeException e) {
                agreed.fail(e);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost(null);
            context.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lost(cause);
            context.fireExceptionCaught(cause);
        }

        private void lost(@Nullable Throwable cause) {
            agreed.fail(new IOException("the connection ended before the server answered", cause));
        }
    }
}

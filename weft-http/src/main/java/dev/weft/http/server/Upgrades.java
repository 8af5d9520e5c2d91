package dev.weft.http.server;

import dev.weft.Cancelled;
import dev.weft.Weft;
import dev.weft.http.Headers;
import dev.weft.http.netty.Deflate;
import dev.weft.http.netty.WebSocketChannel;
import dev.weft.http.ws.WebSocketException;
import dev.weft.http.ws.WebSocketOptions;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns connections into websockets. */
final class Upgrades {
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());
    private static final int UPGRADE_REQUIRED = 426;
    private static final int FORBIDDEN = 403;

    private final NettyIo io;

    Upgrades(NettyIo io) {
        this.io = io;
    }

    /** {@return why a request cannot become a websocket, or null if it can} */
    static @Nullable Response refusal(Request request, WebSocketOptions options) {
        Headers headers = request.headers();
        boolean asks = request.method().equals("GET")
                && "websocket".equalsIgnoreCase(headers.first("upgrade"))
                && headers.all("connection").stream()
                        .anyMatch(value ->
                                value.toLowerCase(java.util.Locale.ROOT).contains("upgrade"))
                && headers.contains("sec-websocket-key");
        if (!asks || !"13".equals(headers.first("sec-websocket-version"))) {
            return Response.text("here is a websocket of version 13, and nothing else\n")
                    .withStatus(UPGRADE_REQUIRED)
                    .withHeader("Upgrade", "websocket")
                    .withHeader("Sec-WebSocket-Version", "13");
        }
        String origin = headers.first("origin");
        if (origin != null && !isLetIn(origin, String.valueOf(headers.first("host")), options)) {
            return Response.text("pages of this origin may not open this websocket\n")
                    .withStatus(FORBIDDEN);
        }
        return null;
    }

    private static boolean isLetIn(String origin, String host, WebSocketOptions options) {
        if (options.origins().contains("*") || options.origins().contains(origin)) {
            return true;
        }
        try {
            return options.origins().isEmpty() && host.equalsIgnoreCase(new URI(origin).getRawAuthority());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Shakes hands and speaks; in the task of the request. */
    void talk(Request request, Headers extra, Response.Upgrade upgrade) {
        Incoming incoming = request.incoming();
        Channel channel = incoming.connection().channel();
        request.bytes(); // none, but the end of the message has to be there
        var socket = new WebSocketChannel(io, channel, upgrade.options());
        var agreed = new Handover<Boolean>();
        io.eventLoop().execute(() -> shakeHands(incoming, extra, upgrade.options(), socket, agreed));
        try {
            agreed.awaitUncancellable();
            if (agreed.failure() != null) {
                return; // the client has left
            }
            upgrade.conversation().talk(socket);
            socket.close();
        } catch (Cancelled e) {
            Weft.shield(() -> socket.close(dev.weft.http.ws.WebSocket.GOING_AWAY, "the server is closing"));
            throw e;
        } catch (WebSocketException e) {
            LOG.log(Level.DEBUG, "the other side of a websocket has left", e);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "the websocket of " + request + " failed, id " + UUID.randomUUID(), e);
            io.eventLoop().execute(socket::fail);
        } finally {
            Tcp.close(io, channel);
        }
    }

    private void shakeHands(
            Incoming incoming,
            Headers extra,
            WebSocketOptions options,
            WebSocketChannel socket,
            Handover<Boolean> agreed) {
        Channel channel = incoming.connection().channel();
        if (!channel.isActive()) {
            agreed.fail(new IllegalStateException("the client has left"));
            return;
        }
        incoming.connection().upgrade(socket);
        var answer = new DefaultHttpHeaders();
        for (Map.Entry<String, String> field : extra) {
            answer.add(field.getKey(), field.getValue());
        }
        WebSocketServerExtension extension = options.compression()
                ? Deflate.accept(
                        String.join(",", incoming.headers().all("sec-websocket-extensions")), options.maxMessageSize())
                : null;
        if (extension != null) {
            answer.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, Deflate.answer(extension));
        }
        var head = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, incoming.target(), Unpooled.EMPTY_BUFFER);
        incoming.headers().forEach(field -> head.headers().add(field.getKey(), field.getValue()));
        var handshaker = new WebSocketServerHandshaker13(
                null,
                options.protocols().isEmpty() ? null : String.join(",", options.protocols()),
                WebSocketChannel.decoding(options, true));
        socket.install(extension);
        handshaker.handshake(channel, head, answer, channel.newPromise()).addListener(done -> {
            if (done.isSuccess()) {
                socket.begin(handshaker.selectedSubprotocol());
                agreed.complete(true);
            } else {
                channel.close();
                agreed.fail(done.cause());
            }
        });
    }
}

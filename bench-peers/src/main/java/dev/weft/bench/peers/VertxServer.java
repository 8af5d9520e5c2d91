package dev.weft.bench.peers;

import dev.weft.bench.net.Serving;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;

/** Vert.x's servers: handlers on one event loop, and nothing but its core. */
final class VertxServer {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int BACKLOG = 1024;
    private static final int NOT_FOUND = 404;

    private VertxServer() {}

    public static void main(String[] arguments) throws IOException {
        Vertx vertx = OneLoop.open();
        int port = switch (arguments[0]) {
            case "echo" -> echo(vertx);
            case "http" -> http(vertx);
            default -> throw new IllegalArgumentException("there is no server '" + arguments[0] + "'");
        };
        Serving.announce(OneLoop.describe(vertx), port);
        Serving.untilInputEnds();
        OneLoop.await(vertx.close());
    }

    private static int echo(Vertx vertx) {
        var options = new NetServerOptions()
                .setHost(LOOPBACK)
                .setPort(0)
                .setAcceptBacklog(BACKLOG)
                .setTcpNoDelay(true);
        return OneLoop.await(vertx.createNetServer(options)
                        .connectHandler(socket -> socket.handler(socket::write).exceptionHandler(_ -> socket.close()))
                        .listen())
                .actualPort();
    }

    private static int http(Vertx vertx) {
        var options = new HttpServerOptions()
                .setHost(LOOPBACK)
                .setPort(0)
                .setAcceptBacklog(BACKLOG)
                .setTcpNoDelay(true);
        return OneLoop.await(vertx.createHttpServer(options)
                        .requestHandler(request -> {
                            if (request.path().equals("/hello")) {
                                request.response()
                                        .putHeader("Content-Type", "text/plain; charset=utf-8")
                                        .end("Hello, World!");
                            } else {
                                request.response().setStatusCode(NOT_FOUND).end();
                            }
                        })
                        .listen())
                .actualPort();
    }
}

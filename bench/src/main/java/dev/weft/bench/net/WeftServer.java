package dev.weft.bench.net;

import dev.weft.Weft;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.http.server.Router;
import dev.weft.http.ws.WebSocket;
import dev.weft.http.ws.WebSocketMessage;
import dev.weft.net.Server;
import dev.weft.net.TcpListener;
import dev.weft.net.TcpStream;
import dev.weft.net.Transport;
import java.io.IOException;
import java.time.Duration;

/** Weft's servers: one loop on the main thread, and nothing but the public API. */
final class WeftServer {
    private static final int BUFFER = 16 * 1024;
    private static final byte[] FLOOD = new byte[1024];
    private static final Duration TICK = Duration.ofMillis(100);

    private WeftServer() {}

    public static void main(String[] arguments) throws Exception {
        String runtime = "Weft, " + Transport.selected().label();
        Weft.run(() -> {
            switch (arguments[0]) {
                case "echo" -> {
                    TcpListener listener = TcpListener.open(0);
                    try (var server = Server.serve(listener, WeftServer::echo)) {
                        Serving.announce(runtime, listener.port());
                        Weft.offload(Serving::untilInputEnds);
                        server.abort();
                    }
                }
                case "http" -> {
                    var router = new Router()
                            .get("/hello", _ -> Response.text(Answers.BODY))
                            .get("/echo", _ -> Response.webSocket(WeftServer::echo))
                            .get("/flood", _ -> Response.webSocket(WeftServer::flood));
                    try (var server = HttpServer.open(router)) {
                        Serving.announce(runtime, server.port());
                        Weft.offload(Serving::untilInputEnds);
                        System.exit(0); // nobody is left who would see a goodbye
                    }
                }
                default -> throw new IllegalArgumentException("there is no server '" + arguments[0] + "'");
            }
        });
    }

    private static void echo(TcpStream stream) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = stream.read(buffer, 0, BUFFER); count > 0; count = stream.read(buffer, 0, BUFFER)) {
            stream.write(buffer, 0, count);
        }
    }

    private static void echo(WebSocket socket) {
        for (var message = socket.receive(); message != null; message = socket.receive()) {
            if (message instanceof WebSocketMessage.Binary(byte[] bytes)) {
                socket.send(bytes);
            }
        }
    }

    /** As fast as it goes would first fill what the system buffers, some MiB for each client. */
    private static void flood(WebSocket socket) {
        while (socket.isOpen()) {
            socket.send(FLOOD);
            Weft.sleep(TICK);
        }
    }
}

package dev.weft.bench.peers;

import dev.weft.bench.net.Serving;
import io.helidon.common.Version;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.util.logging.LogManager;

/** Helidon's server: a virtual thread for each connection. */
final class HelidonServer {
    private static final int BACKLOG = 1024;

    private HelidonServer() {}

    public static void main(String[] arguments) throws IOException {
        if (!arguments[0].equals("http")) {
            throw new IllegalArgumentException("there is no server '" + arguments[0] + "'");
        }
        LogManager.getLogManager().reset(); // it tells of its features
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .backlog(BACKLOG)
                .shutdownHook(false)
                .routing(routing -> routing.get(
                        "/hello",
                        (_, response) -> response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                                .send("Hello, World!")))
                .build()
                .start();
        Serving.announce("Helidon " + Version.VERSION, server.port());
        Serving.untilInputEnds();
        server.stop();
    }
}

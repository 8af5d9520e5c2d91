package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.Weft;
import dev.weft.sync.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The server over a real socket: whatever is sent is answered or refused, and then the next request is answered. */
class SocketFuzzTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final byte[] HTTP2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    static Path directory;

    private static Thread loop;
    private static Event end;
    private static int port;

    @BeforeAll
    static void serve() throws Exception {
        Files.writeString(directory.resolve("a.txt"), "0123456789".repeat(300));
        var opened = new CompletableFuture<Integer>();
        end = new Event();
        loop = Thread.ofPlatform().daemon().name("served").start(() -> {
            try {
                Weft.run(() -> {
                    try (var server = HttpServer.open(handler())) {
                        opened.complete(server.port());
                        end.await();
                    }
                });
            } catch (Throwable e) {
                opened.completeExceptionally(e);
            }
        });
        port = opened.get();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        end.set();
        loop.join();
    }

    private static Handler handler() {
        return new Router()
                .use(Compression.DEFAULT)
                .get("/u/{id}", request -> Response.text(request.pathParameter("id") + request.parameters()))
                .get(
                        "/ws",
                        request -> Response.webSocket(socket -> {
                            for (var message = socket.receive(); message != null; message = socket.receive()) {
                                socket.send("heard");
                            }
                        }))
                .post("/form", request -> Response.text(request.form().toString()))
                .post("/parts", request -> {
                    var seen = new StringBuilder();
                    for (Part part : request.multipart()) {
                        seen.append(part.name()).append(part.fileName()).append(part.text());
                    }
                    return Response.text(seen.toString());
                })
                .post("/text", request -> Response.text(request.text()))
                .put("/json", request -> Response.text("" + request.json(Object.class)))
                .mount("/files", StaticFiles.of(directory));
    }

    @FuzzTest
    void http1(byte[] bytes) throws IOException {
        assertThat(exchange(bytes)).matches("(?s)|HTTP/1\\.1 [1-5]\\d\\d .*").doesNotContain("HTTP/1.1 500");
        assertServes();
    }

    @FuzzTest
    void http2(byte[] bytes) throws IOException {
        var all = new byte[HTTP2.length + bytes.length];
        System.arraycopy(HTTP2, 0, all, 0, HTTP2.length);
        System.arraycopy(bytes, 0, all, HTTP2.length, bytes.length);
        exchange(all);
        assertServes();
    }

    @FuzzTest
    void webSocket(byte[] bytes) throws IOException {
        String greeting =
                "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        try (Socket socket = connect()) {
            socket.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
            var head = new StringBuilder();
            while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
                int c = socket.getInputStream().read();
                assertThat(c).as("within %s", head).isNotNegative();
                head.append((char) c);
            }
            assertThat(head.toString()).startsWith("HTTP/1.1 101");
            whatComesBack(socket, bytes);
        }
        assertServes();
    }

    private static void assertServes() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("GET /u/next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("next{}");
        }
    }

    private static Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static String exchange(byte[] bytes) throws IOException {
        try (Socket socket = connect()) {
            return whatComesBack(socket, bytes);
        }
    }

    /**
     * Sends, says that no more will come, and waits until the server closes, which it may do before it has answered.
     */
    private static String whatComesBack(Socket socket, byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return ""; // refused and reset before all was sent
        }
    }
}

package dev.weft.http.ws;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.ScriptedPeer;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestException;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.sync.Event;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

/** Websockets between this client and this server, and against peers that break the rules. */
@Timeout(60)
class WebSocketTest {

    private static HttpServer echo(WebSocketOptions options) {
        return HttpServer.open(request -> Response.webSocket(options, socket -> {
            for (WebSocketMessage m = socket.receive(); m != null; m = socket.receive()) {
                switch (m) {
                    case WebSocketMessage.Text text -> socket.send(text.text());
                    case WebSocketMessage.Binary binary -> socket.send(binary.bytes());
                }
            }
        }));
    }

    @LoopTest(clock = ClockMode.REAL)
    void messagesGoBothWaysWholeAndInOrder() {
        for (WebSocketOptions options :
                new WebSocketOptions[] {WebSocketOptions.DEFAULT, WebSocketOptions.DEFAULT.withoutCompression()}) {
            try (var server = echo(options);
                    var session = ClientSession.open();
                    var socket =
                            session.webSocket(ClientRequest.get(server.uri().toString()), options)) {
                socket.send("hä?");
                assertThat(socket.receive()).isEqualTo(new WebSocketMessage.Text("hä?"));
                String large = "large ".repeat(100_000);
                socket.send(large);
                assertThat(socket.receive()).isEqualTo(new WebSocketMessage.Text(large));
                byte[] bytes = {0, 1, -1};
                socket.send(bytes);
                assertThat(socket.receive())
                        .isInstanceOfSatisfying(
                                WebSocketMessage.Binary.class,
                                binary -> assertThat(binary.bytes()).isEqualTo(bytes));
                socket.send("");
                assertThat(socket.receive()).isEqualTo(new WebSocketMessage.Text(""));
                for (int i = 0; i < 10; i++) {
                    socket.send("m" + i);
                }
                for (int i = 0; i < 10; i++) {
                    assertThat(socket.receive()).isEqualTo(new WebSocketMessage.Text("m" + i));
                }
                socket.close(3001, "done");
                assertThat(socket.closeCode()).isEqualTo(3001);
                assertThat(socket.receive()).isNull();
                assertThatThrownBy(() -> socket.send("late"))
                        .isInstanceOf(WebSocketException.class)
                        .hasMessageContaining("closed, with code 3001");
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void bothSidesSeeWhyItEnded() {
        var code = new AtomicReference<String>();
        try (var server = HttpServer.open(request ->
                        Response.webSocket(WebSocketOptions.DEFAULT.protocols("chat.v2", "chat.v1"), socket -> {
                            if (request.path().equals("/server")) {
                                socket.close(4000, "go");
                            } else {
                                assertThat(socket.receive()).isNull();
                                code.set(socket.closeCode() + " " + socket.closeReason());
                            }
                        }));
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            var socket = session.webSocket(
                    ClientRequest.get("/client"), WebSocketOptions.DEFAULT.protocols("chat.v1", "other"));
            assertThat(socket.protocol()).isEqualTo("chat.v1");
            socket.close(3000, "bye");
            await("the server sees it", () -> code.get() != null);
            assertThat(code).hasValue("3000 bye");
            try (var other = session.webSocket("/server")) {
                assertThat(other.receive()).isNull();
                assertThat(other.closeCode()).isEqualTo(4000);
                assertThat(other.closeReason()).isEqualTo("go");
            }
            await("both are closed", () -> session.connections().open() == 0 && server.connections() == 0);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H052 a cancelled receive loses no message and keeps the websocket open")
    void aCancelledReceiveLosesNothing() {
        var go = new Event();
        try (var server = HttpServer.open(request -> Response.webSocket(socket -> {
                    go.await();
                    socket.send("one");
                    socket.receive();
                }));
                var session = ClientSession.open();
                var socket = session.webSocket(server.uri().toString())) {
            assertThat(Weft.moveOnAfter(Duration.ofMillis(20), () -> {
                        socket.receive();
                    }))
                    .isFalse();
            try (var group = TaskGroup.open()) {
                var receiving = group.spawn(socket::receive);
                Weft.checkpoint();
                assertThatThrownBy(socket::receive).hasMessageContaining("another task is receiving");
                receiving.cancel("enough");
            }
            go.set();
            assertThat(socket.receive()).isEqualTo(new WebSocketMessage.Text("one"));
            assertThat(socket.isOpen()).isTrue();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H050 a side that shows no sign of life is taken for dead, with code 1006")
    void aSilentSideIsTakenForDead() {
        var heartbeat = WebSocketOptions.DEFAULT.heartbeat(Duration.ofMillis(40));
        var code = new AtomicInteger();
        try (var server = HttpServer.open(request -> Response.webSocket(heartbeat, socket -> {
            assertThat(socket.receive()).isNull();
            code.set(socket.closeCode());
        }))) {
            try (var client = new ScriptedPeer(server.port())) {
                client.send("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
                await("it is given up", () -> code.get() != 0);
                assertThat(code).hasValue(WebSocket.ABNORMAL);
            }
            var session = ClientSession.open();
            var socket = session.webSocket(server.uri().toString());
            Weft.sleep(Duration.ofMillis(200));
            assertThat(socket.isOpen()).as("a side that answers is not").isTrue();
            socket.close();
            session.close();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aLoopThatWasHeldUpTakesNobodyForDead() {
        var heartbeat = WebSocketOptions.DEFAULT.heartbeat(Duration.ofMillis(40));
        try (var server = HttpServer.open(request -> Response.webSocket(heartbeat, WebSocket::receive));
                var session = ClientSession.open();
                var socket = session.webSocket(server.uri().toString())) {
            long until = System.nanoTime() + Duration.ofMillis(200).toNanos();
            while (System.nanoTime() < until) {
                Thread.onSpinWait(); // as work does that should be beside the loop
            }
            Weft.sleep(Duration.ofMillis(60));

            assertThat(socket.isOpen()).isTrue();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void messagesThatAreTooLargeOrBrokenCloseIt() {
        var options = WebSocketOptions.DEFAULT.maxMessageSize(1000);
        try (var server = echo(options);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            try (var socket = session.webSocket("/")) {
                socket.send("x".repeat(100_000)); // small when compressed
                assertThat(socket.receive()).isNull();
                assertThat(socket.closeCode()).isEqualTo(1009);
            }
            try (var socket =
                    session.webSocket(ClientRequest.get("/"), WebSocketOptions.DEFAULT.withoutCompression())) {
                socket.send(new byte[2000]);
                assertThat(socket.receive()).isNull();
                assertThat(socket.closeCode()).isEqualTo(1009);
            }
            try (var client = new ScriptedPeer(server.port())) {
                client.send("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
                assertThat(client.header()).startsWith("HTTP/1.1 101 ").contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
                client.send(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, (byte) 0xC3, (byte) 0x28});
                assertThat(client.bytes(4)).containsExactly((byte) 0x88, client.last(1), (byte) 0x03, (byte) 0xEF);
            }
            try (var client = new ScriptedPeer(server.port())) {
                client.send("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
                client.header();
                client.send(new byte[] {(byte) 0x81, 0x01, 'x'}); // not masked
                assertThat(client.bytes(4)).containsExactly((byte) 0x88, client.last(1), (byte) 0x03, (byte) 0xEA);
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aRequestThatIsNoneIsToldSoAndPagesOfOtherOriginsStayOut() {
        try (var server = echo(WebSocketOptions.DEFAULT);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            var plain = session.get("/");
            assertThat(plain.status()).isEqualTo(426);
            assertThat(plain.headers().first("sec-websocket-version")).isEqualTo("13");
            assertThatThrownBy(() -> session.webSocket(
                            ClientRequest.get("/").header("Origin", "https://evil.example"), WebSocketOptions.DEFAULT))
                    .isInstanceOf(RequestException.UpgradeRefused.class)
                    .hasMessageContaining("the server answered 403");
            try (var own = session.webSocket(
                    ClientRequest.get("/").header("Origin", "http://127.0.0.1:" + server.port()),
                    WebSocketOptions.DEFAULT)) {
                assertThat(own.isOpen()).isTrue();
            }
            assertThat(session.connections().open())
                    .isEqualTo(session.connections().idle());
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aServerThatClosesSaysGoodbye() {
        List<String> ends = new ArrayList<>();
        try (var session = ClientSession.open()) {
            WebSocket socket;
            try (var group = TaskGroup.open()) {
                try (var server = HttpServer.open(request -> Response.webSocket(s -> {
                    while (s.receive() != null) {
                        // until the end
                    }
                    ends.add("ended " + s.closeCode());
                }))) {
                    socket = session.webSocket(server.uri().toString());
                    group.spawn(() -> {
                        assertThat(socket.receive()).isNull();
                        ends.add("client " + socket.closeCode());
                        return null;
                    });
                    Weft.checkpoint();
                }
                group.join();
            }
            assertThat(ends).containsExactlyInAnyOrder("ended 1001", "client 1001");
            socket.close();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aSlowReceiverMakesTheSenderWait() {
        var sent = new AtomicInteger();
        var options = WebSocketOptions.DEFAULT.withoutCompression();
        try (var server = HttpServer.open(request -> Response.webSocket(options, socket -> {
                    while (true) {
                        socket.send(new byte[100_000]);
                        sent.incrementAndGet();
                    }
                }));
                var session = ClientSession.open();
                var socket = session.webSocket(ClientRequest.get(server.uri().toString()), options)) {
            int before = -1;
            while (sent.get() == 0 || sent.get() != before) {
                before = sent.get();
                Weft.sleep(Duration.ofMillis(50));
            }
            assertThat(before).isLessThan(2_000);
            assertThat(socket.receive()).isInstanceOf(WebSocketMessage.Binary.class);
        }
    }
}

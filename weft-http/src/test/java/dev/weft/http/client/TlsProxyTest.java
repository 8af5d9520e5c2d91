package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.HttpVersion;
import dev.weft.http.Keys;
import dev.weft.http.ScriptedServer;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.http.server.Router;
import dev.weft.http.ws.WebSocketMessage;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Proxies that are themselves spoken to over TLS, over real sockets. */
@Timeout(60)
class TlsProxyTest {
    @TempDir
    static Path directory;

    private static Keys keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = Keys.make(directory);
    }

    /**
     * An HTTP proxy behind TLS. What is to be encrypted it connects to this machine, whatever host it is asked for;
     * plain requests it answers itself.
     */
    private static final class TlsProxy implements AutoCloseable {
        private final Queue<String> heads = new ConcurrentLinkedQueue<>();
        private final ScriptedServer server = new ScriptedServer(
                keys.context()
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})),
                (_, connection) -> serve(connection));

        TlsProxy() throws IOException {}

        private void serve(ScriptedServer.Connection connection) throws IOException {
            for (String head = connection.request(); head != null; head = connection.request()) {
                heads.add(head);
                if (head.startsWith("CONNECT ")) {
                    String place = head.split(" ", -1)[1];
                    int port = Integer.parseInt(place.substring(place.lastIndexOf(':') + 1));
                    var target = new Socket(InetAddress.getLoopbackAddress(), port);
                    connection.send("HTTP/1.1 200 Open\r\n\r\n");
                    connection.relay(target);
                    return;
                }
                connection.respond("proxied");
            }
        }

        String url() {
            return "https://127.0.0.1:" + server.port();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void plainRequestsAndTheCredentialsGoToTheProxyInsideTls() throws Exception {
        try (var proxy = new TlsProxy();
                var session = ClientSession.builder()
                        .proxy(Proxy.of(proxy.url()).basic("u", "p").tls(keys.context()))
                        .open()) {
            for (int i = 0; i < 3; i++) {
                assertThat(session.get("http://example.test/x?y").text()).isEqualTo("proxied");
            }
            assertThat(session.connections().opened()).as("kept alive").isEqualTo(1);
            assertThat(proxy.heads)
                    .hasSize(3)
                    .allSatisfy(head -> assertThat(head)
                            .startsWith("GET http://example.test/x?y HTTP/1.1\r\n")
                            .containsIgnoringCase("\r\nProxy-Authorization: Basic dTpw\r\n"));
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void encryptedRequestsGoInTlsThroughTls() throws Exception {
        try (var proxy = new TlsProxy();
                var server = HttpServer.builder()
                        .tls(keys.context())
                        .open(new Router()
                                .get(
                                        "/",
                                        request -> Response.text(
                                                "seen " + request.headers().first("proxy-authorization")))
                                .post("/", request -> Response.text("" + request.bytes().length))
                                .get(
                                        "/ws",
                                        request -> Response.webSocket(socket -> {
                                            socket.receive();
                                            socket.send("hello too");
                                        })))) {
            String url = "https://127.0.0.1:" + server.port() + "/";
            for (HttpVersion version : new HttpVersion[] {HttpVersion.HTTP_2, HttpVersion.HTTP_1_1}) {
                try (var session = ClientSession.builder()
                        .tls(keys.context())
                        .version(version)
                        .proxy(Proxy.of(proxy.url()).basic("u", "p"))
                        .open()) {
                    for (int i = 0; i < 3; i++) {
                        ClientResponse response = session.get(url);
                        assertThat(response.version()).isEqualTo(version);
                        assertThat(response.text()).isEqualTo("seen null");
                    }
                    assertThat(session.post(url, RequestBody.bytes("a/b", new byte[500_000]))
                                    .text())
                            .isEqualTo("500000");
                    assertThat(session.connections().opened()).isEqualTo(1);
                    try (var socket = session.webSocket("wss" + url.substring(5) + "ws")) {
                        socket.send("hello");
                        assertThat(socket.receive()).isEqualTo(new WebSocketMessage.Text("hello too"));
                    }
                }
            }
            assertThat(proxy.heads)
                    .allSatisfy(head -> assertThat(head)
                            .startsWith("CONNECT 127.0.0.1:" + server.port() + " HTTP/1.1\r\n")
                            .containsIgnoringCase("\r\nProxy-Authorization: Basic dTpw\r\n"));
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aProxyThatCannotShowWhoItIsIsToldNothing() throws Exception {
        try (var proxy = new TlsProxy()) {
            String elsewhere = proxy.url().replace("127.0.0.1", "localhost");
            for (Proxy way : new Proxy[] {
                Proxy.of(proxy.url()).basic("u", "p"), // nobody vouches for it
                Proxy.of(elsewhere).basic("u", "p").tls(keys.context()) // its certificate is for another name
            }) {
                for (String url : new String[] {"http://example.test/", "https://example.test/"}) {
                    try (var session = ClientSession.builder().proxy(way).open()) {
                        assertThatThrownBy(() -> session.get(url))
                                .isInstanceOfSatisfying(RequestException.NotSecure.class, e -> {
                                    assertThat(e.phase()).isEqualTo(Phase.PROXY);
                                    assertThat(e).hasMessageContaining("encryption with the proxy https://");
                                });
                        assertThat(session.connections().open()).isZero();
                    }
                }
            }
            assertThat(proxy.heads).isEmpty();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void theServerBehindTheProxyHasToShowWhoItIsToo() throws Exception {
        try (var proxy = new TlsProxy();
                var server = HttpServer.builder().tls(keys.context()).open(request -> Response.text("x"));
                var session = ClientSession.builder()
                        .tls(keys.context())
                        .proxy(Proxy.of(proxy.url()))
                        .open()) {
            assertThatThrownBy(() -> session.get("https://localhost:" + server.port() + "/"))
                    .isInstanceOfSatisfying(RequestException.NotSecure.class, e -> {
                        assertThat(e.phase()).isEqualTo(Phase.TLS);
                        assertThat(e).hasMessageContaining("localhost");
                    });
            assertThat(session.connections().open()).isZero();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aProxyThatSpeaksNoTlsIsNoticed() throws Exception {
        try (var plain = HttpServer.open(request -> Response.text("x"));
                var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            try (var session = ClientSession.builder()
                    .proxy(Proxy.of("https://127.0.0.1:" + plain.port()))
                    .open()) {
                assertThatThrownBy(() -> session.get("http://example.test/"))
                        .isInstanceOf(RequestException.NotSecure.class)
                        .hasMessageContaining("phase proxy");
            }
            try (var session = ClientSession.builder()
                    .proxy(Proxy.of("https://127.0.0.1:" + silent.getLocalPort()))
                    .tlsTimeout(Duration.ofMillis(50))
                    .open()) {
                assertThatThrownBy(() -> session.get("http://example.test/"))
                        .isInstanceOf(RequestException.TimedOut.class)
                        .hasMessageContaining("encryption with the proxy")
                        .hasMessageContaining("phase proxy");
                assertThat(session.connections().open()).isZero();
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL, cancelEverywhere = true)
    void aCancelledRequestLeavesNothingOfTheWay() throws Exception {
        try (var proxy = new TlsProxy();
                var server = HttpServer.builder().tls(keys.context()).open(request -> Response.text("x"));
                var session = ClientSession.builder()
                        .tls(keys.context())
                        .proxy(Proxy.of(proxy.url()))
                        .open()) {
            try {
                session.get("https://127.0.0.1:" + server.port() + "/");
            } catch (RequestException e) {
                // it was the server that was cancelled
            } finally {
                assertThat(session.connections().open())
                        .isEqualTo(session.connections().idle());
                assertThat(session.connections().waiting()).isZero();
            }
        }
    }

    @Test
    void aUrlMayHaveTheNameAndThePassword() {
        Proxy proxy = Proxy.of("https://me%40home:se%2Fcr%C3%A4t@p.test");
        var origin = new Origin(true, "h", 443);
        ProxyServer server = proxy.serverFor(origin);
        assertThat(server.credentials()).isEqualTo(new ProxyServer.Credentials("me@home", "se/crät"));
        assertThat(server.at().origin().port()).isEqualTo(443);
        assertThat(proxy).hasToString("Proxy[https://p.test:443]");
        assertThat(proxy.headersFor(origin).first("proxy-authorization"))
                .isEqualTo(new ProxyServer.Credentials("me@home", "se/crät").basic());
        assertThatThrownBy(() -> Proxy.of("http://u:sec/ret@p"))
                .isInstanceOf(RequestException.BadUrl.class)
                .hasMessageContaining("%2F")
                .hasMessageNotContaining("ret@");
        assertThatThrownBy(() -> Proxy.of("http://u:secret%zz@p"))
                .isInstanceOf(RequestException.BadUrl.class)
                .hasMessageNotContaining("secret");
    }
}

package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.Fuzz;
import dev.weft.http.ScriptedServer;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SOCKS proxies, over real sockets. */
@Timeout(60)
class SocksTest {

    /** A SOCKS proxy. Whatever host it is asked for, it connects to this machine; it may answer a code instead. */
    private static final class SocksServer implements AutoCloseable {
        private final Queue<String> asked = new ConcurrentLinkedQueue<>();
        private final ScriptedServer server;
        private final String password;
        private final int code;

        SocksServer(String password, int code) throws IOException {
            this.password = password;
            this.code = code;
            this.server = new ScriptedServer((_, connection) -> serve(connection));
        }

        private void serve(ScriptedServer.Connection connection) throws IOException {
            var in = new DataInputStream(connection.in());
            if (in.readByte() == 4) {
                serve4a(connection, in);
                return;
            }
            byte[] methods = in.readNBytes(in.readUnsignedByte());
            if (password == null) {
                connection.send(new byte[] {5, 0});
            } else if (methods.length == 1) {
                connection.send(new byte[] {5, (byte) 0xFF});
                return;
            } else {
                connection.send(new byte[] {5, 2});
                in.readByte();
                String user = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
                String word = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
                boolean fits = (user + ":" + word).equals(password);
                connection.send(new byte[] {1, (byte) (fits ? 0 : 1)});
                if (!fits) {
                    return;
                }
            }
            in.readNBytes(3);
            String host = switch (in.readByte()) {
                case 1 -> InetAddress.getByAddress(in.readNBytes(4)).getHostAddress();
                case 3 -> new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII);
                default -> InetAddress.getByAddress(in.readNBytes(16)).getHostAddress();
            };
            int port = in.readUnsignedShort();
            asked.add(host + ":" + port);
            if (code != 0) {
                connection.send(new byte[] {5, (byte) code, 0, 1, 0, 0, 0, 0, 0, 0});
                return;
            }
            var target = new Socket(InetAddress.getLoopbackAddress(), port);
            // in two pieces, with a name in the second one
            connection.send(new byte[] {5, 0, 0});
            connection.send(new byte[] {3, 2, 'm', 'e', 0, 1});
            connection.relay(target);
        }

        private void serve4a(ScriptedServer.Connection connection, DataInputStream in) throws IOException {
            in.readByte();
            int port = in.readUnsignedShort();
            InetAddress address = InetAddress.getByAddress(in.readNBytes(4));
            String user = untilZero(in);
            String host = address.getHostAddress().equals("0.0.0.1") ? untilZero(in) : address.getHostAddress();
            asked.add(user + "@" + host + ":" + port);
            if (code != 0) {
                connection.send(new byte[] {0, (byte) code, 0, 0, 0, 0, 0, 0});
                return;
            }
            var target = new Socket(InetAddress.getLoopbackAddress(), port);
            connection.send(new byte[] {0, 90, 0, 0}); // in two pieces
            connection.send(new byte[] {0, 0, 0, 0});
            connection.relay(target);
        }

        private static String untilZero(DataInputStream in) throws IOException {
            var text = new ByteArrayOutputStream();
            for (int b = in.readUnsignedByte(); b != 0; b = in.readUnsignedByte()) {
                text.write(b);
            }
            return text.toString(StandardCharsets.UTF_8);
        }

        String url4a() {
            return "socks4a://127.0.0.1:" + server.port();
        }

        String url() {
            return "socks5://127.0.0.1:" + server.port();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static ClientSession through(Proxy proxy) {
        return ClientSession.builder()
                .proxy(proxy)
                .connectTimeout(Duration.ofSeconds(20))
                .open();
    }

    @LoopTest(clock = ClockMode.REAL)
    void requestsGoThroughAndTheProxyLooksUpTheName() throws Exception {
        try (var socks = new SocksServer(null, 0);
                var server = HttpServer.open(request -> Response.text(request.target() + " "
                        + request.headers().first("host") + " "
                        + request.headers().first("proxy-authorization")));
                var session = through(Proxy.of(socks.url()))) {
            String at = "name.invalid:" + server.port();
            for (int i = 0; i < 3; i++) {
                assertThat(session.get("http://" + at + "/x?y").text()).isEqualTo("/x?y " + at + " null");
            }
            assertThat(session.post("http://" + at + "/", RequestBody.bytes("a/b", new byte[500_000]))
                            .status())
                    .isEqualTo(200);
            assertThat(session.connections().opened()).as("kept alive").isEqualTo(1);
            session.get("http://127.0.0.1:" + server.port() + "/");
            session.get("http://[::1]:" + server.port() + "/");
            assertThat(socks.asked)
                    .containsExactly(at, "127.0.0.1:" + server.port(), "0:0:0:0:0:0:0:1:" + server.port());
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aProxyMayWantANameAndAPassword() throws Exception {
        try (var socks = new SocksServer("ä:secret", 0);
                var server = HttpServer.open(request -> Response.text("through"))) {
            String url = "http://h.test:" + server.port() + "/";
            try (var session = through(Proxy.of(socks.url()).basic("ä", "secret"))) {
                assertThat(session.get(url).text()).isEqualTo("through");
            }
            try (var session = through(Proxy.of(socks.url()).basic("ä", "wrong"))) {
                assertThatThrownBy(() -> session.get(url))
                        .isInstanceOf(RequestException.ProxyRefused.class)
                        .hasMessageContaining("does not accept the name and password")
                        .hasMessageContaining("phase proxy");
                assertThat(session.connections().open()).isZero();
            }
            try (var session = through(Proxy.of(socks.url()))) {
                assertThatThrownBy(() -> session.get(url))
                        .isInstanceOf(RequestException.ProxyRefused.class)
                        .hasMessageContaining("give it credentials with Proxy.basic");
            }
        }
        assertThatThrownBy(() -> Proxy.of("socks5://p:1").basic("u", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 255 bytes");
    }

    @LoopTest(clock = ClockMode.REAL)
    void whoDoesNotAskForAPasswordIsNotSentIt() throws Exception {
        try (var socks = new SocksServer(null, 0);
                var server = HttpServer.open(request -> Response.text("through"));
                var session = through(Proxy.of(socks.url()).basic("u", "secret"))) {
            assertThat(session.get("http://h.test:" + server.port() + "/").text())
                    .isEqualTo("through"); // this proxy would take the password for the request
            assertThat(socks.asked).containsExactly("h.test:" + server.port());
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aProxyOfVersion4aLooksUpTheNameToo() throws Exception {
        try (var socks = new SocksServer(null, 0);
                var server = HttpServer.open(request -> Response.text(request.target()))) {
            int port = server.port();
            try (var session = through(Proxy.of(socks.url4a()))) {
                assertThat(session.get("http://name.invalid:" + port + "/x").text())
                        .isEqualTo("/x");
                assertThat(session.get("http://127.0.0.1:" + port + "/y").text())
                        .isEqualTo("/y");
                assertThatThrownBy(() -> session.get("http://[::1]:" + port + "/"))
                        .isInstanceOf(RequestException.ProxyRefused.class)
                        .hasMessageContaining("knows no IPv6")
                        .hasMessageContaining("phase proxy");
            }
            try (var session = through(Proxy.of(socks.url4a()).basic("ä", ""))) {
                assertThat(session.get("http://h.test:" + port + "/z").text()).isEqualTo("/z");
            }
            assertThat(socks.asked).containsExactly("@name.invalid:" + port, "@127.0.0.1:" + port, "ä@h.test:" + port);
        }
        assertThatThrownBy(() -> Proxy.of("socks4a://p").basic("u", "secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no password");
        assertThatThrownBy(() -> Proxy.of("socks4a://u:secret@p"))
                .isInstanceOf(RequestException.BadUrl.class)
                .hasMessageContaining("no password")
                .hasMessageNotContaining("secret");
    }

    @LoopTest(clock = ClockMode.REAL)
    void whyAProxyOfVersion4aDoesNotOpenTheWayIsSaid() throws Exception {
        for (Map.Entry<Integer, String> code : Map.of(91, "rejected it or failed", 93, "another name", 7, "code 7")
                .entrySet()) {
            try (var socks = new SocksServer(null, code.getKey());
                    var session = through(Proxy.of(socks.url4a()))) {
                assertThatThrownBy(() -> session.get("https://h.test/"))
                        .isInstanceOf(RequestException.ProxyRefused.class)
                        .hasMessageContaining(code.getValue())
                        .hasMessageContaining("h.test:443");
                assertThat(session.connections().open()).isZero();
            }
        }
        try (var web = HttpServer.open(request -> Response.text("x"));
                var session = through(Proxy.of("socks4a://127.0.0.1:" + web.port()))) {
            assertThatThrownBy(() -> session.get("http://h.test/"))
                    .isInstanceOf(RequestException.ProxyRefused.class)
                    .hasMessageContaining("does not speak version 4a of SOCKS");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void whyTheWayIsNotOpenIsSaid() throws Exception {
        for (Map.Entry<Integer, String> code : Map.of(
                        2,
                        "does not allow it",
                        4,
                        "cannot reach the host",
                        5,
                        "was refused the connection",
                        99,
                        "code 99")
                .entrySet()) {
            try (var socks = new SocksServer(null, code.getKey());
                    var session = through(Proxy.of(socks.url()))) {
                assertThatThrownBy(() -> session.get("https://h.test/"))
                        .isInstanceOf(RequestException.ProxyRefused.class)
                        .hasMessageContaining(code.getValue())
                        .hasMessageContaining("h.test:443");
                assertThat(session.connections().open()).isZero();
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void whatIsNoSocksProxyIsNoticed() throws Exception {
        try (var web = HttpServer.open(request -> Response.text("x"));
                var session = through(Proxy.of("socks5h://127.0.0.1:" + web.port()))) {
            assertThatThrownBy(() -> session.get("http://h.test/"))
                    .isInstanceOf(RequestException.ProxyRefused.class)
                    .hasMessageContaining("does not speak version 5 of SOCKS");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aProxyThatSaysNothingIsLeftInTimeOrWhenTheTaskIsCancelled() throws Exception {
        var connected = new CountDownLatch(1);
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Proxy proxy = Proxy.of("socks5://127.0.0.1:" + silent.getLocalPort());
            try (var session = ClientSession.builder()
                    .proxy(proxy)
                    .connectTimeout(Duration.ofMillis(50))
                    .open()) {
                assertThatThrownBy(() -> session.get("http://h.test/"))
                        .isInstanceOf(RequestException.TimedOut.class)
                        .hasMessageContaining("phase proxy");
                assertThat(session.connections().open()).isZero();
            }
            try (var session = through(proxy)) {
                Thread.ofPlatform().daemon().start(() -> {
                    try (var first = silent.accept();
                            var second = silent.accept()) {
                        first.getInputStream().readAllBytes(); // it has been left
                        second.getInputStream().readNBytes(3);
                        connected.countDown();
                        second.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        // the test has failed
                    }
                });
                try (var group = TaskGroup.open()) {
                    var asking = group.spawn(() -> session.get("http://h.test/"));
                    Weft.offload(() -> connected.await(20, TimeUnit.SECONDS));
                    asking.cancel("enough");
                }
                assertThat(session.connections().open()).isZero();
            }
        }
    }

    @Test
    void theEnvironmentMayNameOne() {
        Proxy mixed = Proxy.from(Map.of("all_proxy", "socks5h://p", "http_proxy", "q:2"));
        assertThat(mixed).isNotNull();
        var plain = new Origin(false, "x", 80);
        var encrypted = new Origin(true, "x", 443);
        assertThat(plain.via(mixed).isThroughSocks()).isFalse();
        assertThat(encrypted.via(mixed).isThroughSocks()).isTrue();
        assertThat(mixed.serverFor(encrypted).at().origin().port()).isEqualTo(1080);
        assertThatThrownBy(() -> Proxy.of("socks4://p"))
                .isInstanceOf(RequestException.BadUrl.class)
                .hasMessageContaining("socks4a://");
    }

    @Test
    void whateverAProxyAnswersTheWayIsOpenOrNot() {
        byte[] good = {5, 2, 1, 0, 5, 0, 0, 1, 1, 2, 3, 4, 0, 80};
        Fuzz.cases(20_000, random -> {
            InputStream answers = Fuzz.inPieces(random, Fuzz.mutated(random, good));
            var sent = new ByteArrayOutputStream();
            var wire = new Socks5.Wire() {
                @Override
                public void send(byte[] bytes) {
                    sent.writeBytes(bytes);
                }

                @Override
                public byte[] read(int count) throws IOException {
                    byte[] bytes = answers.readNBytes(count);
                    if (bytes.length < count) {
                        throw new EOFException("the proxy closed");
                    }
                    return bytes;
                }
            };
            String host = Fuzz.oneOf(random, List.of("h.test", "1.2.3.4", "::1", "[::1]", "x".repeat(256)));
            try {
                Socks5.open(wire, host, 1 + random.nextInt(65_535), new ProxyServer.Credentials("u", "p"));
            } catch (Socks5.Refused | EOFException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
            assertThat(sent.size()).isBetween(4, 300);
        });
    }
}

package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.ContentCoding;
import dev.weft.http.HttpException;
import dev.weft.http.Platform;
import dev.weft.http.ScriptedServer;
import dev.weft.http.TestNames;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.ContentCodings;
import dev.weft.net.Resolver;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ClientSessionTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(60);

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    /** Waits until a condition holds, without holding the loop. */
    private static void await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - begin)
                    .as("waited too long until " + what)
                    .isLessThan(Duration.ofSeconds(20).toNanos());
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    private static RequestException failure(ClientSession session, String url) {
        RequestException e = catchThrowableOfType(RequestException.class, () -> session.get(url));
        assertThat(e).as("the failure of " + url).isNotNull();
        return e;
    }

    private static void assertNothingHeld(ClientSession session) {
        ClientSession.Connections now = session.connections();
        assertThat(now.open()).as("open connections").isEqualTo(now.idle());
        assertThat(now.waiting()).as("waiting requests").isZero();
    }

    // ---- responses

    @Test
    void aResponseHasStatusHeadersAndBody() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.once(
                "HTTP/1.1 404 Not Found\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 4\r\n\r\nnone"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    ClientResponse response = session.get(server.url() + "x?y=z#w");
                    assertThat(response.status()).isEqualTo(404);
                    assertThat(response.headers().all("X-ONE")).containsExactly("1", "2");
                    assertThat(response.bytes()).isEqualTo("none".getBytes(StandardCharsets.US_ASCII));
                    assertThat(response.uri().getPath()).isEqualTo("/x");
                }
            });
        }
    }

    @Test
    void aRequestIsWellFormed() throws Exception {
        var seen = Collections.synchronizedList(new ArrayList<String>());
        try (var server = new ScriptedServer((number, connection) -> {
            seen.add(connection.request());
            connection.respond("");
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder().userAgent("test/1").open()) {
                    session.get(server.url() + "a/b?c=d%20e#f");
                }
            });
            assertThat(seen.getFirst().lines().map(String::toLowerCase))
                    .containsExactlyInAnyOrder(
                            "get /a/b?c=d%20e http/1.1",
                            "host: 127.0.0.1:" + server.port(),
                            "user-agent: test/1",
                            "accept: */*",
                            "accept-encoding: "
                                    + ContentCodings.installed().stream()
                                            .map(ContentCoding::name)
                                            .collect(Collectors.joining(", ")),
                            "");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fixed length | Content-Length: 5\\r\\n\\r\\nhello",
                "chunks | Transfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nhe\\r\\n3;ext=1\\r\\nllo\\r\\n0\\r\\nTrailer: x\\r\\n\\r\\n",
                "until the end | Connection: close\\r\\n\\r\\nhello",
                "until the end, undeclared | X: y\\r\\n\\r\\nhello",
            })
    void aBodyMayComeAs(String how, String response) throws Exception {
        try (var server =
                new ScriptedServer(ScriptedServer.once("HTTP/1.1 200 OK\r\n" + response.translateEscapes()))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get(server.url()).text()).as(how).isEqualTo("hello");
                }
            });
        }
    }

    @Test
    void aLargeBodyArrivesWhole() throws Exception {
        var body = new byte[5_000_000];
        new SplittableRandom(1).nextBytes(body);
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            connection.send(body);
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length)
                    + "\r\n");
            connection.send(body);
            connection.send("\r\n0\r\n\r\n");
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get(server.url()).bytes()).isEqualTo(body);
                    assertThat(session.get(server.url()).bytes()).isEqualTo(body);
                }
            });
        }
    }

    @Test
    void interimResponsesAreSkippedAndResponsesWithoutBodyEndWithTheHeader() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send(
                    "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
            connection.request();
            connection.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n");
            connection.request();
            connection.respond("third");
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get(server.url()).status()).isEqualTo(204);
                    assertThat(session.get(server.url()).status()).isEqualTo(304);
                    assertThat(session.get(server.url()).text()).isEqualTo("third");
                    assertThat(server.accepted()).isEqualTo(1);
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "text/html; charset=ISO-8859-1, ä",
        "text/html; charset=\"iso-8859-1\", ä",
        "text/html, \uFFFD",
        "text/html; charset=utf-8, \uFFFD",
    })
    void textIsDecodedAsTheHeaderSays(String contentType, String text) throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.once(
                "HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nContent-Length: 1\r\n\r\nä"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get(server.url()).text()).isEqualTo(text);
                }
            });
        }
    }

    @Test
    void anUnknownCharsetIsNamedWithTheRemedy() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.once(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=klingon\r\nContent-Length: 1\r\n\r\nä"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    ClientResponse response = session.get(server.url());
                    assertThatThrownBy(response::text)
                            .isInstanceOf(HttpException.class)
                            .hasMessageContaining("'klingon'")
                            .hasMessageContaining("text(Charset)");
                    assertThat(response.text(StandardCharsets.ISO_8859_1)).isEqualTo("ä");
                }
            });
        }
    }

    // ---- keeping connections

    @Test
    @DisplayName("H001 requests in turn share one pooled connection")
    void requestsInTurnShareOneConnection() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    for (int i = 0; i < 10; i++) {
                        assertThat(session.get(server.url()).text()).isEqualTo("ok");
                    }
                    assertThat(session.connections()).isEqualTo(new ClientSession.Connections(1, 1, 0, 1, 9));
                }
                await("the server sees the end", () -> server.open() == 0);
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, close", "HTTP/1.0, x"})
    @DisplayName("H002 a response that announces the close leaves nothing in the pool")
    void aResponseThatAnnouncesTheEndLeavesNothingInThePool(String version, String connectionHeader) throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send(version + " 200 OK\r\nConnection: " + connectionHeader + "\r\nContent-Length: 2\r\n\r\nok");
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    for (int i = 0; i < 3; i++) {
                        assertThat(session.get(server.url()).text()).isEqualTo("ok");
                    }
                    await("all is closed", () -> session.connections().open() == 0);
                }
                assertThat(server.accepted()).isEqualTo(3);
            });
        }
    }

    @Test
    void anIdleConnectionThatTheServerClosesIsNotUsedAgain() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("ok");
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    for (int i = 0; i < 3; i++) {
                        session.get(server.url());
                        await("the end is noticed", () -> session.connections().open() == 0);
                    }
                    assertThat(session.connections().reused()).isZero();
                }
            });
        }
    }

    @Test
    void aConnectionOnWhichTheServerSaysMoreThanItWasAskedIsNotUsedAgain() throws Exception {
        var more = new CountDownLatch(1);
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("ok");
            more.await();
            connection.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    session.get(server.url());
                    assertThat(session.connections().idle()).isEqualTo(1);
                    more.countDown();
                    await("it is closed", () -> session.connections().open() == 0);
                }
            });
        }
    }

    @Test
    void aConnectionIsKeptForItsTimeOnly() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().keepAlive(SHORT).open()) {
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < 3; i++) {
                            group.spawn(() -> session.get(server.url()));
                        }
                        group.join();
                    }
                    assertThat(session.connections().idle()).isEqualTo(3);
                    await("all are closed", () -> session.connections().open() == 0);
                    await("the server sees it", () -> server.open() == 0);
                }
            });
        }
    }

    @Test
    @DisplayName("H006 an idle connection carries no read time-out and stays usable")
    void anIdleConnectionCarriesNoReadTimeout() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                Duration limit = Duration.ofMillis(400); // more than a busy machine takes to answer
                try (var session = ClientSession.builder().readTimeout(limit).open()) {
                    session.get(server.url());
                    Weft.sleep(limit.multipliedBy(2));
                    session.get(server.url());
                    assertThat(server.accepted()).isEqualTo(1);
                }
            });
        }
    }

    // ---- limits and fairness

    @Test
    @DisplayName("H026 fifty requests under a limit of two never open more than two connections")
    void fiftyRequestsUnderALimitOfTwoNeverOpenMoreThanTwoConnections() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(2).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 50; i++) {
                        group.spawn(() -> session.get(server.url()));
                    }
                    Weft.sleep(Duration.ZERO);
                    assertThat(session.connections().waiting()).isEqualTo(48);
                    group.join();
                    assertNothingHeld(session);
                }
            });
            assertThat(server.mostOpen()).isEqualTo(2);
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void requestsAreServedInTheOrderInWhichTheyCame() throws Exception {
        var order = Collections.synchronizedList(new ArrayList<String>());
        try (var server = new ScriptedServer((number, connection) -> {
            for (String request = connection.request(); request != null; request = connection.request()) {
                order.add(request.substring("GET /".length(), request.indexOf(' ', 5)));
                if (order.size() % 3 == 0) {
                    return; // the next in line needs a new connection
                }
                connection.respond("ok");
            }
        })) {
            var expected = new ArrayList<String>();
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(1).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 40; i++) {
                        int number = i;
                        expected.add(String.valueOf(i));
                        group.spawn(() -> {
                            try {
                                session.get(server.url() + number);
                            } catch (RequestException e) {
                                // the server closed instead
                            }
                        });
                    }
                    group.join();
                }
            });
            assertThat(order.stream().distinct()).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void requestsThatWaitForABusyHostHoldUpNobodyElse() throws Exception {
        var release = new CountDownLatch(1);
        try (var busy = new ScriptedServer((number, connection) -> {
                    while (connection.request() != null) {
                        release.await();
                        connection.respond("late");
                    }
                });
                var free = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session =
                                ClientSession.builder().limit(3).limitPerHost(1).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 10; i++) {
                        group.spawn(
                                () -> assertThat(session.get(busy.url()).text()).isEqualTo("late"));
                    }
                    Weft.sleep(Duration.ZERO);
                    for (int i = 0; i < 10; i++) {
                        assertThat(session.get(free.url()).text()).isEqualTo("ok");
                    }
                    assertThat(session.connections().waiting()).isEqualTo(9);
                    release.countDown();
                    group.join();
                    assertNothingHeld(session);
                }
            });
            assertThat(busy.mostOpen()).isEqualTo(1);
            assertThat(free.mostOpen()).isEqualTo(1);
        }
    }

    @Test
    void anIdleConnectionMakesRoomForAnotherHost() throws Exception {
        try (var one = new ScriptedServer(ScriptedServer.keepAlive("one"));
                var two = new ScriptedServer(ScriptedServer.keepAlive("two"))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(1).open()) {
                    for (int i = 0; i < 5; i++) {
                        assertThat(session.get(one.url()).text()).isEqualTo("one");
                        assertThat(session.get(two.url()).text()).isEqualTo("two");
                        assertThat(session.connections().open()).isEqualTo(1);
                    }
                }
            });
            assertThat(one.accepted()).isEqualTo(5);
            assertThat(two.accepted()).isEqualTo(5);
        }
    }

    // ---- failures

    @Test
    void aRefusedConnectionNamesPhaseAddressAndAttempt() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        platform.run(() -> {
            try (var session = ClientSession.open()) {
                RequestException e = failure(session, "http://127.0.0.1:" + free + "/x");
                assertThat(e)
                        .hasMessageStartingWith("GET http://127.0.0.1:" + free
                                + "/x: connection refused; is a server listening there? (phase connect, address 127.0.0.1:"
                                + free + ", after ")
                        .hasMessageEndingWith(" ms, attempt 1)")
                        .hasCauseInstanceOf(IOException.class);
                assertThat(e.phase()).isEqualTo(Phase.CONNECT);
                assertThat(e.address()).isEqualTo("127.0.0.1:" + free);
                assertThat(e.isTimeout()).isFalse();
                assertNothingHeld(session);
            }
        });
    }

    @Test
    void anUnknownHostFailsInTheDnsPhase() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.open()) {
                RequestException e = failure(session, "http://no-such-host.invalid/");
                assertThat(e.phase()).isEqualTo(Phase.DNS);
                assertThat(e)
                        .hasMessageContaining("'no-such-host.invalid' is unknown")
                        .hasCauseInstanceOf(UnknownHostException.class);
                assertNothingHeld(session);
            }
        });
    }

    @Test
    @DisplayName("H029 the next address is tried when the first is dead")
    void theNextAddressIsTriedWhenTheFirstIsDead() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get("http://two-addresses.test:" + server.port())
                                    .text())
                            .isEqualTo("ok");
                }
            });
        }
    }

    @Test
    void aLookUpThatHangsEndsWithTheConnectTimeout() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.builder().connectTimeout(SHORT).open()) {
                RequestException e = failure(session, "http://" + TestNames.neverFound() + "/");
                assertThat(e.phase()).isEqualTo(Phase.DNS);
                assertThat(e.isTimeout()).isTrue();
                assertNothingHeld(session);
            }
        });
    }

    @Test
    void aConnectionThatNobodyAnswersEndsWithTheConnectTimeout() throws Exception {
        try (var hole = new BlackHole()) {
            platform.run(() -> {
                try (var session = ClientSession.builder().connectTimeout(SHORT).open()) {
                    RequestException e = failure(
                            session, "http://127.0.0.1:" + hole.address().getPort());
                    assertThat(e.phase()).isEqualTo(Phase.CONNECT);
                    assertThat(e.isTimeout()).isTrue();
                    assertThat(e).hasMessageContaining("connect time-out of 60 ms");
                    assertNothingHeld(session);
                }
            });
        }
    }

    @Test
    void aServerThatHangsEndsWithTheReadTimeout() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.awaitClose())) {
            platform.run(() -> {
                try (var session = ClientSession.builder().readTimeout(SHORT).open()) {
                    RequestException e = failure(session, server.url());
                    assertThat(e.phase()).isEqualTo(Phase.READ);
                    assertThat(e.isTimeout()).isTrue();
                    assertThat(e)
                            .hasMessageContaining(
                                    "nothing came from the server for 60 ms; not a byte of the response has arrived");
                    assertThat(session.connections().open()).isZero();
                    await("the server sees the end", () -> server.open() == 0);
                }
            });
        }
    }

    @Test
    @DisplayName("H005 the read time-out is for each gap and not for the body")
    void theReadTimeoutIsForEachGapAndNotForTheBody() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
            for (int i = 0; i < 20; i++) {
                Thread.sleep(30);
                connection.send("x");
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder()
                        .readTimeout(Duration.ofMillis(400))
                        .open()) {
                    assertThat(session.get(server.url()).text()).hasSize(20);
                }
            });
        }
    }

    @Test
    void aServerThatDripsEndsWithTheTotalTimeout() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            while (true) {
                connection.send("x");
                Thread.sleep(5);
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder()
                        .totalTimeout(Duration.ofMillis(200))
                        .open()) {
                    RequestException e = failure(session, server.url());
                    assertThat(e.isTimeout()).isTrue();
                    assertThat(e)
                            .hasMessageContaining("total time-out of 200 ms")
                            .hasMessageContaining("bytes of the body have arrived");
                    assertThat(e.elapsed()).isBetween(Duration.ofMillis(200), Duration.ofSeconds(10));
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @Test
    @DisplayName("H025 a time-out in the line for a connection neither loses nor exceeds the limit")
    void theWaitForAConnectionEndsWithTheTotalTimeout() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.awaitClose())) {
            platform.run(() -> {
                try (var session = ClientSession.builder()
                                .limit(1)
                                .totalTimeout(Duration.ofMillis(300))
                                .open();
                        var group = TaskGroup.open()) {
                    var first = group.spawn(() -> failure(session, server.url()).isTimeout());
                    Weft.sleep(Duration.ofMillis(1));
                    Task<RequestException> second = group.spawn(() -> failure(session, server.url()));
                    assertThat(first.await()).isTrue();
                    RequestException e = second.await();
                    if (e.phase() == Phase.POOL) { // or it got the connection in the last millisecond
                        assertThat(e)
                                .hasMessageContaining("no connection came free")
                                .hasMessageContaining("1 open, 0 of them idle");
                    }
                    assertThat(e.isTimeout()).isTrue();
                    assertNothingHeld(session);
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhalf | in the middle of the body: 4 of 10 bytes arrived",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nhalf\\r\\n | in the middle of the body: 4 bytes, before the last chunk arrived",
                "HTTP/1.1 200 OK\\r\\nContent-Le | in the middle of the header",
                "HTTP/1.1 200 | in the middle of the header",
                "SSH-2.0-OpenSSH_9.6\\r\\n | not well-formed",
                "garbage without end | in the middle of the header",
                "HTTP/1.1 abc OK\\r\\n\\r\\n | not well-formed",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 4\\r\\n\\r\\nabc | not well-formed",
                "HTTP/1.1 200 OK\\r\\nContent-Length: -3\\r\\n\\r\\nabc | not well-formed",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n | not well-formed",
                "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\n\\r\\n | switched to another protocol",
            })
    @DisplayName("H017 a body shorter than announced, or broken in another way, is an error that says how")
    void aBrokenResponseSaysHowItIsBroken(String response, String what) throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.once(response.translateEscapes()))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    RequestException e = failure(session, server.url());
                    assertThat(e).hasMessageContaining(what);
                    assertThat(e.phase()).isEqualTo(Phase.READ);
                    assertThat(e.attempts()).isEqualTo(1);
                    assertThat(session.connections().open()).isZero();
                }
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatClosesWithoutAResponseIsNotAskedTwice() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.request())) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("closed the connection without a response")
                            .hasMessageContaining("attempt 1");
                    assertThat(session.connections().open()).isZero();
                }
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aResetInTheMiddleOfTheBodyIsToldAsSuch() throws Exception {
        var go = new CountDownLatch(1);
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            go.await();
            connection.reset();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    StreamedResponse response = session.stream(ClientRequest.get(server.url()));
                    assertThat(response.body().readNBytes(4))
                            .hasSize(4); // the reset would discard what has not been read
                    go.countDown();
                    assertThatThrownBy(() -> response.body().read())
                            .hasMessageContaining("the connection broke")
                            .hasMessageContaining("4 of 10 bytes arrived")
                            .hasMessageContaining("reset");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @Test
    void aHugeHeaderIsRefused() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.once(
                "HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000) + "\r\nContent-Length: 0\r\n\r\n"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("header of the response is larger than 65536 bytes");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: 1001\\r\\n\\r\\n | announces a body of 1001 bytes",
                "Content-Length: 99999999999\\r\\n\\r\\n | announces a body of 99999999999 bytes",
                "Transfer-Encoding: chunked\\r\\n\\r\\n3e8\\r\\nBODY\\r\\n1\\r\\nx\\r\\n | sent more than 1000 bytes",
            })
    void aBodyThatIsTooLongIsRefusedWithTheRemedy(String response, String what) throws Exception {
        String text = response.translateEscapes().replace("BODY", "x".repeat(1000));
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n" + text);
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder().maxBodySize(1000).open()) {
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining(what)
                            .hasMessageContaining("raise maxBodySize");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @Test
    void aBodyOfTheLargestSizeIsTaken() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("x".repeat(1000)))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().maxBodySize(1000).open()) {
                    assertThat(session.get(server.url()).bytes()).hasSize(1000);
                }
            });
        }
    }

    @Test
    void thePlainServerBehindAnHttpsUrlFailsInTheTlsPhase() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    RequestException e = failure(session, server.url().replace("http:", "https:"));
                    assertThat(e.phase()).isEqualTo(Phase.TLS);
                    assertThat(e).hasMessageContaining("encryption cannot be set up");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    // ---- sending again

    @Test
    void aRequestOnAKeptConnectionThatTheServerClosesInsteadOfAnsweringIsSentOnceMore() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("first of " + number);
            connection.request(); // and never answers that one
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get(server.url()).text()).isEqualTo("first of 0");
                    assertThat(session.get(server.url()).text()).isEqualTo("first of 1");
                    assertThat(session.connections().opened()).isEqualTo(2);
                }
            });
        }
    }

    @Test
    void aSecondConnectionThatIsClosedTooIsTheEnd() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            if (number == 0) {
                connection.respond("ok");
                connection.request();
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    session.get(server.url());
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("without a response")
                            .hasMessageContaining("attempt 2");
                    assertThat(session.connections().open()).isZero();
                }
            });
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void aRequestIsNotSentAgainOnceAByteOfTheResponseCame() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("ok");
            connection.request();
            connection.send("H");
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    session.get(server.url());
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("in the middle of the header")
                            .hasMessageContaining("attempt 1");
                }
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatClosesAtRandomBetweenResponsesLosesNoRequest() throws Exception {
        var random = new SplittableRandom(42);
        try (var server = new ScriptedServer((number, connection) -> {
            while (connection.request() != null) {
                connection.respond("ok");
                boolean enough;
                synchronized (random) {
                    enough = random.nextInt(4) == 0;
                }
                if (enough) {
                    return;
                }
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(8).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 40; i++) {
                        group.spawn(() -> {
                            for (int n = 0; n < 20; n++) {
                                assertThat(session.get(server.url()).text()).isEqualTo("ok");
                            }
                        });
                    }
                    group.join();
                    assertNothingHeld(session);
                }
            });
            assertThat(server.mostOpen()).isBetween(1, 16); // the server notices an end later than the client
        }
    }

    // ---- redirects

    @Test
    void redirectsAreFollowed() throws Exception {
        try (var end = new ScriptedServer(ScriptedServer.keepAlive("there"));
                var server = new ScriptedServer((number, connection) -> {
                    for (String request = connection.request(); request != null; request = connection.request()) {
                        String to = request.startsWith("GET /a/b ") ? "../c" : end.url() + "d";
                        connection.send("HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 3\r\n\r\nbye");
                    }
                })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    ClientResponse response = session.get(server.url() + "a/b");
                    assertThat(response.text()).isEqualTo("there");
                    assertThat(response.uri().toString()).isEqualTo(end.url() + "d");
                }
                try (var session = ClientSession.builder().maxRedirects(0).open()) {
                    assertThat(session.get(server.url() + "a/b").status()).isEqualTo(302);
                }
                try (var session = ClientSession.builder().maxRedirects(1).open()) {
                    assertThat(failure(session, server.url() + "a/b"))
                            .hasMessageContaining("redirect number 2")
                            .hasMessageContaining("raise maxRedirects");
                }
            });
        }
    }

    // ---- cancelling

    /** Cancels a request once it is where it is to be cancelled, and checks that nothing is left of it. */
    private void assertCancelLeavesNothing(String url, SessionBuilder builder, BooleanSupplier there) throws Exception {
        platform.run(() -> {
            try (var session = builder.open();
                    var group = TaskGroup.open()) {
                Task<ClientResponse> task = group.spawn(() -> session.get(url));
                await("the request is there", there);
                task.cancel("enough");
                assertThatThrownBy(task::await)
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("enough");
                assertThat(session.connections().open())
                        .as("connections when get has ended")
                        .isZero();
                assertThat(session.connections().waiting()).isZero();
            }
        });
    }

    @Test
    void cancelDuringTheLookUpLeavesNothing() throws Exception {
        long begin = System.nanoTime();
        assertCancelLeavesNothing(
                "http://" + TestNames.neverFound() + "/",
                ClientSession.builder(),
                () -> System.nanoTime() - begin > 30_000_000);
    }

    @Test
    void cancelWhileConnectingLeavesNothing() throws Exception {
        try (var hole = new BlackHole()) {
            long begin = System.nanoTime();
            assertCancelLeavesNothing(
                    "http://127.0.0.1:" + hole.address().getPort(),
                    ClientSession.builder(),
                    () -> System.nanoTime() - begin > 30_000_000);
        }
    }

    @Test
    void cancelDuringTheHandshakeLeavesNothing() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.awaitClose())) {
            assertCancelLeavesNothing(
                    server.url().replace("http:", "https:"), ClientSession.builder(), () -> server.accepted() == 1);
            awaitEnd(server);
        }
    }

    @Test
    void cancelBeforeTheResponseLeavesNothing() throws Exception {
        var asked = new AtomicInteger();
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            asked.incrementAndGet();
            connection.awaitClose();
        })) {
            assertCancelLeavesNothing(server.url(), ClientSession.builder(), () -> asked.get() == 1);
            awaitEnd(server);
        }
    }

    @Test
    void cancelInTheMiddleOfTheBodyLeavesNothing() throws Exception {
        var sent = new AtomicInteger();
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000));
            sent.incrementAndGet();
            connection.awaitClose();
        })) {
            assertCancelLeavesNothing(server.url(), ClientSession.builder(), () -> sent.get() == 1);
            awaitEnd(server);
        }
    }

    private static void awaitEnd(ScriptedServer server) {
        await("the server sees the end of all connections", () -> server.open() == 0);
    }

    @Test
    void cancelInTheLineGivesThePlaceToTheNext() throws Exception {
        var release = new CountDownLatch(1);
        try (var server = new ScriptedServer((number, connection) -> {
            while (connection.request() != null) {
                release.await();
                connection.respond("ok");
            }
        })) {
            platform.run(() -> {
                try (var session =
                                ClientSession.builder().limit(1).limitPerHost(1).open();
                        var group = TaskGroup.open()) {
                    var tasks = new ArrayList<Task<ClientResponse>>();
                    for (int i = 0; i < 10; i++) {
                        tasks.add(group.spawn(() -> session.get(server.url())));
                    }
                    Weft.sleep(Duration.ZERO);
                    for (int i = 1; i < 10; i += 2) {
                        tasks.get(i).cancel("every other");
                    }
                    await("they have left", () -> session.connections().waiting() == 4);
                    release.countDown();
                    group.join();
                    for (int i = 0; i < 10; i++) {
                        assertThat(tasks.get(i).isCancelled()).isEqualTo(i % 2 == 1);
                    }
                    assertNothingHeld(session);
                }
            });
        }
    }

    @Test
    void cancelAtAnyMomentLeaksNeitherPlacesNorConnections() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            for (int i = 0; connection.request() != null; i++) {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n");
                Thread.sleep(0, 200_000);
                connection.send("x".repeat(2000));
                if (i % 5 == 4) {
                    return;
                }
            }
        })) {
            platform.run(() -> {
                var random = new SplittableRandom(7);
                try (var session =
                        ClientSession.builder().limit(6).limitPerHost(5).open()) {
                    for (int round = 0; round < 10; round++) {
                        try (var group = TaskGroup.open()) {
                            var tasks = new ArrayList<Task<ClientResponse>>();
                            for (int i = 0; i < 40; i++) {
                                tasks.add(group.spawn(() -> session.get(server.url())));
                            }
                            for (int i = 0; i < 30; i++) {
                                Weft.sleep(Duration.ofNanos(random.nextLong(500_000)));
                                tasks.get(random.nextInt(40)).cancel("at random");
                            }
                            group.join();
                            assertThat(tasks.stream().filter(task -> !task.isCancelled()))
                                    .allMatch(task -> task.result().bytes().length == 2000);
                        }
                        assertNothingHeld(session);
                        assertThat(session.connections().open()).isLessThanOrEqualTo(5);
                    }
                }
                awaitEnd(server);
            });
        }
    }

    // ---- the end

    @Test
    void requestsUnderWayFailWhenTheSessionIsClosed() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.awaitClose());
                var hole = new BlackHole()) {
            platform.run(() -> {
                var session = ClientSession.builder()
                        .limit(2)
                        .connectTimeout(Duration.ofMillis(300))
                        .open();
                try (var group = TaskGroup.open()) {
                    Task<RequestException> reading = group.spawn(() -> failure(session, server.url()));
                    Task<RequestException> connecting = group.spawn(() -> failure(
                            session, "http://127.0.0.1:" + hole.address().getPort()));
                    Task<RequestException> waiting = group.spawn(() -> failure(session, server.url()));
                    await("the first is connected", () -> server.accepted() == 1);
                    session.close();
                    session.close();
                    assertThat(List.of(reading.await(), waiting.await()))
                            .allSatisfy(e -> assertThat(e).hasMessageContaining("session was closed"));
                    assertThat(connecting.await().phase()).isEqualTo(Phase.CONNECT);
                    assertThat(session.connections().open()).isZero();
                    assertThatThrownBy(() -> session.get(server.url()))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("closed");
                }
                awaitEnd(server);
            });
        }
    }

    @Test
    @DisplayName("H031 closing a session ends its look-ups, and fails the requests that wait for them")
    void aSessionThatIsClosedLooksNothingUp() throws Exception {
        platform.run(() -> {
            var begun = new AtomicBoolean();
            var ended = new AtomicBoolean();
            Resolver endless = host -> {
                begun.set(true);
                try {
                    Weft.sleep(Duration.ofHours(1));
                } finally {
                    ended.set(true);
                }
                return List.of();
            };
            var session = ClientSession.builder()
                    .resolver(endless.caching(10, Duration.ofHours(1), Duration.ZERO))
                    .open();
            try (var group = TaskGroup.open()) {
                Task<RequestException> request = group.spawn(() ->
                        catchThrowableOfType(RequestException.class, () -> session.get("http://nowhere.invalid/")));
                await("the look-up has begun", begun::get);
                session.close();
                assertThat(request.await())
                        .isInstanceOf(RequestException.SessionClosed.class)
                        .hasMessageContaining("phase dns");
                assertThat(ended).isTrue();
                assertThat(session.connections().open()).isZero();
            }
        });
    }

    @Test
    void aSessionClosedInTheMomentOfARequestFailsIt() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                var session = ClientSession.builder().readTimeout(LONG).open();
                session.get(server.url());
                try (var group = TaskGroup.open()) {
                    Task<RequestException> task = group.spawn(() -> failure(session, server.url()));
                    group.spawn(session::close);
                    assertThat(task.await()).hasMessageContaining("session was closed");
                }
            });
        }
    }

    @Test
    void aSessionIsForCoroutinesOfItsLoopOnly() throws Exception {
        assertThatThrownBy(ClientSession::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Weft.run");
        var foreign = new ClientSession[1];
        platform.run(() -> foreign[0] = ClientSession.open());
        platform.run(() -> assertThatThrownBy(() -> foreign[0].get("http://127.0.0.1:1/"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to loop")
                .hasMessageContaining("open a session per loop"));
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        SessionBuilder builder = ClientSession.builder();
        assertThatThrownBy(() -> builder.limit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit must be at least 1");
        assertThatThrownBy(() -> builder.limitPerHost(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limitPerHost");
        assertThatThrownBy(() -> builder.readTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("readTimeout");
        assertThatThrownBy(() -> builder.maxBodySize(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBodySize");
        assertThatThrownBy(() -> builder.userAgent("a\r\nb")).isInstanceOf(IllegalArgumentException.class);
    }
}

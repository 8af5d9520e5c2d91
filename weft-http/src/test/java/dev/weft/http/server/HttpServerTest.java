package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.http.Platform;
import dev.weft.http.client.ClientSession;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
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
class HttpServerTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    private static Response echo(Request request) {
        return Response.text(
                request.method() + " " + request.path() + " " + request.parameters() + " " + request.text());
    }

    private static void await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - begin)
                    .as("waited too long until " + what)
                    .isLessThan(Duration.ofSeconds(20).toNanos());
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
    }

    // ---- requests and responses

    @Test
    void aHandlerSeesTheRequestAndItsAnswerIsSent() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> Response.text(request.method() + " " + request.target() + " "
                                    + request.path() + " "
                                    + request.parameter("q") + " "
                                    + request.parameters().get("r") + " "
                                    + request.headers().first("x-one")
                                    + " " + request.client().getAddress().isLoopbackAddress())
                            .withStatus(201)
                            .withHeader("X-Two", "2"));
                    var session = ClientSession.builder().userAgent("u").open()) {
                var response = session.get(server.uri() + "a%20b?q=1%262&r=3&r=4");
                assertThat(response.status()).isEqualTo(201);
                assertThat(response.headers().first("x-two")).isEqualTo("2");
                assertThat(response.headers().first("content-type")).isEqualTo("text/plain; charset=utf-8");
                assertThat(response.headers().first("date"))
                        .matches("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
                assertThat(response.text()).isEqualTo("GET /a%20b?q=1%262&r=3&r=4 /a b 1&2 [3, 4] null true");
            }
        });
    }

    @Test
    void requestsInTurnAndAheadAreAnsweredInOrderOnOneConnection() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> {
                Weft.sleep(Duration.ofNanos(request.path().hashCode() & 0xFFFF)); // the later may be the faster
                return echo(request);
            })) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        for (int i = 0; i < 5; i++) {
                            client.send(get("/turn" + i));
                            assertThat(client.response()).contains("GET /turn" + i + " ");
                        }
                        var ahead = new StringBuilder();
                        for (int i = 0; i < 100; i++) {
                            ahead.append(get("/ahead" + i));
                        }
                        client.send(ahead.toString());
                        for (int i = 0; i < 100; i++) {
                            assertThat(client.response()).contains("GET /ahead" + i + " ");
                        }
                    }
                    return null;
                });
                await("the end is noticed", () -> server.connections() == 0);
            }
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /x HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\nContent-Length: 5\\r\\n\\r\\nhello | POST /x {} hello",
                "PUT /x HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nhe\\r\\n3\\r\\nllo\\r\\n0\\r\\n\\r\\n | PUT /x {} hello",
                "POST / HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\nContent-Type: a/b; charset=iso-8859-1\\r\\nContent-Length: 1\\r\\n\\r\\nä | POST / {} Ã¤",
                "GET /x?a HTTP/1.0\\r\\n\\r\\n | 'GET /x {a=[]} '",
            })
    void bodiesOfRequestsComeWholeAndConnectionsEndWhenAsked(String request, String answer) throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(HttpServerTest::echo)) {
                String response = Weft.offload(() -> RawClient.exchange(server, request.translateEscapes()));
                assertThat(response)
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .contains("connection: close\r\n")
                        .endsWith(answer);
            }
        });
    }

    @Test
    void anOldClientKeepsItsConnectionWhenItAsks() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(HttpServerTest::echo)) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                        assertThat(client.response())
                                .contains("connection: keep-alive")
                                .contains("GET /1");
                        client.send("GET /2 HTTP/1.0\r\n\r\n");
                        assertThat(client.rest()).contains("connection: close").contains("GET /2");
                    }
                    return null;
                });
            }
        });
    }

    @Test
    void aResponseWithoutBodyHasNone() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(
                    request -> request.path().equals("/204") ? Response.status(204) : Response.text("four"))) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/204")
                                + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
                        assertThat(client.rest().split("HTTP/1.1 ", -1))
                                .satisfiesExactly(
                                        nothing -> assertThat(nothing).isEmpty(),
                                        head -> assertThat(head)
                                                .startsWith("200")
                                                .contains("content-length: 4\r\n")
                                                .endsWith("\r\n\r\n"),
                                        none -> assertThat(none)
                                                .startsWith("204")
                                                .doesNotContain("content-length")
                                                .endsWith("\r\n\r\n"),
                                        full -> assertThat(full)
                                                .startsWith("200")
                                                .endsWith("\r\n\r\nfour"));
                    }
                    return null;
                });
            }
        });
    }

    @Test
    void aClientThatWaitsForLeaveToSendGetsIt() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().maxBodySize(10).open(HttpServerTest::echo)) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
                        assertThat(client.response()).startsWith("http/1.1 100");
                        client.send("hi");
                        assertThat(client.response()).contains("200").endsWith("hi");
                        client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
                        assertThat(client.rest()).startsWith("HTTP/1.1 413");
                    }
                    return null;
                });
            }
        });
    }

    @Test
    void aResponseMayBeTheLastOfItsConnectionAndMayBeSentManyTimes() throws Exception {
        Response response = Response.of("a/b", new byte[] {1, 2})
                .withHeader("Connection", "close")
                .withHeader("Content-Length", "99");
        platform.run(() -> {
            try (var server = HttpServer.open(request -> response);
                    var session = ClientSession.open()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(session.get(server.uri()).bytes()).containsExactly(1, 2);
                }
                assertThat(session.connections().opened()).isEqualTo(3);
            }
        });
    }

    @Test
    void responsesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> Response.status(199))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("199");
        assertThatThrownBy(() -> Response.status(600)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Response.text("x").withHeader("a", "b\r\nc: d"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void handlersWaitWithoutHoldingUpEachOther() throws Exception {
        int clients = 300;
        platform.run(() -> {
            var arrived = new int[1];
            try (var server = HttpServer.open(request -> {
                        arrived[0]++;
                        await("all have arrived", () -> arrived[0] == clients);
                        return Response.text("ok");
                    });
                    var session = ClientSession.builder().limit(clients).open();
                    var group = TaskGroup.open()) {
                for (int i = 0; i < clients; i++) {
                    group.spawn(
                            () -> assertThat(session.get(server.uri()).text()).isEqualTo("ok"));
                }
                group.join();
                assertThat(server.connections()).isEqualTo(clients);
                assertThat(session.connections().opened()).isEqualTo(clients);
            }
        });
    }

    // ---- failures of handlers

    @Test
    @DisplayName("H038 a handler without a response, or that fails, is a 500 with an id that the log has too")
    void aHandlerThatFailsIsA500WithAnIdThatTheLogHasToo() throws Exception {
        List<LogRecord> records = new ArrayList<>();
        Logger logger = Logger.getLogger(HttpServer.class.getName());
        Handler recorder = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(recorder);
        logger.setUseParentHandlers(false);
        try {
            platform.run(() -> {
                try (var server = HttpServer.open(request -> switch (request.path()) {
                            case "/null" -> null;
                            case "/error" -> throw new StackOverflowError("secret");
                            default -> throw new IOException("secret");
                        });
                        var session = ClientSession.open()) {
                    for (String path : List.of("", "null", "error")) {
                        var response = session.get(server.uri() + path);
                        assertThat(response.status()).isEqualTo(500);
                        assertThat(response.text()).doesNotContain("secret").doesNotContain("at dev.weft");
                        LogRecord record = records.removeLast();
                        String id = response.text().replaceAll("(?s).*id (\\S+).*", "$1");
                        assertThat(record.getMessage()).contains("GET /" + path).contains(id);
                        assertThat(record.getThrown()).isNotNull();
                    }
                    assertThat(session.connections().opened())
                            .as("the connection lives on")
                            .isEqualTo(1);
                }
            });
        } finally {
            logger.removeHandler(recorder);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void aClientThatLeavesDoesNotDisturbTheServer() throws Exception {
        platform.run(() -> {
            var arrived = new AtomicInteger();
            var ended = new AtomicInteger();
            var go = new AtomicBoolean();
            try (var server = HttpServer.open(request -> {
                        arrived.incrementAndGet();
                        await("it may go on", go::get);
                        ended.incrementAndGet();
                        return Response.of("a/b", new byte[1_000_000]);
                    });
                    var session = ClientSession.open()) {
                Weft.offload(() -> {
                    for (int i = 0; i < 5; i++) {
                        try (var client = new RawClient(server)) {
                            client.send(get("/"));
                            while (arrived.get() <= i) {
                                Thread.onSpinWait();
                            }
                            if (i % 2 == 0) {
                                client.socket().setSoLinger(true, 0); // by a reset
                            }
                        }
                    }
                    return null;
                });
                await("the server has noticed", () -> server.connections() == 0);
                go.set(true);
                await("the handlers have ended all the same", () -> ended.get() == 5);
                assertThat(session.get(server.uri()).bytes()).hasSize(1_000_000);
            }
        });
    }

    // ---- what clients must not do

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "garbage\\r\\n\\r\\n | 400",
                "<16><03><01>\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n | 400",
                "GET / HTTP/2.0\\r\\nHost: a\\r\\n\\r\\n | 505",
                "GET / HTTP/1.1\\r\\nHost : a\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a<00>b\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\nHost: a\\n\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\nContent-Length: 6\\r\\n\\r\\nhello | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: +5\\r\\n\\r\\nhello | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0x5\\r\\nhello\\r\\n0\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1001\\r\\n\\r\\n | 413",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3e9\\r\\nBODY!\\r\\n0\\r\\n\\r\\n | 413",
                "GET /LONG HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 414",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX: LONG\\r\\n\\r\\n | 431",
            })
    void aRequestThatBreaksTheRulesIsRefusedAndItsConnectionClosed(String request, String status) throws Exception {
        platform.run(() -> {
            var handled = new AtomicInteger();
            try (var server = HttpServer.builder()
                    .maxHeaderSize(2000)
                    .maxBodySize(1000)
                    .open(r -> {
                        Response answer = echo(r); // reads the body
                        handled.incrementAndGet();
                        return answer;
                    })) {
                String text =
                        unescape(request).replace("BODY", "x".repeat(1000)).replace("LONG", "x".repeat(60_000));
                String response = Weft.offload(() -> RawClient.exchange(server, text + get("/smuggled")));
                assertThat(response).startsWith("HTTP/1.1 " + status + " ").contains("connection: close\r\n");
                assertThat(response.split("HTTP/1.1 \\d{3} ", -1))
                        .as("one response")
                        .hasSize(2);
                assertThat(handled).hasValue(0);
                await("it is closed", () -> server.connections() == 0);
            }
        });
    }

    private static String unescape(String text) {
        return text.translateEscapes()
                .replace("<00>", "\0")
                .replace("<01>", "\1")
                .replace("<03>", "\3")
                .replace("<16>", "\26");
    }

    @Test
    void aRefusalWaitsForTheAnswersToWhatCameBefore() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> {
                Weft.sleep(Duration.ofMillis(20));
                return echo(request);
            })) {
                String responses = Weft.offload(
                        () -> RawClient.exchange(server, get("/1") + get("/2") + "garbage\r\n\r\n" + get("/3")));
                assertThat(responses.split("HTTP/1.1 ", -1))
                        .satisfiesExactly(
                                nothing -> assertThat(nothing).isEmpty(),
                                one -> assertThat(one).startsWith("200").contains("GET /1"),
                                two -> assertThat(two).startsWith("200").contains("GET /2"),
                                refusal -> assertThat(refusal).startsWith("400"));
            }
        });
    }

    @Test
    void aLargeBodyThatIsRefusedDoesNotDestroyTheAnswer() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(HttpServerTest::echo)) {
                String response = Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
                        String part = "x".repeat(100_000);
                        for (int i = 0; i < 20; i++) {
                            client.send(part); // while the answer is already on its way
                        }
                        return client.rest();
                    }
                });
                assertThat(response).startsWith("HTTP/1.1 413 ").contains("longer than 1048576 bytes");
            }
        });
    }

    @Test
    void aClientThatSendsItsRequestByDripsIsCutOff() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().requestTimeout(SHORT).open(HttpServerTest::echo)) {
                String response = Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        long begin = System.nanoTime();
                        try {
                            for (char c : ("GET / HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(3000)).toCharArray()) {
                                client.send(String.valueOf(c));
                                Thread.sleep(10);
                            }
                        } catch (IOException e) {
                            // closed, as it should be
                        }
                        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
                        return "";
                    }
                });
                assertThat(response).isEmpty();
                await("it is closed", () -> server.connections() == 0);
                String whole = Weft.offload(() -> RawClient.exchange(server, "GET / HTTP/1.1\r\n"));
                assertThat(whole).startsWith("HTTP/1.1 408 ").contains("within 100 ms");
            }
        });
    }

    @Test
    void anIdleConnectionIsClosedAfterItsTime() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().idleTimeout(SHORT).open(HttpServerTest::echo)) {
                String nothing = Weft.offload(() -> RawClient.exchange(server, ""));
                assertThat(nothing).isEmpty();
                String one = Weft.offload(() -> RawClient.exchange(server, get("/")));
                assertThat(one).startsWith("HTTP/1.1 200").doesNotContain("connection: close");
            }
        });
    }

    @Test
    void aHandlerMayTakeLongerThanAllTimeouts() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder()
                            .idleTimeout(SHORT)
                            .requestTimeout(SHORT)
                            .open(request -> {
                                Weft.sleep(SHORT.multipliedBy(4));
                                return Response.text("late");
                            });
                    var session = ClientSession.open()) {
                assertThat(session.get(server.uri()).text()).isEqualTo("late");
            }
        });
    }

    @Test
    void aClientThatDoesNotTakeItsResponseIsCutOff() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder()
                    .requestTimeout(SHORT)
                    .open(request -> Response.of("a/b", new byte[50_000_000]))) {
                var cutOff = new AtomicBoolean();
                try (var group = TaskGroup.open()) {
                    group.spawn(() -> Weft.offload(() -> {
                        try (var client = new RawClient(server)) {
                            client.send(get("/"));
                            while (!cutOff.get()) {
                                Thread.sleep(1);
                            }
                        }
                        return null;
                    }));
                    await("it has come", () -> server.connections() == 1);
                    await("it is cut off", () -> server.connections() == 0);
                    cutOff.set(true);
                    group.join();
                }
            }
        });
    }

    @Test
    @DisplayName("H041 requests in line behind a busy handler are bounded")
    void aFloodOfRequestsAheadIsBounded() throws Exception {
        platform.run(() -> {
            var handled = new AtomicInteger();
            var go = new AtomicBoolean();
            try (var server = HttpServer.open(request -> {
                        handled.incrementAndGet();
                        await("it may go on", go::get);
                        return Response.text("ok");
                    });
                    var session = ClientSession.open();
                    var group = TaskGroup.open()) {
                group.spawn(() -> Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        String requests = get("/").repeat(1000);
                        for (int i = 0; i < 1000; i++) {
                            client.send(requests);
                        }
                    } catch (IOException e) {
                        // cut off, or the server is closed
                    }
                    return null;
                }));
                await("the flood has begun", () -> handled.get() == 1);
                await("the server is not impressed", () -> server.connections() <= 1);
                go.set(true);
                assertThat(session.get(server.uri()).text()).isEqualTo("ok");
                assertThat(handled.get()).isLessThan(200);
            }
        });
    }

    // ---- opening and closing

    @Test
    void aTakenPortIsOneMessageWithTheRemedy() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            platform.run(
                    () -> assertThatThrownBy(
                                    () -> HttpServer.builder().port(port).open(HttpServerTest::echo))
                            .isInstanceOf(HttpException.class)
                            .hasMessage(
                                    "the server cannot listen on 127.0.0.1:" + port
                                            + ": the port is taken by another program; choose another one, or 0 to have the system choose"));
        }
    }

    @Test
    void anAddressOfAnotherMachineIsRefusedWithTheRemedy() throws Exception {
        platform.run(() -> {
            assertThatThrownBy(() -> HttpServer.builder().host("192.0.2.1").open(HttpServerTest::echo))
                    .isInstanceOf(HttpException.class)
                    .hasMessageContaining("no address of this machine");
            assertThatThrownBy(() ->
                            HttpServer.builder().host("no-such-host.invalid").open(HttpServerTest::echo))
                    .isInstanceOf(HttpException.class)
                    .hasMessageContaining("the host is unknown");
            Weft.sleep(Duration.ZERO); // and the task goes on
        });
    }

    @Test
    void outsideOfATaskTheMessageSaysWhatToDo() {
        assertThatThrownBy(() -> HttpServer.open(HttpServerTest::echo))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Weft.run");
    }

    @Test
    @DisplayName(
            "H046 H047 P166 closing lets requests that have begun end, closes idle connections at once and refuses new ones")
    void closingLetsRequestsThatHaveBegunEndAndClosesIdleConnectionsAtOnce() throws Exception {
        platform.run(() -> {
            var handling = new AtomicBoolean();
            var go = new AtomicBoolean();
            var idleAnswered = new AtomicBoolean();
            var idleEnd = new AtomicReference<String>();
            try (var group = TaskGroup.open()) {
                Task<String> begun;
                int port;
                try (var server = HttpServer.builder()
                        .grace(Duration.ofSeconds(20))
                        .open(request -> {
                            if (request.path().equals("/slow")) {
                                handling.set(true);
                                await("it may go on", go::get);
                            } else {
                                idleAnswered.set(true);
                            }
                            return echo(request);
                        })) {
                    port = server.port();
                    begun = group.spawn(() -> Weft.offload(() -> RawClient.exchange(server, get("/slow"))));
                    group.spawn(() -> Weft.offload(() -> {
                        idleEnd.set(RawClient.exchange(server, get("/idle")));
                        return null;
                    }));
                    await("both are there", () -> handling.get() && idleAnswered.get());
                    group.spawn(() -> {
                        await("the idle one is closed", () -> idleEnd.get() != null);
                        assertThatThrownBy(() -> Weft.offload(() -> new RawClient(server)))
                                .isInstanceOf(ConnectException.class);
                        go.set(true);
                    });
                }
                assertThat(begun.await())
                        .startsWith("HTTP/1.1 200")
                        .contains("connection: close")
                        .contains("GET /slow");
                assertThat(idleEnd.get()).contains("GET /idle");
                assertThatThrownBy(() -> Weft.offload(() -> new Socket(InetAddress.getLoopbackAddress(), port)))
                        .isInstanceOf(ConnectException.class);
            }
        });
    }

    @Test
    @DisplayName("H044 closing waits for tasks that handlers have started")
    void closingWaitsForTasksThatHandlersHaveStarted() throws Exception {
        platform.run(() -> {
            var started = new AtomicBoolean();
            var closing = new AtomicBoolean();
            var ended = new AtomicBoolean();
            try (var group = TaskGroup.open()) {
                Task<String> begun;
                try (var server = HttpServer.builder()
                        .grace(Duration.ofSeconds(20))
                        .open(request -> {
                            try (var work = TaskGroup.open()) {
                                work.spawn(() -> {
                                    started.set(true);
                                    await("the server is closing", closing::get);
                                    Weft.sleep(Duration.ofMillis(1));
                                    ended.set(true);
                                });
                                work.join();
                            }
                            return echo(request);
                        })) {
                    begun = group.spawn(() -> Weft.offload(() -> RawClient.exchange(server, get("/"))));
                    await("it is being worked on", started::get);
                    group.spawn(() -> closing.set(true)); // once this task waits for the end of the server
                }
                assertThat(ended).isTrue();
                assertThat(begun.await()).startsWith("HTTP/1.1 200");
            }
        });
    }

    @Test
    @DisplayName("H045 after the grace period handlers are cancelled and connections closed")
    void afterTheGracePeriodHandlersAreCancelledAndConnectionsClosed() throws Exception {
        platform.run(() -> {
            var cancelled = new AtomicBoolean();
            var handling = new AtomicBoolean();
            try (var group = TaskGroup.open()) {
                Task<String> begun;
                try (var server = HttpServer.builder().grace(SHORT).open(request -> {
                    handling.set(true);
                    try {
                        Weft.sleep(Duration.ofHours(1));
                    } finally {
                        cancelled.set(true);
                    }
                    return echo(request);
                })) {
                    begun = group.spawn(() -> Weft.offload(() -> RawClient.exchange(server, get("/"))));
                    await("it is being handled", handling::get);
                }
                assertThat(cancelled).isTrue();
                assertThat(begun.await()).isEmpty();
            }
        });
    }

    @Test
    void aServerEndsWithTheTaskThatOpenedIt() throws Exception {
        platform.run(() -> {
            var opened = new HttpServer[1];
            var handling = new AtomicBoolean();
            try (var group = TaskGroup.open()) {
                Task<Void> task = group.spawn(() -> {
                    try (var server = HttpServer.open(request -> {
                        handling.set(
                                true); // so that all the client sent has been read, and it sees an end and no reset
                        Weft.sleep(Duration.ofHours(1));
                        return echo(request);
                    })) {
                        opened[0] = server;
                        Weft.sleep(Duration.ofHours(1));
                    }
                    return null;
                });
                await("it is open", () -> opened[0] != null);
                Task<String> request = group.spawn(() -> Weft.offload(() -> RawClient.exchange(opened[0], get("/"))));
                await("a request is there", handling::get);
                task.cancel("enough");
                assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
                assertThat(request.await()).isEmpty();
                assertThat(opened[0].connections()).isZero();
                assertThatThrownBy(() -> Weft.offload(() -> new RawClient(opened[0])))
                        .isInstanceOf(ConnectException.class);
            }
        });
    }

    @Test
    void closingTwiceIsFine() throws Exception {
        platform.run(() -> {
            var server = HttpServer.open(HttpServerTest::echo);
            server.close();
            server.close();
            try (var again = HttpServer.builder().port(server.port()).open(HttpServerTest::echo)) {
                assertThat(again.port()).isEqualTo(server.port());
            }
        });
    }

    @Test
    void textOfABodyInAnUnknownCharsetIsReadAsUtf8() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> Response.text(request.text()))) {
                String answer = Weft.offload(() -> RawClient.exchange(
                        server,
                        "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: text/plain; charset=klingon\r\n"
                                + "Content-Length: 2\r\n\r\nÃ¤"));
                assertThat(answer).endsWith("\r\n\r\nÃ¤");
            }
        });
    }
}

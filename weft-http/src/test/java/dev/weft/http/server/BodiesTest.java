package dev.weft.http.server;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestBody;
import dev.weft.http.client.RequestException;
import dev.weft.sync.Event;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

/** Bodies in both directions, what clients may ask for, and clients that leave. */
@Timeout(60)
class BodiesTest {

    @LoopTest(clock = ClockMode.REAL)
    void aBodyMayBeReadAndAnsweredInParts() {
        try (var server = HttpServer.builder()
                        .maxBodySize(10_000_000)
                        .open(request ->
                                Response.stream("a/b", out -> request.body().transferTo(out)));
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            // the client sends all before it reads: both sides' buffers hold this much
            byte[] sent = new byte[100_000];
            ClientResponse response = session.post("/", RequestBody.bytes("a/b", sent));
            assertThat(response.bytes()).isEqualTo(sent);
            assertThat(response.headers().first("transfer-encoding")).isEqualTo("chunked");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void formsAndJsonAreChecked() {
        record Point(int x, int y) {}
        var router = new Router()
                .post("/form", request -> Response.text(request.form().toString()))
                .post(
                        "/json",
                        request -> Response.text(request.json(Point.class).toString()));
        try (var server = HttpServer.open(router);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            assertThat(session.post("/form", RequestBody.form(Map.of("a b", "c&d")))
                            .text())
                    .isEqualTo("{a b=[c&d]}");
            assertThat(session.post("/form", RequestBody.text("a=b")).status()).isEqualTo(415);
            assertThat(session.post("/json", RequestBody.json(new Point(1, 2))).text())
                    .isEqualTo("Point[x=1, y=2]");
            assertThat(session.post("/json", RequestBody.bytes("application/json", new byte[] {'{'}))
                            .status())
                    .isEqualTo(400);
            assertThat(session.post("/json", RequestBody.text("{}")).status()).isEqualTo(415);
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @LoopTest(clock = ClockMode.REAL)
    void compressedBodiesAreDecompressedAndCountedDecompressed() throws Exception {
        try (var server = HttpServer.builder().maxBodySize(1000).open(request -> Response.text(request.text()));
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            var request = ClientRequest.post(
                            "/", RequestBody.bytes("a/b", gzip("hello".getBytes(StandardCharsets.UTF_8))))
                    .header("Content-Encoding", "gzip");
            assertThat(session.send(request).text()).isEqualTo("hello");
            assertThat(session.send(request.body(RequestBody.bytes("a/b", gzip(new byte[100_000]))))
                            .status())
                    .isEqualTo(413);
            assertThat(session.send(request.body(RequestBody.text("no gzip"))).status())
                    .isEqualTo(400);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H042 a compressed body that nobody reads is dropped as it came")
    void anUnreadCompressedBodyIsNotInflated() throws Exception {
        byte[] bomb = gzip(new byte[50_000_000]);
        try (var server = HttpServer.open(request -> Response.text("unread"));
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            for (int i = 0; i < 3; i++) {
                assertThat(session.send(ClientRequest.post("/", RequestBody.bytes("a/b", bomb))
                                        .header("Content-Encoding", "gzip"))
                                .text())
                        .isEqualTo("unread");
            }
            assertThat(session.connections().opened())
                    .as("little enough is dropped")
                    .isEqualTo(1);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aRouteMayHaveALimitOfItsOwn() {
        var router = new Router()
                .route(
                        "POST",
                        "/big",
                        RoutePolicy.DEFAULT.maxBodySize(1_000_000),
                        request -> Response.text("" + request.bytes().length))
                .post("/small", request -> Response.text("" + request.bytes().length));
        try (var server = HttpServer.builder().maxBodySize(100).open(router);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            var body = RequestBody.bytes("a/b", new byte[500_000]);
            assertThat(session.post("/big", body).text()).isEqualTo("500000");
            assertThat(session.post("/small", body).status()).isEqualTo(413);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H043 204 and 304 carry neither length nor chunks")
    void responsesWithoutBodies() throws Exception {
        try (var server = HttpServer.open(request -> Response.stream("a/b", out -> out.write('x'))
                .withStatus(Integer.parseInt(request.path().substring(1))))) {
            for (String status : new String[] {"204", "304"}) {
                String response = Weft.offload(() -> RawClient.exchange(
                        server, "GET /" + status + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
                assertThat(response.toLowerCase(java.util.Locale.ROOT))
                        .startsWith("http/1.1 " + status)
                        .doesNotContain("content-length: 1")
                        .endsWith("\r\n\r\n");
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aBodyThatFailsCutsTheConnectionSoThatTheClientSeesIt() {
        try (var server = HttpServer.open(request -> Response.stream("a/b", out -> {
                    out.write("begin".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    throw new IllegalStateException("in the middle");
                }));
                var session = ClientSession.open()) {
            assertThatThrownBy(() -> session.get(server.uri()))
                    .isInstanceOf(RequestException.Incomplete.class)
                    .hasMessageContaining("5 bytes, before the last chunk");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void anOldClientGetsAStreamUntilTheEndOfTheConnection() throws Exception {
        try (var server = HttpServer.open(request ->
                Response.stream("a/b", out -> out.write("all".getBytes(StandardCharsets.US_ASCII))))) {
            String response =
                    Weft.offload(() -> RawClient.exchange(server, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
            assertThat(response)
                    .doesNotContain("chunked")
                    .contains("connection: close")
                    .endsWith("\r\n\r\nall");
        }
    }

    // ---- clients that leave

    @LoopTest(clock = ClockMode.REAL)
    void aHandlerGoesOnOrIsCancelledWhenItsClientLeavesAsItsRouteSays() {
        List<String> ends = Collections.synchronizedList(new ArrayList<>());
        var begun = new AtomicInteger();
        var go = new Event();
        Handler handler = request -> {
            begun.incrementAndGet();
            try {
                go.await();
                ends.add(request.path() + " went on");
                return Response.text("x");
            } catch (dev.weft.Cancelled e) {
                ends.add(request.path() + " " + e.reason());
                throw e;
            }
        };
        var router = new Router()
                .get("/order", handler)
                .route("GET", "/search", RoutePolicy.DEFAULT.cancelWhenClientLeaves(), handler);
        try (var server = HttpServer.open(router);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            for (String path : new String[] {"/order", "/search"}) {
                int before = begun.get();
                try (var group = TaskGroup.open()) {
                    var asking = group.spawn(() -> session.get(path));
                    await("it is asked", () -> begun.get() > before);
                    asking.cancel("enough");
                }
                await("it is noticed", () -> server.connections() == 0);
            }
            await("the search ends", () -> ends.size() == 1);
            assertThat(ends).containsExactly("/search the client has left before it was answered");
            go.set();
            await("the order ends", () -> ends.size() == 2);
            assertThat(ends.get(1)).isEqualTo("/order went on");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void writingToAClientThatHasLeftThrows() {
        var failure = new AtomicReference<Throwable>();
        try (var server = HttpServer.open(request -> Response.stream("a/b", out -> {
                    try {
                        while (true) {
                            out.write(new byte[100_000]);
                        }
                    } catch (Throwable e) {
                        failure.set(e);
                        throw e;
                    }
                }));
                var session = ClientSession.open()) {
            try (var response = session.stream(ClientRequest.get(server.uri().toString()))) {
                assertThat(response.status()).isEqualTo(200);
            }
            await("the handler is told", () -> failure.get() != null);
            assertThat(failure.get()).isInstanceOf(ClientGoneException.class);
        }
    }

    // ---- too much at once

    @LoopTest(clock = ClockMode.REAL)
    void requestsBeyondTheLimitWaitAndThenAreTurnedAway() {
        var go = new Event();
        var running = new AtomicInteger();
        try (var server = HttpServer.builder().maxConcurrent(2, 1).open(request -> {
                    running.incrementAndGet();
                    go.await();
                    running.decrementAndGet();
                    return Response.text("done");
                });
                var session =
                        ClientSession.builder().base(server.uri().toString()).open();
                var group = TaskGroup.open()) {
            var first = group.spawn(() -> session.get("/1").status());
            var second = group.spawn(() -> session.get("/2").status());
            await("both run", () -> running.get() == 2);
            var third = group.spawn(() -> session.get("/3").status());
            await("it is sent", () -> session.connections().open() == 3 && server.connections() == 3);
            ClientResponse turnedAway = session.get("/4");
            while (turnedAway.status() != 503) { // the third may not have been read yet
                turnedAway = session.get("/4");
            }
            assertThat(turnedAway.headers().first("retry-after")).isEqualTo("1");
            assertThat(running).hasValue(2);
            go.set();
            assertThat(List.of(first.await(), second.await(), third.await())).containsOnly(200);
            group.join();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void tooManyHeadersAreRefused() throws Exception {
        try (var server = HttpServer.builder().maxHeaders(10).open(request -> Response.text("x"))) {
            String response = Weft.offload(
                    () -> RawClient.exchange(server, "GET / HTTP/1.1\r\nHost: h\r\n" + "X: y\r\n".repeat(10) + "\r\n"));
            assertThat(response).startsWith("HTTP/1.1 431 ");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aBodyThatComesByDripsIsCutOffAndItsHandlerTold() throws Exception {
        var failure = new AtomicReference<Throwable>();
        try (var server = HttpServer.builder()
                .requestTimeout(Duration.ofMillis(50))
                .open(request -> {
                    try {
                        return Response.text(request.text());
                    } catch (Throwable e) {
                        failure.set(e);
                        throw e;
                    }
                })) {
            String response = Weft.offload(
                    () -> RawClient.exchange(server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"));
            assertThat(response)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("connection: close")
                    .contains("3 bytes did");
            assertThat(failure.get()).isInstanceOf(ErrorResponse.class);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void theAccessLogHasALinePerRequest() throws Exception {
        List<AccessLog.Entry> entries = new ArrayList<>();
        try (var server = HttpServer.builder().accessLog(entries::add).open(request -> Response.text("four"));
                var session = ClientSession.builder().userAgent("me").open()) {
            session.get(server.uri() + "x?y");
            session.send(ClientRequest.of("HEAD", server.uri() + "z"));
            Weft.offload(() -> RawClient.exchange(server, "rubbish\r\n\r\n"));
            await("all are noted", () -> entries.size() == 3);
            assertThat(entries.get(0)).satisfies(entry -> {
                assertThat(entry.method() + entry.target() + entry.status() + entry.bytes() + entry.userAgent())
                        .isEqualTo("GET/x?y2004me");
                assertThat(entry.complete()).isTrue();
            });
            assertThat(entries.get(1).bytes()).isZero();
            assertThat(entries.get(2).status()).isEqualTo(400);
        }
    }
}

package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Weft;
import dev.weft.http.ContentException;
import dev.weft.http.HttpVersion;
import dev.weft.http.ScriptedServer;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Request;
import dev.weft.http.server.Response;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What requests send and responses bring: methods, bodies, streams, codings. */
@Timeout(60)
class RequestsTest {
    @TempDir
    Path directory;

    private static Response echo(Request request) {
        return Response.text(request.method() + " " + request.target() + " "
                + request.headers().first("content-type") + " "
                + request.headers().first("content-length") + " "
                + request.headers().first("transfer-encoding") + " " + request.text());
    }

    @LoopTest(clock = ClockMode.REAL)
    void everyMethodGoesOutAsItIs() {
        try (var server = HttpServer.open(RequestsTest::echo);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            for (String method : new String[] {"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"}) {
                assertThat(session.send(ClientRequest.of(method, "/x")).text()).startsWith(method + " /x ");
            }
            assertThat(session.send(ClientRequest.of("HEAD", "/x")).bytes()).isEmpty();
            assertThatThrownBy(() -> ClientRequest.of("GET /x HTTP/1.1\r\nX: ", "/"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no token");
            assertThatThrownBy(() -> ClientRequest.get("/").header("Content-Length", "5"))
                    .hasMessageContaining("set by the session itself");
            assertThatThrownBy(() -> ClientRequest.get("/").header("X", "a\r\nEvil: b"))
                    .hasMessageContaining("control character");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void bodiesOfAllKindsArriveWithTheirTypeAndLength() throws Exception {
        Path file = Files.write(directory.resolve("a.txt"), "x".repeat(300_000).getBytes(StandardCharsets.US_ASCII));
        Map<String, String> form = new LinkedHashMap<>();
        form.put("a b", "c&d");
        form.put("ä", "=");
        try (var server = HttpServer.open(RequestsTest::echo);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            assertThat(session.post("/", RequestBody.text("hä")).text())
                    .isEqualTo("POST / text/plain; charset=utf-8 3 null hä");
            assertThat(session.post("/", RequestBody.bytes(null, new byte[] {65}))
                            .text())
                    .isEqualTo("POST / null 1 null A");
            assertThat(session.post("/", RequestBody.form(form)).text())
                    .isEqualTo("POST / application/x-www-form-urlencoded 20 null a+b=c%26d&%C3%A4=%3D");
            assertThat(session.post("/", RequestBody.json(Map.of("a", 1))).text())
                    .isEqualTo("POST / application/json 7 null {\"a\":1}");
            assertThat(session.post("/", RequestBody.stream("a/b", -1, input("stream")))
                            .text())
                    .isEqualTo("POST / a/b null chunked stream");
            assertThat(session.post("/", RequestBody.stream("a/b", 6, input("stream")))
                            .text())
                    .isEqualTo("POST / a/b 6 null stream");
            assertThat(session.post(
                                    "/",
                                    RequestBody.writing(
                                            "a/b", out -> out.write("ab".getBytes(StandardCharsets.US_ASCII))))
                            .text())
                    .isEqualTo("POST / a/b null chunked ab");
            assertThat(session.post("/", RequestBody.file("a/b", file)).text())
                    .isEqualTo("POST / a/b 300000 null " + "x".repeat(300_000));
            assertThat(session.send(ClientRequest.of("POST", "/")).text()).isEqualTo("POST / null 0 null ");
            assertThat(session.connections().open()).isEqualTo(1);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aServerMayStreamItsAnswerWhileItReads() {
        int length = 12 << 20;
        byte[] piece = "0123456789abcdef".repeat(4 * 1024).getBytes(StandardCharsets.US_ASCII);
        RequestBody body = RequestBody.writing("a/b", out -> {
            for (int sent = 0; sent < length; sent += piece.length) {
                out.write(piece);
            }
        });
        try (var server = HttpServer.builder()
                .maxBodySize(length)
                .open(request -> Response.stream("a/b", out -> request.body().transferTo(out)))) {
            for (HttpVersion version : List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)) {
                try (var session = ClientSession.builder()
                        .version(version)
                        .readTimeout(Duration.ofSeconds(10))
                        .base(server.uri().toString())
                        .open()) {
                    ClientResponse whole = session.post("/", body);
                    assertThat(whole.version()).isEqualTo(version);
                    assertThat(whole.bytes()).hasSize(length).endsWith(piece);
                    assertThat(session.post("/", RequestBody.text("again")).text())
                            .isEqualTo("again");
                    assertThat(session.connections().opened()).isEqualTo(1);
                }
            }
        }
    }

    private static InputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @LoopTest(clock = ClockMode.REAL)
    void baseDefaultsAndParameters() {
        try (var server = HttpServer.open(request ->
                        Response.text(request.target() + " " + request.headers().first("x-a") + " "
                                + request.headers().all("x-b")));
                var session = ClientSession.builder()
                        .base(server.uri() + "api/")
                        .header("X-A", "session")
                        .header("X-B", "1")
                        .header("X-B", "2")
                        .open()) {
            assertThat(session.get("users?x=1").text()).isEqualTo("/api/users?x=1 session [1, 2]");
            assertThat(session.get("/users").text()).isEqualTo("/users session [1, 2]");
            assertThat(session.get("").text()).isEqualTo("/api/ session [1, 2]");
            assertThat(session.send(ClientRequest.get("u#f")
                                    .param("a b", "c+d&é")
                                    .param("e", "")
                                    .header("x-b", "mine"))
                            .text())
                    .isEqualTo("/api/u?a%20b=c%2Bd%26%C3%A9&e= session [mine]");
            assertThat(session.get(server.uri() + "absolute").text()).startsWith("/absolute ");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aStreamedBodyIsReadAsItComesAndTheServerWaitsForASlowReader() throws Exception {
        var written = new AtomicInteger();
        int total = 64 * 1024 * 1024;
        try (var server = HttpServer.open(request -> Response.stream("a/b", out -> {
                    var piece = new byte[64 * 1024];
                    for (int i = 0; i < total / piece.length; i++) {
                        out.write(piece);
                        written.addAndGet(piece.length);
                    }
                }));
                var session = ClientSession.open()) {
            try (var response = session.stream(ClientRequest.get(server.uri().toString()))) {
                assertThat(response.body().readNBytes(1000)).hasSize(1000);
                int before = -1;
                while (written.get() != before) { // until the server makes no more progress
                    before = written.get();
                    Weft.sleep(Duration.ofMillis(50));
                }
                assertThat(before).isLessThan(total / 2);
                long rest = 0;
                var piece = new byte[100_000];
                for (int n = response.body().read(piece);
                        n >= 0;
                        n = response.body().read(piece)) {
                    rest += n;
                }
                assertThat(rest).isEqualTo(total - 1000);
            }
            assertThat(session.connections().idle())
                    .as("the connection is kept")
                    .isEqualTo(1);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aStreamThatIsClosedEarlyClosesItsConnectionAndNothingStays() throws Exception {
        try (var server = HttpServer.open(request -> Response.stream("a/b", out -> {
                    while (true) {
                        out.write(new byte[10_000]);
                    }
                }));
                var session = ClientSession.builder().limit(1).open()) {
            for (int i = 0; i < 3; i++) {
                try (var response =
                        session.stream(ClientRequest.get(server.uri().toString()))) {
                    assertThat(response.body().read()).isZero();
                }
                assertThat(session.connections().open()).isZero();
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void anUploadWaitsForASlowServer() throws Exception {
        var written = new AtomicInteger();
        var go = new dev.weft.sync.Event();
        int total = 64 * 1024 * 1024;
        try (var server = HttpServer.builder().maxBodySize(total).open(request -> {
                    go.await();
                    return Response.text("" + request.body().transferTo(OutputStream.nullOutputStream()));
                });
                var session = ClientSession.open();
                var group = dev.weft.TaskGroup.open()) {
            var answer = group.spawn(() -> session.post(server.uri().toString(), RequestBody.writing("a/b", out -> {
                        for (int i = 0; i < total; i += 65_536) {
                            out.write(new byte[65_536]);
                            written.addAndGet(65_536);
                        }
                    }))
                    .text());
            int before = -1;
            while (written.get() == 0 || written.get() != before) {
                before = written.get();
                Weft.sleep(Duration.ofMillis(50));
            }
            assertThat(before).isLessThan(total / 2);
            go.set();
            assertThat(answer.await()).isEqualTo("" + total);
            group.join();
        }
    }

    // ---- codings

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] bytes, boolean bare) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var deflate = new DeflaterOutputStream(out, new Deflater(9, bare))) {
            deflate.write(bytes);
        }
        return out.toByteArray();
    }

    @LoopTest(clock = ClockMode.REAL)
    void compressedBodiesAreDecompressedUnlessToldOtherwise() throws Exception {
        byte[] text = "hello ".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        Map<String, byte[]> encoded = Map.of(
                "gzip", gzip(text),
                "x-gzip", gzip(text),
                "deflate", deflate(text, false),
                "Deflate", deflate(text, true),
                "deflate, gzip", gzip(deflate(text, false)));
        try (var server = HttpServer.open(request -> {
                    String coding = request.parameter("coding");
                    return Response.of("a/b", encoded.getOrDefault(coding, text))
                            .withHeader("Content-Encoding", String.valueOf(coding));
                });
                var session = ClientSession.open();
                var raw = ClientSession.builder().noDecompression().open()) {
            for (String coding : encoded.keySet()) {
                var request = ClientRequest.get(server.uri().toString()).param("coding", coding);
                assertThat(session.send(request).bytes()).as(coding).isEqualTo(text);
                assertThat(raw.send(request).bytes()).as(coding).isEqualTo(encoded.get(coding));
            }
            assertThat(session.send(ClientRequest.get(server.uri().toString()).param("coding", "unknown"))
                            .bytes())
                    .isEqualTo(text);
            assertThat(session.send(ClientRequest.of("HEAD", server.uri().toString())
                                    .param("coding", "gzip"))
                            .bytes())
                    .isEmpty();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aBombIsCutOffAtTheLimitOfTheSession() throws Exception {
        byte[] bomb = gzip(gzip(new byte[100_000_000]));
        assertThat(bomb.length).isLessThan(100_000);
        try (var server = HttpServer.open(
                        request -> Response.of("a/b", bomb).withHeader("Content-Encoding", "gzip, gzip"));
                var session = ClientSession.builder().maxBodySize(1_000_000).open()) {
            assertThatThrownBy(() -> session.get(server.uri()))
                    .isInstanceOf(RequestException.TooLarge.class)
                    .hasMessageContaining("1000000 bytes, decompressed");
            assertThat(session.connections().waiting()).isZero();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aBodyThatIsNotEncodedAsItSaysIsMalformed() {
        try (var server = HttpServer.open(
                        request -> Response.text("no gzip at all").withHeader("Content-Encoding", "gzip"));
                var session = ClientSession.open()) {
            assertThatThrownBy(() -> session.get(server.uri()))
                    .isInstanceOf(RequestException.Malformed.class)
                    .hasMessageContaining("not well-formed gzip");
        }
    }

    // ---- JSON and status

    @LoopTest(clock = ClockMode.REAL)
    void jsonIsReadIfItIsJson() {
        record Point(int x, int y) {}
        try (var server = HttpServer.open(request -> switch (request.path()) {
                    case "/ok" -> Response.json(new Point(1, 2));
                    case "/problem" ->
                        Response.of("application/problem+json", "{\"x\":3,\"y\":4}".getBytes(StandardCharsets.UTF_8));
                    case "/broken" -> Response.of("application/json", "{".getBytes(StandardCharsets.UTF_8));
                    default -> Response.html("<p>").withStatus(502);
                });
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            assertThat(session.get("/ok").json(Point.class)).isEqualTo(new Point(1, 2));
            assertThat(session.get("/problem").json(Point.class)).isEqualTo(new Point(3, 4));
            assertThatThrownBy(() -> session.get("/broken").json(Point.class))
                    .isInstanceOf(ContentException.class)
                    .hasMessageContaining("/broken");
            assertThatThrownBy(() -> session.get("/html").json(Point.class))
                    .isInstanceOf(ContentException.class)
                    .hasMessageContaining("status 502 is 'text/html");
            assertThat(session.get("/ok").orThrow().status()).isEqualTo(200);
            assertThatThrownBy(() -> session.get("/html").orThrow())
                    .isInstanceOf(StatusException.class)
                    .hasMessageContaining("/html answered 502: <p>");
        }
    }

    // ---- uploads that the server does not want

    @LoopTest(clock = ClockMode.REAL, leakCheck = false) // the other side is threads that end later
    @DisplayName(
            "H003 H019 a server that answers before an upload has ended is heard, and its connection not used again")
    void aServerThatAnswersBeforeTheUploadHasEnded() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
                    connection.request();
                    if (number == 0) {
                        connection.send("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno");
                        connection.awaitClose();
                    } else {
                        connection.respond("yes");
                    }
                });
                var session = ClientSession.open()) {
            var stopped = new AtomicBoolean();
            ClientResponse refused = session.post(server.url(), RequestBody.writing("a/b", out -> {
                try {
                    while (true) {
                        out.write(new byte[10_000]);
                    }
                } catch (IOException e) {
                    stopped.set(true);
                    throw e;
                }
            }));
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.text()).isEqualTo("no");
            assertThat(stopped).isTrue();
            assertThat(session.get(server.url()).text()).isEqualTo("yes");
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H016 the body waits for the interim answer, and a final answer instead is returned")
    void theBodyWaitsForLeave() throws Exception {
        try (var server = HttpServer.open(request ->
                        request.path().equals("/no") ? Response.status(403) : Response.text(request.text()));
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            var asked = new AtomicInteger();
            var body = RequestBody.writing("a/b", out -> {
                asked.incrementAndGet();
                out.write('x');
            });
            assertThat(session.send(ClientRequest.post("/yes", body).expectContinue())
                            .text())
                    .isEqualTo("x");
            assertThat(asked).hasValue(1);
            assertThat(session.send(ClientRequest.post("/no", body).expectContinue())
                            .status())
                    .isEqualTo(403);
            assertThat(asked).hasValue(1);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aBodyThatDoesNotKeepItsWordFailsTheRequest() {
        try (var server = HttpServer.open(RequestsTest::echo);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            assertThatThrownBy(() -> session.post("/", RequestBody.stream("a/b", 10, input("short"))))
                    .isInstanceOf(RequestException.BodyFailed.class)
                    .hasMessageContaining("announced with 10 bytes, and has 5");
            assertThatThrownBy(() -> session.post("/", RequestBody.stream("a/b", 2, input("long"))))
                    .isInstanceOf(RequestException.BodyFailed.class)
                    .hasMessageContaining("announced with 2 bytes, and 4 are being written");
            RequestException e = catchThrowableOfType(
                    RequestException.class,
                    () -> session.post("/", RequestBody.writing("a/b", out -> {
                        throw new IOException("disk on fire");
                    })));
            assertThat(e).isInstanceOf(RequestException.BodyFailed.class).hasMessageContaining("disk on fire");
            assertThat(session.connections().open())
                    .isEqualTo(session.connections().idle());
        }
    }
}

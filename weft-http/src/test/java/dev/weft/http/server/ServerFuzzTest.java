package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.Fuzz;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What strangers send to the server: it is answered or refused, and the next request is answered. */
@Timeout(120)
class ServerFuzzTest {
    private static final List<String> REQUESTS = List.of(
            "GET /u/7?a=b&c=%20 HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip;q=0.5, *\r\n\r\n",
            "GET /files/a.txt HTTP/1.1\r\nHost: h\r\nRange: bytes=1-2\r\nIf-Range: \"x\"\r\n\r\n",
            "GET /files/a.txt HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT\r\nIf-None-Match: W/\"a\", *\r\n\r\n",
            "POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na=b&c=%20",
            "POST /parts HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "46\r\n--b\r\nContent-Disposition: form-data; name=\"n\"; filename=\"f\"\r\n\r\nhello\r\n\r\n9\r\n--b--\r\nxx\r\n0\r\n\r\n",
            "POST /text HTTP/1.1\r\nHost: h\r\nContent-Encoding: deflate\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\nabc",
            "PUT /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
            "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\u0081\u0085\0\0\0\0hello",
            "OPTIONS * HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");

    @TempDir
    Path directory;

    private Handler handler() throws IOException {
        Files.writeString(directory.resolve("a.txt"), "0123456789".repeat(300));
        return new Router()
                .use(Compression.DEFAULT)
                .get("/u/{id}", request -> Response.text(request.pathParameter("id") + request.parameters()))
                .get("/ws", request -> Response.webSocket(socket -> socket.receive()))
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

    @LoopTest(clock = ClockMode.REAL)
    void whateverComesOverASocketIsAnsweredOrRefusedAndNeverAFailureOfTheServer() throws Exception {
        try (var server = HttpServer.open(handler())) {
            Weft.offload(() -> {
                Fuzz.cases(300, random -> {
                    byte[] request = request(random);
                    String answers = answers(server, random, request);
                    assertThat(answers)
                            .as(new String(request, StandardCharsets.ISO_8859_1))
                            .matches("(?s)|HTTP/1\\.1 [1-5]\\d\\d .*")
                            .doesNotContain("HTTP/1.1 500");
                });
                assertThat(RawClient.exchange(server, "GET /u/next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 200")
                        .endsWith("next{}");
                return true;
            });
        }
    }

    private static byte[] request(Random random) {
        String good = Fuzz.oneOf(random, REQUESTS);
        if (random.nextInt(4) == 0) {
            good += Fuzz.oneOf(random, REQUESTS);
        }
        return Fuzz.mutated(random, good.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@return what comes back for a request that is sent in pieces; the client then says that no more will come} */
    private static String answers(HttpServer server, Random random, byte[] request) throws IOException {
        try (var client = new RawClient(server)) {
            try {
                int at = 0;
                while (at < request.length) {
                    int count = Math.min(request.length - at, 1 + random.nextInt(request.length));
                    client.send(new String(request, at, count, StandardCharsets.ISO_8859_1));
                    at += count;
                }
                client.socket().shutdownOutput();
                return client.rest();
            } catch (IOException e) {
                return ""; // refused and reset before all was sent
            }
        }
    }

    @Test
    void pathsAreTakenApartOrRefused() {
        Fuzz.cases(5_000, random -> {
            String target =
                    "/" + Fuzz.text(random, 12, "/", "a", "%", "%2F", "%41", "..", "?", "+", "%C3%A4", "%C3", ";");
            try {
                RoutePath path = RoutePath.of(RequestTarget.pathAndQuery(target));
                assertThat(path.segments()).isNotEmpty();
                assertThat(path.rest(0)).isNotNull();
            } catch (ErrorResponse e) {
                assertThat(e.response().status()).isEqualTo(400);
            }
        });
    }

    @Test
    void datesNameASecondOrNone() {
        byte[] good = "Thu, 01 Jan 2026 00:00:00 GMT".getBytes(StandardCharsets.US_ASCII);
        assertThat(HttpDates.second(new String(good, StandardCharsets.US_ASCII)))
                .isEqualTo(1_767_225_600);
        Fuzz.cases(
                20_000,
                random -> HttpDates.second(new String(Fuzz.mutated(random, good), StandardCharsets.ISO_8859_1)));
    }
}

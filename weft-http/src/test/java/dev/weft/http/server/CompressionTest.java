package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.ContentCoding;
import dev.weft.http.Fuzz;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.EventReader;
import dev.weft.http.client.RequestException;
import dev.weft.http.netty.ContentCodings;
import dev.weft.sync.Event;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses that are compressed while they are sent. */
@Timeout(60)
class CompressionTest {
    private static final String TEXT = "all work and no play ".repeat(500);
    private static final List<String> CODINGS = List.of("gzip", "br", "zstd");

    @TempDir
    Path directory;

    private static HttpServer serve(Handler handler) {
        return HttpServer.open(Middleware.chain(List.of(Compression.DEFAULT), handler));
    }

    private static ClientRequest get(HttpServer server, String path, String accepted) {
        return ClientRequest.get(server.uri() + path).header("Accept-Encoding", accepted);
    }

    /** {@return the header of what comes, and checks that it decodes to the same text} */
    private static ClientResponse same(ClientSession session, HttpServer server, String coding) {
        ClientResponse response = session.send(get(server, "x", coding));
        assertThat(response.headers().first("content-encoding")).isEqualTo(coding);
        assertThat(response.headers().first("vary")).isEqualTo("accept-encoding");
        assertThat(response.text()).as(coding).isEqualTo(TEXT);
        return response;
    }

    @LoopTest(clock = ClockMode.REAL)
    void aBodyIsSentInWhatTheClientTakes() {
        try (var server = serve(request -> Response.text(TEXT));
                var session = ClientSession.open();
                var raw = ClientSession.builder().noDecompression().open()) {
            for (String coding : CODINGS) {
                same(session, server, coding);
                assertThat(raw.send(get(server, "x", coding)).bytes().length)
                        .as(coding)
                        .isLessThan(300);
            }
            assertThat(raw.get(server.uri() + "x").text()).isEqualTo(TEXT);
            ClientResponse chosen = session.get(server.uri() + "x");
            assertThat(chosen.headers().first("content-encoding")).isEqualTo("zstd");
            assertThat(chosen.text()).isEqualTo(TEXT);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void streamsAndLargeBodiesAreCompressedAsTheyGo() {
        byte[] large = TEXT.repeat(50).getBytes(StandardCharsets.US_ASCII);
        try (var server = serve(new Router()
                        .get(
                                "/stream",
                                request -> Response.stream("text/plain", TEXT.length(), out -> {
                                    for (int at = 0; at < TEXT.length(); at += 100) {
                                        out.write(TEXT.substring(at, at + 100).getBytes(StandardCharsets.US_ASCII));
                                    }
                                }))
                        .get("/large", request -> Response.of("text/plain", large)));
                var session = ClientSession.open()) {
            for (String coding : CODINGS) {
                ClientResponse stream = session.send(get(server, "stream", coding));
                assertThat(stream.text()).as(coding).isEqualTo(TEXT);
                assertThat(stream.headers().first("content-encoding")).isEqualTo(coding);
                assertThat(stream.headers().first("transfer-encoding")).isEqualTo("chunked");
                assertThat(session.send(get(server, "large", coding)).bytes())
                        .as(coding)
                        .isEqualTo(large);
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void eachEventLeavesAtOnce() throws Exception {
        var received = new Event[] {new Event(), new Event(), new Event()};
        try (var server = serve(request -> Response.events(sink -> {
                    for (Event event : received) {
                        sink.send(TEXT);
                        event.await(); // what was sent has been read
                    }
                }));
                var session = ClientSession.open()) {
            for (String coding : CODINGS) {
                try (var response = session.stream(get(server, "x", coding))) {
                    var events = new EventReader(response);
                    for (Event event : received) {
                        event.clear();
                    }
                    for (Event event : received) {
                        assertThat(events.next().data()).isEqualTo(TEXT);
                        event.set();
                    }
                }
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void whatShouldNotBeCompressedIsNot() {
        var router = new Router()
                .get("/small", request -> Response.text("small"))
                .get("/image", request -> Response.of("image/png", TEXT.getBytes(StandardCharsets.US_ASCII)))
                .get("/untyped", request -> Response.status(200).withBody(TEXT.getBytes(StandardCharsets.US_ASCII)))
                .get("/final", request -> Response.text(TEXT).withHeader("Cache-Control", "public, No-Transform"))
                .get("/part", request -> Response.text(TEXT).withStatus(206).withHeader("Content-Range", "bytes 0-1/2"))
                .get("/done", request -> Response.text(TEXT).withHeader("Content-Encoding", "identity"))
                .get("/dense", request -> Response.of("text/plain", dense()))
                .get("/none", request -> Response.text(TEXT).withStatus(204));
        try (var server = serve(router);
                var session = ClientSession.open()) {
            for (String path : List.of("small", "image", "untyped", "final", "part", "done", "dense", "none")) {
                ClientResponse response = session.send(get(server, path, "gzip"));
                assertThat(response.headers().first("content-encoding"))
                        .as(path)
                        .isIn(null, "identity");
                assertThat(response.headers().contains("vary"))
                        .as(path)
                        .isEqualTo(List.of("small", "part", "dense", "none").contains(path));
            }
        }
    }

    /** There is nothing to gain. */
    private static byte[] dense() {
        var bytes = new byte[2_000];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @LoopTest(clock = ClockMode.REAL)
    void filesKeepTheirConditionsAndRanges() throws IOException {
        Files.writeString(directory.resolve("a.txt"), TEXT);
        try (var server = serve(StaticFiles.of(directory));
                var session = ClientSession.open()) {
            ClientResponse whole = session.send(get(server, "a.txt", "br"));
            assertThat(whole.text()).isEqualTo(TEXT);
            assertThat(whole.headers().contains("accept-ranges")).isFalse();
            String tag = whole.headers().first("etag");
            assertThat(tag).startsWith("W/\"");
            ClientResponse unchanged = session.send(get(server, "a.txt", "br").header("If-None-Match", tag));
            assertThat(unchanged.status()).isEqualTo(304);
            assertThat(unchanged.headers().first("vary")).isEqualTo("accept-encoding");
            ClientResponse part = session.send(get(server, "a.txt", "br").header("Range", "bytes=0-2"));
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.text()).isEqualTo("all");
            ClientResponse head = session.send(
                    ClientRequest.of("HEAD", server.uri() + "a.txt").header("Accept-Encoding", "br"));
            assertThat(head.headers().first("content-encoding")).isEqualTo("br");
            assertThat(head.headers().contains("content-length")).isFalse();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aHandlerThatFailsInTheMiddleLeavesNoBodyThatLooksWhole() {
        try (var server = serve(request -> Response.stream("text/plain", out -> {
                    out.write(TEXT.getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    throw new IllegalStateException("in the middle");
                }));
                var session = ClientSession.open()) {
            for (String coding : CODINGS) {
                assertThatThrownBy(() -> session.send(get(server, "x", coding)))
                        .as(coding)
                        .isInstanceOf(RequestException.Incomplete.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "gzip | gzip",
                "gzip, br, zstd | zstd",
                "gzip;q=1.0, zstd;q=0.9 | gzip",
                "GZIP | gzip",
                "x-gzip | gzip",
                "* | zstd",
                "*;q=0.1, gzip;q=0 | zstd",
                "zstd;q=0, * | br",
                "identity | none",
                "gzip;q=0 | none",
                "gzip;q=0.5, identity | none",
                "gzip;q=0.5, identity;q=0.5 | gzip",
                "identity;q=0, gzip;q=0.001 | gzip",
                "'' | none",
                "gzip;q=2 | none",
                "gzip;q=-1 | none",
                "gzip;q=1x | none",
                "gzip;q=0.0001 | none",
                "gzip;q | none",
                "deflate | none",
            })
    void theCodingIsTheOneThatTheClientWantsMost(String accepted, String coding) {
        List<ContentCoding> offered = ContentCodings.installed().stream()
                .filter(ContentCoding::canEncode)
                .toList();
        assertThat(offered).hasToString("[zstd, br, gzip]");
        ContentCoding chosen = AcceptEncoding.choose(List.of(accepted), offered);
        assertThat(chosen == null ? null : chosen.name()).isEqualTo(coding);
        assertThat(AcceptEncoding.choose(List.of(), offered)).isNull();
    }

    @Test
    void whateverAClientSaysItTakesHasAWeight() {
        Fuzz.cases(20_000, random -> {
            String accepted = Fuzz.text(random, 12, "gzip", "*", ",", ";", "q=", "1", "0", ".", "5", " ", "identity");
            assertThat(AcceptEncoding.weight(List.of(accepted), "gzip")).isBetween(-1, 1_000);
            assertThat(ContentCodings.installed())
                    .as(accepted)
                    .containsAnyOf(
                            AcceptEncoding.choose(List.of(accepted), ContentCodings.installed()), ContentCodings.GZIP);
        });
    }
}

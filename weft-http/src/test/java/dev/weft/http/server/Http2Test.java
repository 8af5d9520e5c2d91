package dev.weft.http.server;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.HttpVersion;
import dev.weft.http.Keys;
import dev.weft.http.Platform;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.FormPart;
import dev.weft.http.client.RequestBody;
import dev.weft.http.client.SessionBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The client and the server speak HTTP/2 with each other. */
@ParameterizedClass
@EnumSource(
        value = Platform.class,
        names = {"LOOP_EPOLL", "LOOP_NIO", "PORTABLE_NIO"})
@Timeout(120)
class Http2Test {
    @TempDir
    static Path directory;

    private static Keys keys;

    @Parameter
    Platform platform;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = Keys.make(directory);
    }

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    /** Without TLS. */
    private static SessionBuilder unasked() {
        return ClientSession.builder().version(HttpVersion.HTTP_2);
    }

    private static SessionBuilder overTls() {
        return ClientSession.builder().tls(keys.context());
    }

    @Test
    void requestsAndAnswersOfAllKindsOverTlsAndWithout() throws Exception {
        var router = new Router()
                .get(
                        "/hello",
                        request -> Response.text("hello " + request.parameter("name") + " "
                                        + request.headers().first("x-one") + " "
                                        + request.headers().first("host") + " "
                                        + request.headers().contains("x-http2-scheme"))
                                .withHeader("X-Two", "2"))
                .route("HEAD", "/head", RoutePolicy.DEFAULT, request -> Response.text("12345"))
                .post("/echo", request -> Response.of("a/b", request.bytes()))
                .get("/none", request -> Response.status(204))
                .get("/fails", request -> {
                    throw new IllegalStateException("on purpose");
                })
                .post(
                        "/back",
                        request -> Response.stream("a/b", out -> request.body().transferTo(out)));
        platform.run(() -> {
            for (boolean tls : new boolean[] {false, true}) {
                var builder = HttpServer.builder();
                try (var server = (tls ? builder.tls(keys.context()) : builder).open(router);
                        var session = (tls ? overTls() : unasked()).open()) {
                    String at = server.uri().toString();
                    ClientResponse hello = session.send(
                            ClientRequest.get(at + "hello?name=a%20b").header("X-One", "1"));
                    assertThat(hello.version()).isEqualTo(HttpVersion.HTTP_2);
                    assertThat(hello.text()).isEqualTo("hello a b 1 127.0.0.1:" + server.port() + " false");
                    assertThat(hello.headers().first("x-two")).isEqualTo("2");
                    assertThat(hello.headers().first("content-length")).isEqualTo("" + hello.bytes().length);
                    ClientResponse head = session.send(ClientRequest.of("HEAD", at + "head"));
                    assertThat(head.headers().first("content-length")).isEqualTo("5");
                    assertThat(head.bytes()).isEmpty();
                    assertThat(session.get(at + "none").status()).isEqualTo(204);
                    assertThat(session.get(at + "fails").status()).isEqualTo(500);
                    byte[] large = "0123456789".repeat(60_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                    assertThat(session.post(at + "echo", RequestBody.bytes("a/b", large))
                                    .bytes())
                            .isEqualTo(large);
                    assertThat(session.post(at + "back", RequestBody.writing("a/b", out -> {
                                        for (int i = 0; i < 60; i++) {
                                            out.write(large, i * 10_000, 10_000);
                                        }
                                    }))
                                    .bytes())
                            .isEqualTo(large);
                    assertThat(session.connections().opened()).isEqualTo(1);
                    assertThat(session.connections().idle()).isEqualTo(1);
                    assertThat(server.connections()).isEqualTo(1);
                }
            }
        });
    }

    @Test
    void manyRequestsShareOneConnectionAndWaitForAStreamInTurn() throws Exception {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        platform.run(() -> {
            for (boolean tls : new boolean[] {false, true}) {
                var builder = HttpServer.builder().maxStreams(7);
                try (var server = (tls ? builder.tls(keys.context()) : builder).open(request -> {
                            most.accumulateAndGet(now.incrementAndGet(), Math::max);
                            Weft.sleep(Duration.ofMillis(1));
                            now.decrementAndGet();
                            return Response.text(request.path());
                        });
                        var session = (tls ? overTls() : unasked()).open()) {
                    List<String> answers = Weft.gather(java.util.stream.IntStream.range(0, 200)
                            .<java.util.concurrent.Callable<String>>mapToObj(i ->
                                    () -> session.get(server.uri() + "n" + i).text())
                            .toList());
                    for (int i = 0; i < 200; i++) {
                        assertThat(answers.get(i)).isEqualTo("/n" + i);
                    }
                    assertThat(session.connections().opened()).isEqualTo(1);
                    assertThat(session.connections().waiting()).isZero();
                    await("all streams have ended", () -> session.connections().idle() == 1);
                }
            }
        });
        assertThat(most.get()).isBetween(2, 7);
    }

    @Test
    void compressionGoesOverHttp2InBothDirections() throws Exception {
        String text = "the same again and again ".repeat(4_000);
        platform.run(() -> {
            var coding = new ArrayList<String>();
            Middleware noted = (request, next) -> {
                Response response = next.handle(request);
                coding.add(String.valueOf(response.headers().first("content-encoding")));
                return response;
            };
            try (var server = HttpServer.open(new Router()
                            .use(noted)
                            .use(Compression.DEFAULT)
                            .post("/echo", request -> Response.text(request.text()))
                            .get(
                                    "/stream",
                                    request -> Response.stream("text/plain", out -> {
                                        out.write(text.getBytes(StandardCharsets.UTF_8));
                                        out.flush();
                                        out.write('!');
                                    })));
                    var session = unasked().open()) {
                ClientResponse echo = session.post(server.uri() + "echo", RequestBody.text(text));
                assertThat(echo.version()).isEqualTo(HttpVersion.HTTP_2);
                assertThat(echo.text()).isEqualTo(text);
                assertThat(session.get(server.uri() + "stream").text()).isEqualTo(text + "!");
                assertThat(coding).hasSize(2).doesNotContain("null");
                var zipped = new ByteArrayOutputStream();
                try (var out = new GZIPOutputStream(zipped)) {
                    out.write(text.getBytes(StandardCharsets.UTF_8));
                }
                ClientResponse unzipped = session.send(
                        ClientRequest.post(server.uri() + "echo", RequestBody.bytes("text/plain", zipped.toByteArray()))
                                .header("Content-Encoding", "gzip"));
                assertThat(unzipped.text()).isEqualTo(text);
            }
        });
    }

    @Test
    void formsWithFilesGoOverHttp2() throws Exception {
        byte[] large = new byte[300_000]; // more than a window
        Arrays.fill(large, (byte) 'x');
        platform.run(() -> {
            try (var server = HttpServer.open(request -> {
                        var seen = new StringBuilder();
                        for (Part part : request.multipart(MultipartLimits.DEFAULT.maxInMemory(large.length))) {
                            seen.append(part.name())
                                    .append('=')
                                    .append(part.fileName())
                                    .append(':')
                                    .append(part.bytes().length)
                                    .append(' ');
                        }
                        return Response.text(seen.toString());
                    });
                    var session = unasked().open()) {
                ClientResponse response = session.post(
                        server.uri().toString(),
                        RequestBody.multipart(
                                FormPart.field("a", "1"),
                                FormPart.of("f", "f.bin", RequestBody.bytes("a/b", large)),
                                FormPart.field("b", "22")));
                assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
                assertThat(response.text()).isEqualTo("a=null:1 f=f.bin:300000 b=null:2 ");
                assertThat(session.post(server.uri().toString(), RequestBody.text("no form"))
                                .status())
                        .isEqualTo(415);
                assertThat(session.connections().opened()).isEqualTo(1);
            }
        });
    }
}

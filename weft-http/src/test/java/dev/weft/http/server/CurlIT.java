package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Weft;
import dev.weft.http.Keys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that others wrote talks to the server. */
@Timeout(120)
class CurlIT {
    @TempDir
    static Path directory;

    @BeforeAll
    static void needsCurl() {
        String path = String.valueOf(System.getenv("PATH"));
        assumeTrue(
                path.lines()
                        .flatMap(line -> List.of(line.split(java.io.File.pathSeparator)).stream())
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "curl"))),
                "curl is not on the path");
    }

    private static String curl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--noproxy", "*", "--max-time", "30"));
        command.addAll(List.of(arguments));
        try {
            return Weft.offload(() -> {
                Process process =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
                return output;
            });
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void requestsOfAllKinds() throws Exception {
        Path large =
                Files.write(directory.resolve("large"), "x".repeat(3_000_000).getBytes(StandardCharsets.US_ASCII));
        Files.writeString(directory.resolve("part.txt"), "0123456789");
        var router = new Router()
                .get("/hello", request -> Response.text("hello " + request.parameter("name")))
                .post("/form", request -> Response.text(request.form().toString()))
                .route(
                        "PUT",
                        "/size",
                        RoutePolicy.DEFAULT.maxBodySize(10_000_000),
                        request -> Response.text("" + request.bytes().length))
                .post("/refused", request -> Response.text("" + request.bytes().length))
                .get(
                        "/stream",
                        request -> Response.stream("text/plain", out -> {
                            for (int i = 0; i < 1000; i++) {
                                out.write("line\n".getBytes(StandardCharsets.US_ASCII));
                                out.flush();
                            }
                        }))
                .mount("/files", StaticFiles.of(directory));
        Weft.run(() -> {
            try (var server = HttpServer.open(router)) {
                String at = server.uri().toString();
                assertThat(curl(at + "hello?name=curl", at + "hello?name=again"))
                        .isEqualTo("hello curlhello again");
                assertThat(curl("-d", "a=b&c=d%20e", at + "form")).isEqualTo("{a=[b], c=[d e]}");
                assertThat(curl("-T", large.toString(), at + "size")).isEqualTo("3000000");
                assertThat(curl("-H", "Transfer-Encoding: chunked", "-T", large.toString(), at + "size"))
                        .isEqualTo("3000000");
                assertThat(curl(
                                "-H",
                                "Expect: 100-continue",
                                "-w",
                                " %{http_code}",
                                "--data-binary",
                                "@" + large,
                                at + "refused"))
                        .isEqualTo("the body is longer than 1048576 bytes\n 413");
                assertThat(curl(at + "stream")).isEqualTo("line\n".repeat(1000));
                assertThat(curl("--http1.0", at + "stream")).isEqualTo("line\n".repeat(1000));
                assertThat(curl("-I", at + "hello"))
                        .startsWith("HTTP/1.1 200 OK")
                        .contains("content-length: 10");
                assertThat(curl("-r", "2-4", at + "files/part.txt")).isEqualTo("234");
                assertThat(curl("-o", "/dev/null", "-w", "%{http_code}", "--path-as-is", at + "files/../../etc/passwd"))
                        .isEqualTo("404");
                assertThat(curl("-o", "/dev/null", "-w", "%{http_code} %{num_connects}", at + "nothing"))
                        .isEqualTo("404 1");
            }
        });
    }

    @Test
    void compressedBothWays() throws Exception {
        String text = "all work and no play\n".repeat(1000);
        Files.writeString(directory.resolve("page.txt"), text);
        Path packed = directory.resolve("page.txt.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        var router = new Router()
                .post("/size", request -> Response.text("" + request.bytes().length))
                .mount("/files", StaticFiles.of(directory).precompressed());
        Weft.run(() -> {
            try (var server = HttpServer.open(router)) {
                String at = server.uri().toString();
                assertThat(curl("--compressed", at + "files/page.txt")).isEqualTo(text);
                assertThat(curl("--compressed", "-o", "/dev/null", "-w", "%{size_download}", at + "files/page.txt"))
                        .isEqualTo("" + Files.size(packed));
                assertThat(curl("-o", "/dev/null", "-w", "%{size_download}", at + "files/page.txt"))
                        .isEqualTo("" + text.length());
                assertThat(curl("-H", "Content-Encoding: gzip", "--data-binary", "@" + packed, at + "size"))
                        .isEqualTo("" + text.length());
            }
        });
    }

    @Test
    void aConnectionServesOneRequestAfterTheOther() throws Exception {
        var router = new Router()
                .get("/hello", _ -> Response.text("x"))
                .post("/size", request -> Response.text("" + request.bytes().length))
                .get("/last", _ -> Response.text("x").withHeader("Connection", "close"));
        Weft.run(() -> {
            try (var server = HttpServer.open(router)) {
                String at = server.uri().toString();
                String connects = "%{num_connects} ";
                assertThat(curl("-w", connects, at + "hello", at + "hello", at + "nothing", at + "last", at + "hello"))
                        .matches("(?s)x1 x0 .*0 x0 x1 ");
                assertThat(curl("-d", "a", "-w", connects, at + "size", at + "size"))
                        .isEqualTo("11 10 ");
            }
        });
    }

    @Test
    void anUploadWaitsForTheGoAhead() throws Exception {
        Path large = Files.write(directory.resolve("upload"), new byte[500_000]);
        var router = new Router()
                .put("/size", request -> Response.text("" + request.bytes().length))
                .put("/unread", _ -> Response.status(403));
        Weft.run(() -> {
            try (var server = HttpServer.open(router)) {
                String at = server.uri().toString();
                assertThat(curl(
                                "-v",
                                "-H",
                                "Expect: 100-continue",
                                "--expect100-timeout",
                                "30",
                                "-T",
                                "" + large,
                                at + "size"))
                        .contains("HTTP/1.1 100 Continue")
                        .contains("500000");
                assertThat(curl(
                                "-H",
                                "Expect: 100-continue",
                                "--expect100-timeout",
                                "30",
                                "-T",
                                "" + large,
                                "-w",
                                "%{http_code} %{size_upload}",
                                at + "unread"))
                        .isEqualTo("403 0");
            }
        });
    }

    @Test
    void whatIsUnchangedIsNotSentAgain() throws Exception {
        Files.writeString(directory.resolve("etag.txt"), "x");
        Path tag = directory.resolve("tag");
        Weft.run(() -> {
            try (var server = HttpServer.open(new Router().mount("/files", StaticFiles.of(directory)))) {
                String url = server.uri() + "files/etag.txt";
                assertThat(curl("--etag-save", "" + tag, "-w", " %{http_code}", url))
                        .isEqualTo("x 200");
                assertThat(curl("--etag-compare", "" + tag, "-w", " %{http_code}", url))
                        .isEqualTo(" 304");
            }
        });
    }

    @Test
    void overTls() throws Exception {
        Keys keys = Keys.make(Files.createTempDirectory(directory, "keys"));
        Weft.run(() -> {
            try (var server = HttpServer.builder().tls(keys.context()).open(request -> Response.text("secret"))) {
                assertThat(server.uri().getScheme()).isEqualTo("https");
                assertThat(curl("--cacert", keys.certificate().toString(), server.uri() + "x", server.uri() + "y"))
                        .isEqualTo("secretsecret");
                assertThat(curl(server.uri() + "x")).contains("certificate");
            }
        });
    }

    private static void needsHttp2() {
        assumeTrue(curl("--version").contains("HTTP2"), "this curl has no HTTP/2");
    }

    @Test
    void http2OverTlsAndWithPriorKnowledge() throws Exception {
        Path large =
                Files.write(directory.resolve("large2"), "x".repeat(900_000).getBytes(StandardCharsets.US_ASCII));
        Keys keys = Keys.make(Files.createTempDirectory(directory, "keys"));
        var router = new Router()
                .get("/hello", request -> Response.text("hello " + request.parameter("name")))
                .post("/form", request -> Response.text(request.form().toString()))
                .put("/size", request -> Response.text("" + request.bytes().length))
                .route(
                        "POST",
                        "/refused",
                        RoutePolicy.DEFAULT.maxBodySize(10),
                        request -> Response.text("" + request.bytes().length))
                .get("/long", request -> Response.text("y".repeat(500_000)))
                .get(
                        "/stream",
                        request -> Response.stream("text/plain", out -> {
                            for (int i = 0; i < 1000; i++) {
                                out.write("line\n".getBytes(StandardCharsets.US_ASCII));
                                out.flush();
                            }
                        }))
                .mount("/files", StaticFiles.of(directory));
        Files.writeString(directory.resolve("part.txt"), "0123456789");
        Weft.run(() -> {
            needsHttp2();
            for (boolean tls : new boolean[] {true, false}) {
                var builder = HttpServer.builder();
                try (var server = (tls ? builder.tls(keys.context()) : builder).open(router)) {
                    String[] how = tls
                            ? new String[] {
                                "--http2", "--cacert", keys.certificate().toString()
                            }
                            : new String[] {"--http2-prior-knowledge"};
                    String at = server.uri().toString();
                    String version = " %{http_version}";
                    assertThat(curl(with(how, "-w", version, at + "hello?name=a")))
                            .isEqualTo("hello a 2");
                    if (tls) { // without, curl before 8.0 cannot use a connection again: curl's issue 10634
                        assertThat(curl(with(how, at + "hello?name=b", at + "hello?name=c")))
                                .isEqualTo("hello bhello c");
                    }
                    assertThat(curl(with(how, "-d", "a=b&c=d%20e", at + "form")))
                            .isEqualTo("{a=[b], c=[d e]}");
                    assertThat(curl(with(how, "-T", large.toString(), at + "size")))
                            .isEqualTo("900000");
                    assertThat(curl(with(how, "-H", "Content-Length:", "-T", large.toString(), at + "size")))
                            .isEqualTo("900000");
                    assertThat(curl(with(how, "-w", version, "--data-binary", "@" + large, at + "refused")))
                            .isEqualTo("the body is longer than 10 bytes\n 2");
                    assertThat(curl(with(how, at + "long"))).hasSize(500_000);
                    assertThat(curl(with(how, at + "stream"))).isEqualTo("line\n".repeat(1000));
                    assertThat(curl(with(how, "-I", at + "hello")))
                            .startsWith("HTTP/2 200")
                            .contains("content-length: 10");
                    assertThat(curl(with(how, "-r", "2-4", at + "files/part.txt")))
                            .isEqualTo("234");
                    assertThat(curl(with(how, "-o", "/dev/null", "-w", "%{http_code}", at + "nothing")))
                            .isEqualTo("404");
                    assertThat(curl(with(
                                    how,
                                    "-o",
                                    "/dev/null",
                                    "-w",
                                    "%{http_code}",
                                    "-H",
                                    "A: " + "a".repeat(20_000),
                                    at)))
                            .isEqualTo("431");
                }
            }
            try (var server = HttpServer.builder().tls(keys.context()).open(router)) {
                String[] old = {"--http1.1", "--cacert", keys.certificate().toString()};
                assertThat(curl(with(old, "-w", " %{http_version}", server.uri() + "hello?name=c")))
                        .isEqualTo("hello c 1.1");
            }
            try (var server =
                    HttpServer.builder().tls(keys.context()).http2(false).open(router)) {
                String[] both = {"--http2", "--cacert", keys.certificate().toString()};
                assertThat(curl(with(both, "-w", " %{http_version}", server.uri() + "hello?name=d")))
                        .isEqualTo("hello d 1.1");
            }
        });
    }

    @Test
    void throughAUnixSocket() throws Exception {
        Path path = directory.resolve("socket");
        Weft.run(() -> {
            try (var server = HttpServer.builder().unixSocket(path).open(request -> Response.text(request.path()))) {
                assertThat(curl("--unix-socket", path.toString(), server.uri() + "one", server.uri() + "two"))
                        .isEqualTo("/one/two");
            }
        });
    }

    private static String[] with(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}

package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.FormPart;
import dev.weft.http.client.RequestBody;
import dev.weft.sync.Event;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Forms with files, from the client to the server. */
@Timeout(60)
class MultipartTest {
    private static final String TYPE = "multipart/form-data; boundary=b";

    @TempDir
    Path directory;

    private static ClientSession session(HttpServer server) {
        return ClientSession.builder().base(server.uri().toString()).open();
    }

    /** A line for each part. */
    private static Response describe(Request request, MultipartLimits limits) {
        var lines = new StringBuilder();
        for (Part part : request.multipart(limits)) {
            lines.append(part.name()).append('|').append(part.fileName()).append('|');
            lines.append(part.contentType()).append('|').append(part.text()).append('\n');
        }
        return Response.text(lines.toString());
    }

    private static RequestBody raw(String body) {
        return RequestBody.bytes(TYPE, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String part(String header, String content) {
        return "--b\r\nContent-Disposition: form-data; " + header + "\r\n\r\n" + content + "\r\n";
    }

    @LoopTest(clock = ClockMode.REAL)
    void fieldsAndFilesArriveWithNamesAndTypes() throws IOException {
        Path file = Files.writeString(directory.resolve("n\"ö.txt"), "from a file");
        var form = RequestBody.multipart(
                FormPart.field("a \"b\"\r\nc", "wörter"),
                FormPart.file("file", file),
                FormPart.of("json", null, RequestBody.json(Map.of("x", 1))).header("X-More", "y"),
                FormPart.of("odd", "odd", RequestBody.bytes(null, new byte[] {'z'})),
                FormPart.of(
                        "latin", null, RequestBody.bytes("text/plain; charset=iso-8859-1", new byte[] {(byte) 0xE4})));
        assertThat(form.length()).isPositive();
        assertThat(form.isReplayable()).isTrue();
        try (var server = HttpServer.open(request -> describe(request, MultipartLimits.DEFAULT));
                var session = session(server)) {
            assertThat(session.post("/", form).orThrow().text().lines())
                    .containsExactly(
                            "a \"b\"",
                            "c|null|null|wörter",
                            "file|n\"ö.txt|text/plain|from a file",
                            "json|null|application/json|{\"x\":1}",
                            "odd|odd|application/octet-stream|z",
                            "latin|null|text/plain; charset=iso-8859-1|ä");
            assertThat(session.post("/", RequestBody.multipart()).orThrow().text())
                    .isEmpty();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aBigFileGoesThroughInPiecesAndIsStoredBesideTheLoop() throws IOException {
        var bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(directory.resolve("big"), bytes);
        Path stored = directory.resolve("stored");
        try (var server = HttpServer.builder().maxBodySize(4_000_000).open(request -> {
                    long count = 0;
                    for (Part part : request.multipart()) {
                        count += part.saveTo(stored);
                    }
                    return Response.text("" + count);
                });
                var session = session(server)) {
            // of unknown length: in chunks
            RequestBody unknown = RequestBody.stream(null, -1, new ByteArrayInputStream(bytes));
            var form = RequestBody.multipart(FormPart.of("f", "f", unknown));
            assertThat(form.length()).isNegative();
            assertThat(form.isReplayable()).isFalse();
            assertThat(session.post("/", form).text()).isEqualTo("3000000");
            assertThat(stored).hasBinaryContent(bytes);

            // there is one already: nothing is overwritten, nor removed
            assertThat(session.post("/", RequestBody.multipart(FormPart.field("f", "x")))
                            .status())
                    .isEqualTo(500);
            assertThat(stored).hasBinaryContent(bytes);
            Files.delete(stored);

            assertThat(session.post("/", RequestBody.multipart(FormPart.file("f", file)))
                            .text())
                    .isEqualTo("3000000");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void whatCannotBeStoredWhollyIsRemoved() {
        Path stored = directory.resolve("stored");
        var limits = MultipartLimits.DEFAULT.maxPartSize(100_000);
        try (var server = HttpServer.open(request -> {
                    for (Part part : request.multipart(limits)) {
                        part.saveTo(stored);
                    }
                    return Response.text("stored");
                });
                var session = session(server)) {
            var form = RequestBody.multipart(FormPart.of("f", "f", RequestBody.bytes(null, new byte[200_000])));
            assertThat(session.post("/", form).status()).isEqualTo(413);
            assertThat(stored).doesNotExist();
            assertThat(session.post("/", raw(part("name=f", "x".repeat(70_000))))
                            .status())
                    .isEqualTo(400);
            assertThat(stored).doesNotExist();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aTaskThatIsCancelledWhileItStoresAFileLeavesNone() {
        Path stored = directory.resolve("stored");
        var begun = new Event();
        var ended = new Event();
        Handler store = request -> {
            for (Part part : request.multipart()) {
                assertThat(part.body().read()).isEqualTo('x');
                begun.set();
                try {
                    part.saveTo(stored);
                } finally {
                    ended.set();
                }
            }
            return Response.text("stored");
        };
        var router = new Router().route("POST", "/", RoutePolicy.DEFAULT.cancelWhenClientLeaves(), store);
        try (var server = HttpServer.open(router);
                var session = session(server);
                var group = TaskGroup.open()) {
            var endless = RequestBody.writing(null, out -> {
                out.write("x".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
                out.flush();
                new Event().await();
            });
            var sending = group.spawn(() -> session.post("/", RequestBody.multipart(FormPart.of("f", "f", endless))));
            begun.await();
            sending.cancel("enough");
            ended.await();
            assertThat(stored).doesNotExist();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void partsComeWhileTheRestIsOnItsWay() {
        var first = new Event();
        try (var server = HttpServer.open(request -> {
                    List<String> seen = new ArrayList<>();
                    for (Part part : request.multipart()) {
                        seen.add(part.text());
                        first.set();
                    }
                    return Response.text(seen.toString());
                });
                var session = session(server);
                var group = TaskGroup.open()) {
            var late = RequestBody.writing(null, out -> {
                out.flush();
                first.await(); // the server has read the first part
                out.write('2');
            });
            var answer = group.spawn(() -> session.post(
                            "/", RequestBody.multipart(FormPart.field("a", "1"), FormPart.of("b", null, late)))
                    .text());
            assertThat(answer.await()).isEqualTo("[1, 2]");
            group.join();
        }
    }

    private static int status(ClientSession session, String body) {
        return session.post("/", raw(body)).status();
    }

    @LoopTest(clock = ClockMode.REAL)
    void limitsHoldAndWhatIsNoFormIsRefused() {
        var limits = MultipartLimits.DEFAULT
                .maxParts(2)
                .maxHeaderSize(100)
                .maxPartSize(1_000)
                .maxInMemory(500);
        try (var server = HttpServer.builder().maxBodySize(2_000).open(request -> describe(request, limits));
                var session = session(server)) {
            String one = part("name=a", "1");
            assertThat(status(session, one + one + "--b--")).isEqualTo(200);
            assertThat(status(session, one + one + one + "--b--")).as("parts").isEqualTo(413);
            assertThat(status(session, part("name=" + "a".repeat(100), "") + "--b--"))
                    .as("header")
                    .isEqualTo(413);
            assertThat(status(session, part("name=a", "x".repeat(501)) + "--b--"))
                    .as("memory")
                    .isEqualTo(413);
            assertThat(status(session, part("name=a", "x".repeat(2_000)) + "--b--"))
                    .as("body")
                    .isEqualTo(413);
            assertThat(status(session, one)).as("end missing").isEqualTo(400);
            assertThat(status(session, part("filename=a", "") + "--b--"))
                    .as("no name")
                    .isEqualTo(400);
            assertThat(status(session, "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--b--"))
                    .isEqualTo(400);
            assertThat(status(session, "--b\r\n\r\nx\r\n--b--")).isEqualTo(400);
            assertThat(session.post("/", RequestBody.text("x")).status()).isEqualTo(415);
            for (String type :
                    List.of("multipart/form-data", TYPE + "; boundary=c", "multipart/form-data; boundary=ä")) {
                assertThat(session.post("/", RequestBody.bytes(type, new byte[0]))
                                .status())
                        .as(type)
                        .isBetween(400, 415);
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void namesOfFilesCarryNoDirectories() {
        try (var server = HttpServer.open(request -> describe(request, MultipartLimits.DEFAULT));
                var session = session(server)) {
            String form = part("name=a; filename=\"../../etc/passwd\"", "1")
                    + part("name=\"b\"; filename=\"C:\\temp\\x.txt\"", "2")
                    + part("name=c; filename=\"\"", "")
                    + part("name=日本; filename=日本", "3") + "--b--";
            assertThat(session.post("/", raw(form)).text().lines())
                    .containsExactly("a|passwd|null|1", "b|x.txt|null|2", "c||null|", "日本|日本|null|3");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void partsMayHaveParts() {
        try (var server = HttpServer.open(request -> {
                    List<String> seen = new ArrayList<>();
                    for (Part part : request.multipart()) {
                        for (Part inner : part.multipart()) {
                            seen.add(inner.name() + inner.headers() + inner.text());
                        }
                    }
                    return Response.text(seen.toString());
                });
                var session = session(server)) {
            var nested = RequestBody.bytes(
                    "multipart/mixed; boundary=\"in ner\"",
                    "--in ner\r\nA: 1\r\n\r\nx\r\n--in ner\r\n\r\ny\r\n--in ner--".getBytes(StandardCharsets.US_ASCII));
            assertThat(session.post("/", RequestBody.multipart(FormPart.of("n", null, nested)))
                            .text())
                    .isEqualTo("[[A=1]x, []y]");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aPartIsReadBeforeTheNextOneAndThePartsComeOnce() {
        try (var server = HttpServer.open(request -> {
                    Multipart form = request.multipart();
                    var parts = form.iterator();
                    Part first = parts.next();
                    Part second = parts.next();
                    assertThatThrownBy(first::text)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("'a' has been passed");
                    assertThatThrownBy(form::iterator).isInstanceOf(IllegalStateException.class);
                    assertThat(second.text()).isEqualTo("2");
                    assertThat(parts.hasNext()).isFalse();
                    assertThatThrownBy(request::bytes).isInstanceOf(IllegalStateException.class);
                    return Response.text("ok");
                });
                var session = session(server)) {
            ClientResponse response =
                    session.post("/", RequestBody.multipart(FormPart.field("a", "1"), FormPart.field("b", "2")));
            assertThat(response.text()).isEqualTo("ok");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void urlEncodedFormsAreLimitedAndChecked() {
        try (var server =
                        HttpServer.open(request -> Response.text(request.form().toString()));
                var session = session(server)) {
            String type = "Application/X-WWW-Form-Urlencoded; charset=utf-8";
            assertThat(post(session, type, "a=1&a=%C3%A4&b=+").text()).isEqualTo("{a=[1, ä], b=[ ]}");
            assertThat(post(session, type, "a=%").status()).isEqualTo(400);
            assertThat(post(session, type, "a&".repeat(1_000)).status()).isEqualTo(200);
            assertThat(post(session, type, "a&".repeat(1_001)).status()).isEqualTo(413);
        }
    }

    private static ClientResponse post(ClientSession session, String type, String body) {
        return session.send(ClientRequest.post("/", RequestBody.bytes(type, body.getBytes(StandardCharsets.US_ASCII))));
    }

    @LoopTest(clock = ClockMode.REAL)
    void aFormClosesItsSourcesAndOneThatClosesItsOutputEndsOnlyItself() {
        List<String> closed = new ArrayList<>();
        try (var server = HttpServer.open(request -> describe(request, MultipartLimits.DEFAULT));
                var session = session(server)) {
            var source = new ByteArrayInputStream(new byte[] {'s'}) {
                @Override
                public void close() {
                    closed.add("source");
                }
            };
            var closing = RequestBody.writing("a/b", out -> {
                out.write('w');
                out.close();
            });
            var form = RequestBody.multipart(
                    FormPart.of("w", null, closing), FormPart.of("s", null, RequestBody.stream(null, 1, source)));
            assertThat(session.post("/", form).text()).isEqualTo("w|null|a/b|w\ns|null|null|s\n");
            assertThat(closed).containsExactly("source");
        }
    }

    @Test
    void partsThatWouldBreakOutOfTheirHeaderAreRefused() {
        FormPart field = FormPart.field("a", "b");
        assertThatThrownBy(() -> field.header("Content-Disposition", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> field.header("X", "a\r\nb")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MultipartLimits.DEFAULT.maxParts(0)).isInstanceOf(IllegalArgumentException.class);
    }
}

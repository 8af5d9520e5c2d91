package dev.weft.http.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.Middleware;
import dev.weft.http.client.RequestBody;
import dev.weft.http.client.RetryPolicy;
import dev.weft.http.client.StreamedResponse;
import dev.weft.http.server.Handler;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.http.server.Router;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecordingTest {
    @TempDir
    private Path directory;

    @FunctionalInterface
    interface Body {
        void run(ClientSession session, String at) throws Exception;
    }

    private Path file() {
        return directory.resolve("recording.jsonl");
    }

    /** Records what a body does against a server, and has it do the same again when the server is gone. */
    private void twice(Handler handler, Body body) throws Exception {
        Weft.run(() -> {
            String at;
            try (var server = HttpServer.open(handler);
                    var recording = Recording.of(file());
                    var session = session(recording)) {
                assertThat(recording.replays()).isFalse();
                at = server.uri().toString();
                body.run(session, at);
            }
            try (var recording = Recording.of(file());
                    var session = session(recording)) {
                assertThat(recording.replays()).isTrue();
                body.run(session, at);
                assertThat(session.connections().opened()).isZero();
            }
        });
    }

    private static ClientSession session(Recording recording) {
        return ClientSession.builder()
                .retry(RetryPolicy.of(3).waits(Duration.ofMillis(1), Duration.ofMillis(1)))
                .middleware(recording)
                .open();
    }

    @Test
    void whatWasSaidOnceIsSaidAgainInItsOrder() throws Exception {
        var count = new AtomicInteger();
        twice(_ -> Response.text("answer " + count.incrementAndGet()), (session, at) -> {
            assertThat(session.get(at).text()).isEqualTo("answer 1");
            assertThat(session.get(at).text()).isEqualTo("answer 2");
            assertThat(session.get(at + "other").text()).isEqualTo("answer 3");
        });
        assertThat(count).hasValue(3);
    }

    @Test
    void redirectsAttemptsBodiesAndBytesAreToo() throws Exception {
        var count = new AtomicInteger();
        byte[] bytes = {(byte) 0xff, 0, 1};
        var router = new Router()
                .get("/from", _ -> Response.redirect("/to"))
                .get("/to", _ -> Response.of("application/octet-stream", bytes).withHeader("X-Mark", "m"))
                .get("/flaky", _ -> Response.text("x").withStatus(count.incrementAndGet() == 1 ? 503 : 200))
                .post("/echo", request -> Response.text(request.text()));
        twice(router, (session, at) -> {
            var moved = session.get(at + "from");
            assertThat(moved.bytes()).isEqualTo(bytes);
            assertThat(moved.history()).hasSize(1);
            assertThat(moved.headers().first("x-mark")).isEqualTo("m");
            assertThat(session.get(at + "flaky").status()).isEqualTo(200);
            assertThat(session.post(at + "echo", RequestBody.text("b")).text()).isEqualTo("b");
            assertThat(session.post(at + "echo", RequestBody.text("a")).text()).isEqualTo("a");
        });
    }

    @Test
    void bodiesAreToldApart() throws Exception {
        twice(request -> Response.text(request.text()), (session, at) -> {
            String[] bodies = Files.exists(file()) ? new String[] {"b", "a"} : new String[] {"a", "b"};
            for (String body : bodies) {
                assertThat(session.post(at, RequestBody.text(body)).text()).isEqualTo(body);
            }
        });
    }

    @Test
    void whatWasNotRecordedIsNotSent() throws Exception {
        twice(_ -> Response.text("x"), (session, at) -> {
            session.get(at);
            if (Files.exists(file())) {
                assertThatThrownBy(() -> session.get(at))
                        .isInstanceOf(HttpException.class)
                        .hasMessageContaining("no exchange left for GET " + at)
                        .hasMessageContaining("what is left: nothing");
            }
        });
    }

    @Test
    void secretsAreNotInTheFile() throws Exception {
        Weft.run(() -> {
            try (var server = HttpServer.open(_ -> Response.text("x")
                            .withHeader("Set-Cookie", "session=secret1")
                            .withHeader("X-Token", "secret2"));
                    var recording =
                            Recording.record(file()).redactHeader("x-token").redactParameter("key");
                    var session = session(recording)) {
                session.send(ClientRequest.post(server.uri() + "?key=secret3&q=plain", RequestBody.text("secret4"))
                        .header("Authorization", "Bearer secret5")
                        .header("X-Api-Key", "secret6")
                        .header("Cookie", "a=secret7"));
            }
        });
        assertThat(Files.readString(file()))
                .doesNotContain("secret")
                .contains(
                        "key=redacted&q=plain",
                        "[\"authorization\",\"redacted\"]".replace("authorization", "Authorization"));
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aBrokenFileIsSaidToBe() throws Exception {
        Files.writeString(file(), "{\n", StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Weft.run(() -> Recording.replay(file())))
                .isInstanceOf(HttpException.class)
                .hasMessageContaining(file().toString());
    }

    @Test
    void aMiddlewareMayAnswerByItself() throws Exception {
        Weft.run(() -> {
            Middleware canned = (request, _) -> StreamedResponse.of(
                    java.net.URI.create(request.url()),
                    200,
                    dev.weft.http.Headers.of("content-length", "7"),
                    "by hand".getBytes(StandardCharsets.UTF_8));
            try (var session = ClientSession.builder().middleware(canned).open()) {
                assertThat(session.get("http://nowhere.invalid/").text()).isEqualTo("by hand");
                try (var response = session.stream(ClientRequest.get("http://nowhere.invalid/"))) {
                    assertThat(response.body().readAllBytes()).hasSize(7);
                }
            }
        });
    }
}

package dev.weft.http.client;

import static dev.weft.http.Eventually.await;
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
import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.ContentCodings;
import dev.weft.net.Resolver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a session makes of responses, and how it ends. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ClientSessionTest extends PlatformCase {
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

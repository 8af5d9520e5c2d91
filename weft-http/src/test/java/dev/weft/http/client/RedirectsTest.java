package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Request;
import dev.weft.http.server.Response;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedirectsTest {
    /** Redirects {@code /301?to=x} and its like, and shows other requests. */
    private static Response serve(Request request) {
        String path = request.path();
        if (path.matches("/30\\d")) {
            request.bytes();
            String to = request.parameter("to");
            return Response.status(Integer.parseInt(path.substring(1)))
                    .withHeader("Location", String.valueOf(to))
                    .withHeader("Set-Cookie", "hop=" + path.substring(1));
        }
        if (path.equals("/loop")) {
            return Response.redirect("/loop");
        }
        return Response.text(request.method() + " " + request.target()
                + " auth=" + request.headers().first("authorization")
                + " cookie=" + request.headers().first("cookie")
                + " type=" + request.headers().first("content-type")
                + " body=" + request.text());
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H009 301 to 303 turn POST into GET, 307 and 308 repeat it, and each is in the history")
    void methodsAreRewritten() {
        try (var server = HttpServer.open(RedirectsTest::serve);
                var session = ClientSession.builder()
                        .base(server.uri().toString())
                        .cookies(CookieJar.none())
                        .open()) {
            for (String status : new String[] {"301", "302", "303"}) {
                ClientResponse response = session.post("/" + status + "?to=/x", RequestBody.text("b"));
                assertThat(response.text()).as(status).isEqualTo("GET /x auth=null cookie=null type=null body=");
                assertThat(response.history()).singleElement().satisfies(hop -> {
                    assertThat(hop.status()).isEqualTo(Integer.parseInt(status));
                    assertThat(hop.uri().getPath()).isEqualTo("/" + status);
                    assertThat(hop.headers().first("set-cookie")).isEqualTo("hop=" + status);
                });
            }
            for (String status : new String[] {"307", "308"}) {
                assertThat(session.post("/" + status + "?to=/x", RequestBody.text("b"))
                                .text())
                        .as(status)
                        .isEqualTo("POST /x auth=null cookie=null type=text/plain; charset=utf-8 body=b");
            }
            assertThat(session.send(ClientRequest.of("PUT", "/302?to=/x").body(RequestBody.text("b")))
                            .text())
                    .startsWith("PUT /x ");
            assertThat(session.send(ClientRequest.of("PUT", "/303?to=/x").body(RequestBody.text("b")))
                            .text())
                    .startsWith("GET /x ");
            assertThat(session.send(ClientRequest.of("HEAD", "/303?to=/x")).status())
                    .isEqualTo(200);
            assertThat(session.connections().open())
                    .as("all over one connection")
                    .isEqualTo(1);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H014 credentials and cookies stay at their origin")
    void credentialsStayAtTheirOrigin() {
        try (var one = HttpServer.open(RedirectsTest::serve);
                var two = HttpServer.open(RedirectsTest::serve);
                var session = ClientSession.builder()
                        .base(one.uri().toString())
                        .cookies(CookieJar.none())
                        .open()) {
            var request = ClientRequest.get("/307?to=/x")
                    .header("Authorization", "secret")
                    .header("Cookie", "a=b");
            assertThat(session.send(request).text()).contains("auth=secret cookie=a=b");
            assertThat(session.send(request.url("/307?to=" + two.uri() + "x")).text())
                    .contains("auth=null cookie=null");
            assertThat(session.send(request.url("/307?to=" + two.uri() + "307?to=" + one.uri() + "x"))
                            .text())
                    .as("not even back home")
                    .contains("auth=null cookie=null");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H011 too many redirects are an error with their history")
    void tooManyRedirects() {
        try (var server = HttpServer.open(RedirectsTest::serve);
                var session = ClientSession.builder()
                        .base(server.uri().toString())
                        .maxRedirects(3)
                        .open()) {
            var loop = catchThrowableOfType(RequestException.RedirectLoop.class, () -> session.get("/loop"));
            assertThat(loop.history()).hasSize(4);
            assertThat(loop.history().getFirst().uri().getPath()).isEqualTo("/loop");
            assertThat(loop).hasMessageContaining("redirect number 4 of this call; raise maxRedirects");
            assertThat(session.send(ClientRequest.get("/302?to=/x").maxRedirects(0))
                            .status())
                    .isEqualTo(302);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H012 a redirect to a foreign scheme is refused")
    void aForeignSchemeIsRefused() {
        try (var server = HttpServer.open(RedirectsTest::serve);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            for (String to : new String[] {"ftp://h/", "file:///etc/passwd", "javascript:alert(1)"}) {
                assertThatThrownBy(() -> session.get("/302?to=" + to))
                        .isInstanceOf(RequestException.BadUrl.class)
                        .hasMessageContaining("only http and https");
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H015 credentials in a URL are refused")
    void credentialsInAUrlAreRefused() {
        try (var session = ClientSession.open()) {
            assertThatThrownBy(() -> session.send(
                            ClientRequest.get("http://u:secret@127.0.0.1:1/").header("Authorization", "x")))
                    .isInstanceOf(RequestException.BadUrl.class)
                    .hasMessageContaining("credentials")
                    .hasMessageNotContaining("secret");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H020 the source of a body is closed when a redirect cannot be followed")
    void theSourceOfABodyIsClosed() {
        var closed = new AtomicBoolean();
        try (var server = HttpServer.open(RedirectsTest::serve);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            var in = new ByteArrayInputStream("b".getBytes(StandardCharsets.US_ASCII)) {
                @Override
                public void close() {
                    closed.set(true);
                }
            };
            assertThatThrownBy(() -> session.post("/307?to=/x", RequestBody.stream("a/b", 1, in)))
                    .isInstanceOf(RequestException.BodyGone.class)
                    .hasMessageContaining("can be sent only once");
            assertThat(closed).isTrue();
            assertThat(session.connections().open())
                    .isEqualTo(session.connections().idle());
        }
    }
}

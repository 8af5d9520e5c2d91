package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;
import dev.weft.http.ScriptedServer;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retries, rates, middlewares, observers, credentials, proxies. */
@Timeout(60)
class PoliciesTest {
    private static final RetryPolicy QUICK = RetryPolicy.of(3).waits(Duration.ofMillis(1), Duration.ofSeconds(2));

    @TempDir
    Path directory;

    // ---- retries

    @LoopTest(clock = ClockMode.REAL)
    void whatIsTransientIsTriedAgainIfTheRequestAllows() {
        var asked = new AtomicInteger();
        try (var server = HttpServer.open(request -> {
                    request.bytes();
                    int n = asked.incrementAndGet();
                    return Response.text("" + n).withStatus(n < 3 ? 503 : 200);
                });
                var session = ClientSession.builder()
                        .base(server.uri().toString())
                        .retry(QUICK)
                        .open()) {
            assertThat(session.get("/").text()).isEqualTo("3");
            assertThat(session.connections().opened()).as("over one connection").isEqualTo(1);
            asked.set(0);
            assertThat(session.post("/", RequestBody.text("x")).status())
                    .as("POST is not idempotent")
                    .isEqualTo(503);
            asked.set(0);
            assertThat(session.send(ClientRequest.of("PUT", "/").body(RequestBody.text("x")))
                            .text())
                    .isEqualTo("3");
            asked.set(0);
            var once = new ByteArrayInputStream(new byte[] {1});
            assertThat(session.send(ClientRequest.of("PUT", "/").body(RequestBody.stream(null, 1, once)))
                            .status())
                    .as("this body can be sent once")
                    .isEqualTo(503);
            asked.set(-10);
            assertThat(session.get("/").text()).as("three attempts").isEqualTo("-7");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void failuresOfTheConnectionAreTriedAgainAndCounted() throws Exception {
        try (var session = ClientSession.builder().retry(QUICK).open()) {
            assertThatThrownBy(() -> session.get("http://127.0.0.1:1/"))
                    .isInstanceOf(RequestException.CannotConnect.class)
                    .hasMessageContaining("attempt 3");
            assertThatThrownBy(() -> session.get("http://127.0.0.1:1/x y")).isInstanceOf(RequestException.BadUrl.class);
        }
    }

    @Test
    void theWaitGrowsIsDrawnAndObeysTheServer() {
        var policy = RetryPolicy.of(5).waits(Duration.ofMillis(100), Duration.ofSeconds(1));
        for (int i = 0; i < 100; i++) {
            assertThat(policy.wait(1, null)).isBetween(Duration.ZERO, Duration.ofMillis(100));
            assertThat(policy.wait(3, null)).isBetween(Duration.ZERO, Duration.ofMillis(400));
            assertThat(policy.wait(60, null)).isBetween(Duration.ZERO, Duration.ofSeconds(1));
        }
        assertThat(policy.wait(1, "1")).isEqualTo(Duration.ofSeconds(1));
        assertThat(policy.wait(1, "2")).as("more than the longest wait").isNull();
        assertThat(policy.wait(1, "99999999999999999999")).isNotNull();
        assertThat(policy.wait(1, "Thu, 01 Jan 1970 00:00:00 GMT")).isBetween(Duration.ZERO, Duration.ofMillis(100));
        assertThat(policy.wait(1, "Fri, 01 Jan 2100 00:00:00 GMT")).isNull();
        assertThat(policy.wait(1, "rubbish")).isBetween(Duration.ZERO, Duration.ofMillis(100));
    }

    @LoopTest(clock = ClockMode.REAL, leakCheck = false) // the other side is threads that end later
    @DisplayName("H023 a body that cannot be replayed is not resent after a dropped connection")
    void aBodyThatCannotBeReplayedIsNotResent() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
                    connection.request();
                    connection.respond("first");
                    connection.request();
                });
                var session = ClientSession.builder().retry(QUICK).open()) {
            session.get(server.url());
            var once = new ByteArrayInputStream(new byte[] {1});
            assertThatThrownBy(() ->
                            session.send(ClientRequest.of("PUT", server.url()).body(RequestBody.stream(null, 1, once))))
                    .isInstanceOf(RequestException.Disconnected.class);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    // ---- rates

    @LoopTest(clock = ClockMode.REAL)
    void aHostIsNotAskedMoreOftenThanItsRate() {
        List<Long> times = new ArrayList<>();
        try (var server = HttpServer.open(request -> {
                    times.add(System.nanoTime());
                    return Response.text("x");
                });
                var session = ClientSession.builder()
                        .rateLimit(new RateLimit(1, Duration.ofMillis(20), 2))
                        .open()) {
            long begin = System.nanoTime();
            Weft.gather(
                    () -> session.get(server.uri()),
                    () -> session.get(server.uri()),
                    () -> session.get(server.uri()),
                    () -> session.get(server.uri()));
            assertThat(times.get(2) - begin).isGreaterThanOrEqualTo(20_000_000L);
            assertThat(times.get(3) - begin).isGreaterThanOrEqualTo(40_000_000L);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 3; i++) {
                            session.send(
                                    ClientRequest.get(server.uri().toString()).totalTimeout(Duration.ofMillis(1)));
                        }
                    })
                    .isInstanceOf(RequestException.TimedOut.class);
        }
    }

    // ---- middlewares and observers

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H034 H035 a middleware may ask again over the same connection, or answer before there is one")
    void middlewaresStandAroundEachHop() {
        List<String> hops = new ArrayList<>();
        var asked = new AtomicInteger();
        try (var server = HttpServer.open(request -> request.path().equals("/r")
                        ? Response.redirect("/x")
                        : Response.text(
                                "" + asked.incrementAndGet() + request.headers().first("x-m")));
                var session = ClientSession.builder()
                        .base(server.uri().toString())
                        .middleware((request, next) -> {
                            if (request.url().endsWith("/forbidden")) {
                                throw new IllegalStateException("not there");
                            }
                            hops.add(request.url().substring(request.url().lastIndexOf('/')));
                            return next.send(request.header("X-M", "outer"));
                        })
                        .middleware((request, next) -> {
                            try (var first = next.send(request)) {
                                first.whole();
                            }
                            return next.send(request);
                        })
                        .open()) {
            assertThatThrownBy(() -> session.get("/forbidden")).hasMessage("not there");
            assertThatThrownBy(() -> session.get("http://no-such-host.invalid/forbidden"))
                    .hasMessage("not there");
            assertThat(session.connections().opened()).isZero();
            assertThat(session.get("/r").text()).isEqualTo("2outer");
            assertThat(hops).containsExactly("/r", "/x");
            assertThat(session.connections().opened()).isEqualTo(1);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void observersSeeEachPhase() {
        List<String> seen = new ArrayList<>();
        var observer = new RequestObserver() {
            @Override
            public void entered(Moment moment) {
                seen.add(moment.phase() + " " + moment.attempt());
            }

            @Override
            public void redirected(Moment moment, Hop hop) {
                seen.add("redirected " + hop.status());
            }

            @Override
            public void answered(Moment moment, int status) {
                seen.add("answered " + status);
            }

            @Override
            public void failed(Moment moment, Throwable cause) {
                seen.add("failed " + cause.getClass().getSimpleName());
            }
        };
        try (var server = HttpServer.open(
                        request -> request.path().equals("/r") ? Response.redirect("/x") : Response.text("x"));
                var session = ClientSession.builder().observer(observer).open()) {
            session.get(server.uri() + "r");
            assertThat(seen)
                    .containsSubsequence(
                            "POOL 1",
                            "DNS 1",
                            "CONNECT 1",
                            "WRITE 1",
                            "redirected 303",
                            "POOL 1",
                            "WRITE 1",
                            "answered 200");
            seen.clear();
            assertThatThrownBy(() -> session.get("http://127.0.0.1:1/")).isInstanceOf(RequestException.class);
            assertThat(seen).endsWith("CONNECT 1", "failed CannotConnect");
        }
    }

    // ---- credentials

    @LoopTest(clock = ClockMode.REAL)
    void credentialsGoToTheirOriginOnly() throws Exception {
        Path netrc = Files.writeString(
                directory.resolve("netrc"),
                "# mine\nmachine 127.0.0.1 login nick password secret\nmachine h login x password y\n");
        try (var one = HttpServer.open(request -> request.path().equals("/r")
                        ? Response.redirect(String.valueOf(request.parameter("to")))
                        : Response.text("" + request.headers().first("authorization")));
                var two = HttpServer.open(
                        request -> Response.text("" + request.headers().first("authorization")));
                var basic = ClientSession.builder()
                        .middleware(Auth.basic(one.uri().toString(), "ann", "päss"))
                        .open();
                var bearer = ClientSession.builder()
                        .middleware(Auth.bearer(one.uri().toString(), "t"))
                        .open();
                var file = ClientSession.builder().middleware(Auth.netrc(netrc)).open()) {
            assertThat(basic.get(one.uri()).text()).isEqualTo("Basic YW5uOnDDpHNz");
            assertThat(basic.get(two.uri()).text()).isEqualTo("null");
            assertThat(basic.get(one.uri() + "r?to=" + two.uri()).text()).isEqualTo("null");
            assertThat(basic.send(ClientRequest.get(one.uri().toString()).header("Authorization", "own"))
                            .text())
                    .isEqualTo("own");
            assertThat(bearer.get(one.uri()).text()).isEqualTo("Bearer t");
            assertThat(file.get(one.uri()).text()).isEqualTo("Basic bmljazpzZWNyZXQ=");
        }
    }

    private static String sha(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @LoopTest(clock = ClockMode.REAL)
    void digestAnswersAChallengeAndCountsItsNonce() {
        List<String> counts = new ArrayList<>();
        var asked = new AtomicInteger();
        Pattern fields = Pattern.compile("(\\w+)=\"?([^\",]+)");
        try (var server = HttpServer.open(request -> {
                    asked.incrementAndGet();
                    String header = request.headers().first("authorization");
                    if (header != null) {
                        Map<String, String> values = new java.util.HashMap<>();
                        Matcher matcher = fields.matcher(header);
                        while (matcher.find()) {
                            values.put(matcher.group(1), matcher.group(2));
                        }
                        counts.add(values.get("nc"));
                        String expected =
                                sha(sha("ann:r, \\ealm".replace("\\", "") + ":secret") + ":n1:" + values.get("nc") + ":"
                                        + values.get("cnonce") + ":auth:" + sha("GET:" + request.target()));
                        if (expected.equals(values.get("response")) && "op".equals(values.get("opaque"))) {
                            return Response.text("in");
                        }
                    }
                    return Response.status(401)
                            .withHeader("WWW-Authenticate", "Basic realm=\"x\"")
                            .withHeader(
                                    "WWW-Authenticate",
                                    "Digest realm=\"r, ealm\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth,auth-int\", opaque=\"op\"");
                });
                var session = ClientSession.builder()
                        .middleware(Auth.digest(server.uri().toString(), "ann", "secret"))
                        .open();
                var wrong = ClientSession.builder()
                        .middleware(Auth.digest(server.uri().toString(), "ann", "guess"))
                        .open()) {
            assertThat(session.get(server.uri() + "a?b").text()).isEqualTo("in");
            assertThat(session.get(server.uri() + "c").text()).isEqualTo("in");
            assertThat(counts).containsExactly("00000001", "00000002");
            assertThat(asked).hasValue(3);
            assertThat(wrong.get(server.uri()).status()).isEqualTo(401);
            assertThat(asked).as("a wrong password is tried once").hasValue(5);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aChallengeOfAStrangerIsAnsweredOrLeftHoweverLongOrOddItIs() {
        var challenge = new AtomicReference<String>();
        try (var server = HttpServer.builder()
                        .maxHeaderSize(64 * 1024)
                        .open(request -> request.headers().contains("authorization")
                                ? Response.text("in")
                                : Response.status(401).withHeader("WWW-Authenticate", challenge.get()));
                var session = ClientSession.builder()
                        .middleware(Auth.digest(server.uri().toString(), "ann", "secret"))
                        .open()) {
            challenge.set("Digest nonce=\"n\", realm=\"" + "\\a".repeat(20_000) + "\"");
            assertThat(session.get(server.uri()).status()).isEqualTo(200);
        }
        for (String odd :
                List.of("Digest", "Digest nonce", "Digest nonce=", "Digest nonce=\"n\\", "Digest =,=\"\",nonce=\"n")) {
            DigestAuth.parse(odd);
        }
        assertThat(DigestAuth.parse("Digest nonce=\"n\", realm=\"\1\""))
                .as("it could not be sent back")
                .isNull();
        assertThat(DigestAuth.parse("digest NONCE = \"n\\\"m\" ,realm=r,opaque=\"\"")
                        .nonce())
                .isEqualTo("n\"m");
    }

    // ---- proxies

    @LoopTest(clock = ClockMode.REAL)
    void aProxyIsAskedWithTheWholeUrlAndItsOwnCredentials() {
        try (var proxy = HttpServer.open(request -> Response.text(request.target() + " "
                        + request.headers().first("host") + " "
                        + request.headers().first("proxy-authorization")));
                var session = ClientSession.builder()
                        .proxy(Proxy.of("http://127.0.0.1:" + proxy.port())
                                .basic("u", "p")
                                .except("direct.test"))
                        .open()) {
            assertThat(session.get("http://example.test/x?y").text())
                    .isEqualTo("http://example.test/x?y example.test Basic dTpw");
            assertThatThrownBy(() -> session.get("http://www.direct.test/"))
                    .isInstanceOf(RequestException.UnknownHost.class);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aProxyThatRefusesTheWayIsNamed() throws Exception {
        try (var proxy = new ScriptedServer(
                        ScriptedServer.once("HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                var session = ClientSession.builder()
                        .proxy(Proxy.of("127.0.0.1:" + proxy.port()))
                        .open()) {
            assertThatThrownBy(() -> session.get("https://example.test/"))
                    .isInstanceOf(RequestException.ProxyRefused.class)
                    .hasMessageContaining(
                            "answered 407 when it was asked for the way to example.test:443; give it credentials")
                    .hasMessageContaining("phase proxy");
            assertThat(session.connections().open()).isZero();
        }
    }

    @Test
    void theEnvironmentNamesProxiesAndExceptions() {
        assertThat(Proxy.from(Map.of())).isNull();
        Proxy both = Proxy.from(Map.of("ALL_PROXY", "http://p:1", "https_proxy", "q:2", "NO_PROXY", "a.org, .b.org"));
        assertThat(both).isNotNull();
        assertThat(both.serverFor(new Origin(false, "x", 80))).hasToString("http://p:1");
        assertThat(both.serverFor(new Origin(true, "x", 443))).hasToString("http://q:2");
        assertThat(both.serverFor(new Origin(true, "a.org", 443))).isNull();
        assertThat(both.serverFor(new Origin(true, "c.b.org", 443))).isNull();
        assertThat(both.serverFor(new Origin(true, "notb.org", 443))).isNotNull();
        assertThat(Proxy.from(Map.of("HTTP_PROXY", "http://evil:1")))
                .as("a header could have set it")
                .isNull();
    }

    // ---- cancellation

    @LoopTest(clock = ClockMode.REAL, cancelEverywhere = true)
    void aRequestThatIsCancelledAnywhereLeavesNothing() throws Exception {
        try (var server = HttpServer.open(request -> {
                    Weft.sleep(Duration.ofMillis(1));
                    return request.path().equals("/r")
                            ? Response.redirect("/x")
                            : Response.stream("a/b", out -> request.body().transferTo(out));
                });
                var session = ClientSession.builder()
                        .base(server.uri().toString())
                        .limit(1)
                        .open()) {
            try {
                session.post("/x", RequestBody.writing("a/b", out -> {
                    out.write(new byte[50_000]);
                    out.flush();
                    out.write(new byte[50_000]);
                }));
                session.get("/r");
            } catch (RequestException e) {
                // it was the server that was cancelled
            } finally {
                assertThat(session.connections().open())
                        .isEqualTo(session.connections().idle());
                assertThat(session.connections().waiting()).isZero();
            }
        }
    }
}

package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.browser.Chromium;
import dev.weft.browser.Tab;
import dev.weft.http.ServerSentEvent;
import dev.weft.http.ws.WebSocketMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real browser talks to the server, in all the ways that its scripts can. */
@Timeout(180)
class BrowserIT {
    private static final int LARGE = 3_000_000;

    private static Chromium chromium;

    @TempDir
    private Path directory;

    @FunctionalInterface
    interface Body {
        void run(Tab tab) throws Exception;
    }

    @BeforeAll
    static void startBrowser() throws Exception {
        chromium = Chromium.startOrSkip();
    }

    @AfterAll
    static void endBrowser() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
    }

    private static void withPage(Router router, Body body) throws Exception {
        router.get("/", _ -> Response.html("<!doctype html><title>Test</title><link rel=icon href='data:,'><p>hello"));
        Weft.run(() -> {
            try (var server = HttpServer.open(router)) {
                Weft.offload(() -> {
                    try (Tab tab = chromium.open()) {
                        tab.open(server.uri());
                        body.run(tab);
                        assertThat(tab.problems()).isEmpty();
                    }
                    return true;
                });
            }
        });
    }

    @Test
    void fetchesOfAllKindsGoOverFewConnections() throws Exception {
        Files.write(
                directory.resolve("large.txt"), "0123456789".repeat(LARGE / 10).getBytes(StandardCharsets.US_ASCII));
        var clients = new HashSet<Integer>();
        var router = new Router()
                .use((request, next) -> {
                    clients.add(request.client().getPort());
                    return next.handle(request);
                })
                .post("/echo", request -> Response.of("application/octet-stream", request.bytes()))
                .post("/form", request -> Response.text(request.form().toString()))
                .get(
                        "/stream",
                        _ -> Response.stream("text/plain", out -> {
                            for (int i = 0; i < 1000; i++) {
                                out.write("line\n".getBytes(StandardCharsets.US_ASCII));
                                out.flush();
                            }
                        }))
                .mount("/files", StaticFiles.of(directory));
        withPage(router, tab -> {
            assertThat(tab.text("document.body.textContent")).isEqualTo("hello");
            assertThat(tab.evaluate(
                                    "fetch('/echo', {method: 'POST', body: new Uint8Array(100000).fill(7)})"
                                            + ".then(r => r.arrayBuffer()).then(b => new Uint8Array(b).reduce((x, y) => x + y))")
                            .intValue())
                    .isEqualTo(700_000);
            assertThat(tab.text("fetch('/form', {method: 'POST', body: new URLSearchParams({a: 'b c', d: 'ü'})})"
                            + ".then(r => r.text())"))
                    .isEqualTo("{a=[b c], d=[ü]}");
            assertThat(tab.evaluate("fetch('/stream').then(r => r.text()).then(t => t.length)")
                            .intValue())
                    .isEqualTo(5000);
            assertThat(tab.evaluate("fetch('/files/large.txt').then(r => r.text()).then(t => t.length)")
                            .intValue())
                    .isEqualTo(LARGE);
            assertThat(tab.text("fetch('/files/large.txt', {headers: {Range: 'bytes=2-4'}})"
                            + ".then(async r => r.status + ' ' + await r.text())"))
                    .isEqualTo("206 234");
            assertThat(tab.evaluate(
                                    "Promise.all([...Array(50).keys()].map(i => fetch('/echo', {method: 'POST', body: '' + i})"
                                            + ".then(r => r.text()))).then(all => all.reduce((x, y) => x + Number(y), 0))")
                            .intValue())
                    .isEqualTo(1225);
            assertThat(tab.text(
                            "(async () => {const c = new AbortController(); const r = await fetch('/stream', {signal: c.signal});"
                                    + " c.abort(); return r.text().catch(e => e.name); })()"))
                    .isIn("AbortError", "line\n".repeat(1000)); // it may have been there already
            // A browser opens six connections to a host at most; the one that it cut needs another.
            assertThat(clients.size()).isBetween(1, 12);
        });
    }

    @Test
    void eventsComeAndGoOnWhereTheyWereCut() throws Exception {
        var rounds = new AtomicInteger();
        var router = new Router().get("/events", request -> {
            int round = rounds.incrementAndGet();
            String last = String.valueOf(request.headers().first("last-event-id"));
            return Response.events(sink -> {
                sink.send(new ServerSentEvent(
                        "id-" + round, "message", "round " + round + " after " + last, Duration.ofMillis(10)));
            });
        });
        withPage(router, tab -> assertThat(tab.text("""
                        new Promise(done => {
                            const all = [], source = new EventSource("/events");
                            source.onmessage = m => { all.push(m.data); if (all.length === 2) { source.close(); done(all.join(", ")); } };
                        })""")).isEqualTo("round 1 after null, round 2 after id-1"));
    }

    @Test
    void websocketsCarryTextAndBytesAndSayWhyTheyEnd() throws Exception {
        var router = new Router()
                .get(
                        "/socket",
                        _ -> Response.webSocket(socket -> {
                            for (var message = socket.receive(); message != null; message = socket.receive()) {
                                switch (message) {
                                    case WebSocketMessage.Text(String text)
                                    when text.equals("end") -> socket.close(3001, "as asked");
                                    case WebSocketMessage.Text(String text) -> socket.send(text);
                                    case WebSocketMessage.Binary(byte[] bytes) -> socket.send(bytes);
                                }
                            }
                        }));
        withPage(
                router,
                tab -> assertThat(tab.texts("""
                        new Promise(done => {
                            const socket = new WebSocket("ws://" + location.host + "/socket"), all = [];
                            socket.binaryType = "arraybuffer";
                            socket.onopen = () => { socket.send("ü".repeat(70000)); socket.send(new Uint8Array([1, 2, 3])); socket.send("end"); };
                            socket.onmessage = m => all.push(m.data.length ? m.data.length : [...new Uint8Array(m.data)]);
                            socket.onclose = e => done([...all, e.code, e.reason, socket.extensions].map(String));
                        })"""))
                        .containsExactly("70000", "1,2,3", "3001", "as asked", "permessage-deflate"));
    }
}

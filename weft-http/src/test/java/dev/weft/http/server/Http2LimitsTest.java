package dev.weft.http.server;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.Frames;
import dev.weft.http.HttpVersion;
import dev.weft.http.Keys;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestBody;
import dev.weft.http.client.RequestException;
import dev.weft.http.client.SessionBuilder;
import dev.weft.http.ws.WebSocketMessage;
import dev.weft.sync.Event;
import java.io.DataInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens over HTTP/2 when somebody is slow, leaves, refuses or asks for too much. */
@Timeout(120)
class Http2LimitsTest {
    private static SessionBuilder unasked() {
        return ClientSession.builder().version(HttpVersion.HTTP_2);
    }

    // ---- flow control

    @Test
    void aSlowReaderHoldsUpItsOwnStreamAndNoOther() throws Exception {
        var written = new AtomicLong();
        int total = 8 << 20;
        Weft.run(() -> {
            try (var server = HttpServer.open(new Router()
                            .get(
                                    "/large",
                                    request -> Response.stream("a/b", out -> {
                                        var piece = new byte[16 * 1024];
                                        for (int i = 0; i < total / piece.length; i++) {
                                            out.write(piece);
                                            out.flush();
                                            written.addAndGet(piece.length);
                                        }
                                    }))
                            .get("/small", request -> Response.text("small")));
                    var session = unasked().open();
                    var large = session.stream(ClientRequest.get(server.uri() + "large"))) {
                InputStream body = large.body();
                assertThat(body.read()).isZero();
                for (int i = 0; i < 50; i++) {
                    assertThat(session.get(server.uri() + "small").text()).isEqualTo("small");
                }
                assertThat(written.get()).isLessThan(2 << 20);
                assertThat(body.readAllBytes()).hasSize(total - 1);
                assertThat(session.connections().opened()).isEqualTo(1);
            }
        });
    }

    @Test
    void aHandlerThatDoesNotReadHoldsUpItsOwnClientAndNoOther() throws Exception {
        var sent = new AtomicLong();
        int total = 8 << 20;
        Weft.run(() -> {
            var read = new Event();
            try (var server = HttpServer.builder()
                            .maxBodySize(total)
                            .open(new Router()
                                    .post("/large", request -> {
                                        read.await();
                                        return Response.text("" + request.bytes().length);
                                    })
                                    .get("/small", request -> Response.text("small")));
                    var session = unasked().open();
                    var group = TaskGroup.open()) {
                Task<ClientResponse> upload =
                        group.spawn(() -> session.post(server.uri() + "large", RequestBody.writing("a/b", out -> {
                            var piece = new byte[16 * 1024];
                            for (int i = 0; i < total / piece.length; i++) {
                                out.write(piece);
                                out.flush();
                                sent.addAndGet(piece.length);
                            }
                        })));
                await("the upload has begun", () -> sent.get() > 0);
                for (int i = 0; i < 50; i++) {
                    assertThat(session.get(server.uri() + "small").text()).isEqualTo("small");
                }
                assertThat(sent.get()).isLessThan(2 << 20);
                read.set();
                assertThat(upload.await().text()).isEqualTo("" + total);
                assertThat(session.connections().opened()).isEqualTo(1);
            }
        });
    }

    // ---- leaving

    @Test
    void aCancelledRequestResetsItsStreamAndLeavesTheConnection() throws Exception {
        var begun = new AtomicInteger();
        var cancelled = new AtomicInteger();
        Weft.run(() -> {
            try (var server = HttpServer.open(new Router()
                            .route("GET", "/waits", RoutePolicy.DEFAULT.cancelWhenClientLeaves(), request -> {
                                begun.incrementAndGet();
                                try {
                                    Weft.sleep(Duration.ofHours(1));
                                } catch (dev.weft.Cancelled e) {
                                    cancelled.incrementAndGet();
                                    throw e;
                                }
                                return Response.text("never");
                            })
                            .route(
                                    "GET",
                                    "/drips",
                                    RoutePolicy.DEFAULT.cancelWhenClientLeaves(),
                                    request -> Response.stream("a/b", out -> {
                                        try {
                                            while (true) {
                                                out.write(new byte[100_000]);
                                                out.flush();
                                            }
                                        } finally {
                                            cancelled.incrementAndGet();
                                        }
                                    }))
                            .route("POST", "/up", RoutePolicy.DEFAULT.cancelWhenClientLeaves(), request -> {
                                begun.incrementAndGet();
                                try {
                                    return Response.text("" + request.bytes().length);
                                } finally {
                                    cancelled.incrementAndGet();
                                }
                            })
                            .get("/small", request -> Response.text("small")));
                    var session = unasked().open()) {
                assertThat(session.get(server.uri() + "small").text()).isEqualTo("small");
                try (var group = TaskGroup.open()) {
                    List<Task<?>> tasks = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        tasks.add(group.spawn(() -> session.get(server.uri() + "waits")));
                        tasks.add(group.spawn(() ->
                                session.post(server.uri() + "up", RequestBody.writing("a/b", out -> {
                                    out.write(new byte[500_000]);
                                    out.flush();
                                    Weft.sleep(Duration.ofHours(1));
                                }))));
                    }
                    await("all handlers run", () -> begun.get() == 20);
                    tasks.forEach(task -> task.cancel("enough"));
                    for (Task<?> task : tasks) {
                        assertThatThrownBy(task::await).isInstanceOf(java.util.concurrent.CancellationException.class);
                    }
                }
                for (int i = 0; i < 10; i++) {
                    try (var drip = session.stream(ClientRequest.get(server.uri() + "drips"))) {
                        assertThat(drip.body().read()).isZero();
                    }
                }
                await("all handlers have ended", () -> cancelled.get() == 30);
                assertThat(session.get(server.uri() + "small").text()).isEqualTo("small");
                assertThat(session.connections().opened()).isEqualTo(1);
                await("all places are free", () -> session.connections().idle() == 1);
            }
        });
    }

    @Test
    void aClientThatResetsTooManyStreamsIsCutOffAndTheServerGoesOn() throws Exception {
        var begun = new AtomicInteger();
        Weft.run(() -> {
            try (var server = HttpServer.open(new Router()
                            .route("GET", "/waits", RoutePolicy.DEFAULT.cancelWhenClientLeaves(), request -> {
                                begun.incrementAndGet();
                                Weft.sleep(Duration.ofHours(1));
                                return Response.text("never");
                            })
                            .get("/small", request -> Response.text("small")));
                    var session = unasked().open()) {
                String answer = Weft.offload(() -> {
                    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                        socket.setSoTimeout(20_000);
                        OutputStream out = socket.getOutputStream();
                        out.write(Frames.PREFACE);
                        out.write(Frames.SETTINGS);
                        try {
                            for (int i = 0; i < 10_000; i++) {
                                int stream = 2 * i + 1;
                                out.write(Frames.get(stream, "/waits"));
                                out.write(Frames.reset(stream, 8));
                            }
                        } catch (java.net.SocketException e) {
                            // closed half way, which is the point
                        }
                        try {
                            Frames.Frame frame;
                            do {
                                frame = Frames.read(new DataInputStream(socket.getInputStream()));
                            } while (frame != null && frame.type() != Frames.GOAWAY);
                            return frame == null ? "closed" : "goaway " + frame.payload()[7];
                        } catch (java.net.SocketException e) {
                            return "closed";
                        }
                    }
                });
                assertThat(answer).isIn("goaway 11", "closed"); // ENHANCE_YOUR_CALM
                assertThat(begun.get()).isLessThan(1_000);
                assertThat(session.get(server.uri() + "small").text()).isEqualTo("small");
            }
        });
    }

    // ---- the end of a server

    @Test
    void aServerThatClosesLetsWhatHasBegunEndAndTakesNothingMore() throws Exception {
        var begun = new AtomicInteger();
        Weft.run(() -> {
            try (var session = unasked().open();
                    var group = TaskGroup.open()) {
                var go = new Event();
                var answers = new ArrayList<Task<String>>();
                var uri = new String[1];
                Task<?> serving = group.spawn(() -> {
                    try (var server = HttpServer.open(request -> {
                        begun.incrementAndGet();
                        go.await();
                        return Response.text("answered " + request.path());
                    })) {
                        uri[0] = server.uri().toString();
                        await("all have begun", () -> begun.get() == 20);
                    }
                    return null;
                });
                await("the server is open", () -> uri[0] != null);
                for (int i = 0; i < 20; i++) {
                    int n = i;
                    answers.add(group.spawn(() -> session.get(uri[0] + n).text()));
                }
                await("all have begun", () -> begun.get() == 20);
                Weft.sleep(Duration.ofMillis(5)); // the server may say GOAWAY now
                go.set();
                for (int i = 0; i < 20; i++) {
                    assertThat(answers.get(i).await()).isEqualTo("answered /" + i);
                }
                serving.await();
                assertThatThrownBy(() -> session.get(uri[0])).isInstanceOf(RequestException.CannotConnect.class);
                await("the connection is closed", () -> session.connections().open() == 0);
            }
        });
    }

    @Test
    void aServerWhoseGraceIsOverEndsWhatIsLeft() throws Exception {
        Weft.run(() -> {
            try (var session = unasked().open();
                    var group = TaskGroup.open()) {
                var begun = new Event();
                var uri = new String[1];
                Task<?> serving = group.spawn(() -> {
                    try (var server = HttpServer.builder()
                            .grace(Duration.ofMillis(1))
                            .open(request -> {
                                begun.set();
                                Weft.sleep(Duration.ofHours(1));
                                return Response.text("never");
                            })) {
                        uri[0] = server.uri().toString();
                        begun.await();
                    }
                    return null;
                });
                await("the server is open", () -> uri[0] != null);
                assertThatThrownBy(() -> session.get(uri[0])).isInstanceOf(RequestException.Disconnected.class);
                serving.await();
            }
        });
    }

    // ---- refusals

    /** A server that plays a script over HTTP/2: frame by frame what it answers to each request. */
    private static Thread script(ServerSocket listening, List<Callable<byte[][]>> answers) {
        return Thread.ofPlatform().start(() -> {
            int next = 0;
            while (next < answers.size()) {
                try (Socket socket = listening.accept()) {
                    var in = new DataInputStream(socket.getInputStream());
                    in.readNBytes(Frames.PREFACE.length);
                    socket.getOutputStream().write(Frames.SETTINGS);
                    Frames.Frame frame;
                    while ((frame = Frames.read(in)) != null) {
                        if (frame.type() == Frames.HEADERS) {
                            byte[][] parts = answers.get(next++).call();
                            for (byte[] part : parts) {
                                socket.getOutputStream().write(Frames.on(frame.stream(), part));
                            }
                            if (parts.length == 0) {
                                break; // hangs up
                            }
                        }
                    }
                } catch (Exception e) {
                    if (listening.isClosed()) {
                        return;
                    }
                }
            }
        });
    }

    private static final byte[] REFUSED = Frames.reset(0, 7);
    private static final byte[] OK = Frames.frame(Frames.HEADERS, 5, 0, new byte[] {(byte) 0x88});

    private static void scripted(List<Callable<byte[][]>> answers, ScriptedRun run) throws Exception {
        Thread server;
        try (var listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server = script(listening, answers);
            Weft.run(() -> {
                try (var session = unasked().open()) {
                    run.run(session, "http://127.0.0.1:" + listening.getLocalPort() + "/");
                }
            });
        }
        server.join();
    }

    private interface ScriptedRun {
        void run(ClientSession session, String url) throws Exception;
    }

    @Test
    void aRefusedRequestIsSentAgainWhateverItsMethod() throws Exception {
        scripted(
                List.of(() -> new byte[][] {REFUSED}, () -> new byte[][] {REFUSED}, () -> new byte[][] {OK}),
                (session, url) -> {
                    assertThat(session.post(url, RequestBody.text("x")).status())
                            .isEqualTo(200);
                    assertThat(session.connections().opened()).isEqualTo(1);
                });
    }

    @Test
    void aRequestThatIsAlwaysRefusedFails() throws Exception {
        scripted(
                java.util.Collections.nCopies(4, () -> new byte[][] {REFUSED}),
                (session, url) -> assertThatThrownBy(() -> session.get(url))
                        .isInstanceOf(RequestException.Disconnected.class)
                        .hasMessageContaining("refused"));
    }

    @Test
    void whatAGoAwayLeavesOutIsSentAgainOnAnotherConnection() throws Exception {
        byte[] goAway = Frames.frame(Frames.GOAWAY, 0, 0, new byte[8]); // last stream 0, no error
        scripted(List.of(() -> new byte[][] {goAway}, () -> new byte[][] {OK}), (session, url) -> {
            assertThat(session.post(url, RequestBody.text("x")).status()).isEqualTo(200);
            assertThat(session.connections().opened()).isEqualTo(2);
        });
    }

    @Test
    void aResetSaysWhichAndABrokenConnectionToo() throws Exception {
        scripted(List.of(() -> new byte[][] {Frames.reset(0, 2)}, () -> new byte[][] {}), (session, url) -> {
            assertThatThrownBy(() -> session.get(url))
                    .isInstanceOf(RequestException.Disconnected.class)
                    .hasMessageContaining("INTERNAL_ERROR");
            assertThatThrownBy(() -> session.post(url, RequestBody.text("x")))
                    .isInstanceOf(RequestException.Disconnected.class);
            await("its place is free", () -> session.connections().open() == 0);
        });
    }

    // ---- limits of the server

    @Test
    void whatIsTooLargeIsRefusedAndTheConnectionGoesOn() throws Exception {
        Weft.run(() -> {
            try (var server = HttpServer.builder()
                            .maxBodySize(1000)
                            .maxHeaders(20)
                            .open(request -> Response.text("" + request.bytes().length));
                    var session = unasked().open()) {
                String url = server.uri().toString();
                ClientResponse tooLong = session.post(url, RequestBody.bytes("a/b", new byte[2_000_000]));
                assertThat(tooLong.status()).isEqualTo(413);
                assertThat(session.send(ClientRequest.get(url).header("X", "x".repeat(20_000)))
                                .status())
                        .isEqualTo(431);
                ClientRequest many = ClientRequest.get(url);
                for (int i = 0; i < 20; i++) {
                    many = many.header("X-" + i, "x");
                }
                assertThat(session.send(many).status()).isEqualTo(431);
                assertThat(session.post(url, RequestBody.bytes("a/b", new byte[1000]))
                                .text())
                        .isEqualTo("1000");
                assertThat(session.connections().opened()).isEqualTo(1);
            }
        });
    }

    @Test
    void requestsThatAreNoneAreRefused() throws Exception {
        Weft.run(() -> {
            try (var server = HttpServer.open(request -> Response.text("served " + request.target()))) {
                for (String path : List.of("nothing", "/a b", "/a\tb", "http://elsewhere/")) {
                    assertThat(Weft.offload(() -> statusOf(server.port(), Frames.get(1, path))))
                            .as(path)
                            .isIn("400", "reset");
                }
                assertThat(Weft.offload(() -> statusOf(server.port(), Frames.get(1, "/fine"))))
                        .isEqualTo("200");
            }
        });
    }

    private static String statusOf(int port, byte[] request) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(Frames.PREFACE);
            socket.getOutputStream().write(Frames.SETTINGS);
            socket.getOutputStream().write(request);
            var in = new DataInputStream(socket.getInputStream());
            Frames.Frame frame;
            while ((frame = Frames.read(in)) != null) {
                if (frame.type() == Frames.HEADERS) {
                    return switch (frame.payload()[0] & 0xFF) { // indexes of HPACK's static table
                        case 0x88 -> "200";
                        case 0x8C -> "400";
                        default -> HexFormat.of().formatHex(frame.payload());
                    };
                }
                if (frame.type() == Frames.RESET) {
                    return "reset";
                }
            }
            return "closed";
        }
    }

    @Test
    void aConnectionWithoutRequestsIsClosed() throws Exception {
        Weft.run(() -> {
            try (var server = HttpServer.builder()
                            .idleTimeout(Duration.ofMillis(50))
                            .requestTimeout(Duration.ofMillis(50))
                            .open(request -> Response.text("x"));
                    var session = unasked().open()) {
                assertThat(session.get(server.uri().toString()).text()).isEqualTo("x");
                await(
                        "it is closed",
                        () -> server.connections() == 0 && session.connections().open() == 0);
                assertThat(session.get(server.uri().toString()).text()).isEqualTo("x");
                String silent = Weft.offload(() -> {
                    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                        socket.setSoTimeout(20_000);
                        socket.getOutputStream().write(Frames.PREFACE);
                        var in = new DataInputStream(socket.getInputStream());
                        while (Frames.read(in) != null) {
                            // settings, and the farewell
                        }
                        return "closed";
                    }
                });
                assertThat(silent).isEqualTo("closed");
            }
        });
    }

    // ---- agreeing on a version

    @Test
    void bothAgreeOnAVersionOverTls(@TempDir Path directory) throws Exception {
        Keys keys = Keys.make(directory);
        Weft.run(() -> {
            try (var both = HttpServer.builder()
                            .tls(keys.context())
                            .open(new Router()
                                    .get("/", request -> Response.text("x"))
                                    .get(
                                            "/ws",
                                            request -> Response.webSocket(socket -> {
                                                socket.receive();
                                                socket.send("hello too");
                                            })));
                    var old = HttpServer.builder()
                            .tls(keys.context())
                            .http2(false)
                            .open(request -> Response.text("x"));
                    var free = ClientSession.builder().tls(keys.context()).open();
                    var conservative = ClientSession.builder()
                            .tls(keys.context())
                            .version(HttpVersion.HTTP_1_1)
                            .open();
                    var modern = unasked().tls(keys.context()).open()) {
                String newUrl = both.uri().toString();
                String oldUrl = old.uri().toString();
                assertThat(free.get(newUrl).version()).isEqualTo(HttpVersion.HTTP_2);
                assertThat(free.get(oldUrl).version()).isEqualTo(HttpVersion.HTTP_1_1);
                assertThat(conservative.get(newUrl).version()).isEqualTo(HttpVersion.HTTP_1_1);
                assertThat(modern.get(newUrl).version()).isEqualTo(HttpVersion.HTTP_2);
                assertThatThrownBy(() -> modern.get(oldUrl))
                        .isInstanceOf(RequestException.class)
                        .hasMessageContaining("does not speak HTTP/2");
                assertThat(modern.connections().open()).isEqualTo(1);
                List<ClientResponse> many = Weft.gather(java.util.Collections.nCopies(20, () -> free.get(oldUrl)));
                assertThat(many).allMatch(response -> response.status() == 200);
                try (var socket = free.webSocket("wss" + newUrl.substring(5) + "ws")) {
                    socket.send("hello");
                    assertThat(socket.receive()).isEqualTo(new WebSocketMessage.Text("hello too"));
                }
            }
        });
    }
}

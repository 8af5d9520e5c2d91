package dev.weft.http.server;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.http.Platform;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestException;
import dev.weft.loop.EventLoop;
import dev.weft.sync.Event;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server on several loops. At a Unix-domain socket one loop accepts for all, by turns, so that a test knows which of
 * them serves a connection.
 */
@ParameterizedClass
@EnumSource(
        mode = EnumSource.Mode.EXCLUDE,
        names = "PORTABLE_EPOLL") // a loop that waits holds one of the JVM's carriers, of which there may be two
@Timeout(60)
class LoopsTest {
    private static final StateKey<Opened> OPENED = StateKey.of("opened");

    @TempDir
    Path directory;

    @Parameter
    Platform platform;

    /** What an application opens on each loop. */
    private record Opened(EventLoop loop, List<String> log) implements AutoCloseable {
        @Override
        public void close() {
            log.add(EventLoop.current() == loop ? "closed" : "closed elsewhere");
        }
    }

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    private Path path() {
        return directory.resolve("http");
    }

    private ClientSession session() {
        return ClientSession.builder().unixSocket(path()).open();
    }

    /** A request, on a connection of its own if its answer says that the connection ends. */
    private static String ask(ClientSession session, String path) {
        ClientResponse response = session.get("http://127.0.0.1" + path);
        return response.status() + " " + response.text();
    }

    private static Response nameOfLoop(Request request) {
        return Response.text(EventLoop.current().name()).withHeader("Connection", "close");
    }

    @Test
    void connectionsToAPortLandOnSeveralLoops() throws Exception {
        Set<String> loops = new TreeSet<>();
        platform.run(() -> {
            try (var server = HttpServer.builder().loops(3).open(LoopsTest::nameOfLoop);
                    var session = ClientSession.open()) {
                assertThat(server.toString()).endsWith(", 3 loops]");
                for (int i = 0; i < 64; i++) {
                    loops.add(ask(session, ":" + server.port() + "/"));
                }
            }
        });
        assertThat(loops).hasSizeGreaterThan(1); // by a hash of the client's port: all on one is as likely as 3^-63
    }

    @Test
    void whereOneLoopAcceptsForAllTheyTakeTurns() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().unixSocket(path()).loops(3).open(LoopsTest::nameOfLoop);
                    var session = session()) {
                String here = "200 " + EventLoop.current().name();
                for (int i = 0; i < 2; i++) {
                    assertThat(ask(session, "/")).isEqualTo(here);
                    assertThat(ask(session, "/")).isEqualTo(here + "-http-2");
                    assertThat(ask(session, "/")).isEqualTo(here + "-http-3");
                }
                assertThat(server.connections()).isLessThanOrEqualTo(6);
                await("all are gone", () -> server.connections() == 0);
            }
        });
    }

    @Test
    void aLoopThatIsHeldUpHoldsUpItsOwnConnectionsOnly() throws Exception {
        var holding = new AtomicBoolean();
        var release = new AtomicBoolean();
        platform.run(() -> {
            try (var server = HttpServer.builder().unixSocket(path()).loops(2).open(request -> {
                        if (request.path().equals("/hold")) {
                            holding.set(true);
                            while (!release.get()) {
                                Thread.onSpinWait();
                            }
                        }
                        return nameOfLoop(request);
                    });
                    var session = session();
                    var group = TaskGroup.open()) {
                String here = "200 " + EventLoop.current().name();
                assertThat(ask(session, "/")).isEqualTo(here);
                Task<String> held = group.spawn(() -> ask(session, "/hold"));
                try {
                    await("the other loop is held up", holding::get);
                    for (int i = 0; i < 5; i++) {
                        assertThat(ask(session, "/")).isEqualTo(here);
                        group.spawn(() -> ask(session, "/")); // its turn is on the other loop
                        await("it is accepted", () -> server.connections() >= 1);
                        Weft.sleep(Duration.ofMillis(5));
                    }
                } finally {
                    release.set(true);
                }
                assertThat(held.await()).isEqualTo(here + "-http-2");
                group.join();
            }
        });
    }

    // ---- limits

    @Test
    void theLimitOfConnectionsIsThatOfTheServer() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder()
                            .unixSocket(path())
                            .loops(2)
                            .maxConnections(2)
                            .open(request -> Response.text("kept"));
                    var second = session();
                    var third = session()) {
                try (var first = session()) {
                    first.get("http://localhost/");
                    second.get("http://localhost/");
                    assertThat(server.connections()).isEqualTo(2);
                    assertThatThrownBy(() -> third.get("http://localhost/")).isInstanceOf(RequestException.class);
                }
                await("there is room", () -> server.connections() == 1);
                assertThat(third.get("http://localhost/").status()).isEqualTo(200);
            }
        });
    }

    @Test
    void aPlaceThatComesFreeOnOneLoopIsTakenByWhoWaitsOnAnother() throws Exception {
        var begun = new CopyOnWriteArrayList<String>();
        var free = new Event();
        platform.run(() -> {
            free.clear();
            begun.clear();
            try (var server = HttpServer.builder()
                            .unixSocket(path())
                            .loops(2)
                            .maxConcurrent(1, 1)
                            .open(request -> {
                                begun.add(request.path());
                                free.await();
                                return nameOfLoop(request);
                            });
                    var session = session();
                    var group = TaskGroup.open()) {
                String here = "200 " + EventLoop.current().name();
                Task<String> first = group.spawn(() -> ask(session, "/first"));
                await("it is being answered", () -> begun.size() == 1);
                Task<String> second = group.spawn(() -> ask(session, "/second"));
                await("the second waits", () -> server.waiting() == 1);
                assertThat(ask(session, "/third")).startsWith("503 ");
                assertThat(begun).containsExactly("/first");
                free.set();
                assertThat(first.await()).isEqualTo(here);
                assertThat(second.await()).isEqualTo(here + "-http-2");
            }
        });
    }

    // ---- the end

    @Test
    void closingLetsWhatHasBegunEndOnAllLoops() throws Exception {
        var begun = new AtomicInteger();
        var go = new Event();
        platform.run(() -> {
            begun.set(0);
            go.clear();
            try (var group = TaskGroup.open();
                    var session = session()) {
                List<Task<String>> answers = new ArrayList<>();
                try (var server = HttpServer.builder()
                        .unixSocket(path())
                        .loops(3)
                        .open(request -> {
                            begun.incrementAndGet();
                            go.await();
                            return nameOfLoop(request);
                        })) {
                    for (int i = 0; i < 6; i++) {
                        answers.add(group.spawn(() -> ask(session, "/")));
                    }
                    await("all have begun", () -> begun.get() == 6);
                    assertThat(server.connections()).isEqualTo(6);
                    group.spawn(() -> {
                        Weft.sleep(Duration.ofMillis(50)); // while the server is closing
                        go.set();
                    });
                }
                Set<String> loops = new TreeSet<>();
                for (Task<String> answer : answers) {
                    loops.add(answer.await());
                }
                assertThat(loops).hasSize(3).allMatch(answer -> answer.startsWith("200 "));
                assertThatThrownBy(() -> ask(session, "/")).isInstanceOf(RequestException.CannotConnect.class);
            }
        });
    }

    @Test
    void handlersOnAllLoopsEndWithTheTaskThatOpenedTheServer() throws Exception {
        Set<String> cancelled = new ConcurrentSkipListSet<>();
        var begun = new AtomicInteger();
        var opened = new AtomicReference<HttpServer>();
        platform.run(() -> {
            cancelled.clear();
            try (var group = TaskGroup.open();
                    var session = ClientSession.open()) {
                Task<Void> task = group.spawn(() -> {
                    try (var server = HttpServer.builder().loops(2).open(request -> {
                        begun.incrementAndGet();
                        try {
                            Weft.sleep(Duration.ofHours(1));
                        } catch (Cancelled e) {
                            cancelled.add(EventLoop.current().name());
                            throw e;
                        }
                        return Response.text("never");
                    })) {
                        opened.set(server);
                        Weft.sleep(Duration.ofHours(1));
                    }
                    return null;
                });
                await("it is open", () -> opened.get() != null);
                int port = opened.get().port();
                List<Task<RequestException>> requests = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    requests.add(group.spawn(
                            () -> catchThrowableOfType(RequestException.class, () -> ask(session, ":" + port + "/"))));
                }
                await("all have begun", () -> begun.get() == 40);
                task.cancel("enough");
                assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
                assertThat(opened.get().connections()).isZero();
                assertThat(cancelled).hasSize(2); // all on one: 2^-39
                for (Task<RequestException> request : requests) {
                    assertThat(request.await()).isInstanceOf(RequestException.Disconnected.class);
                }
            }
            assertThatThrownBy(() -> Weft.offload(() -> new RawClient(opened.get())))
                    .isInstanceOf(ConnectException.class);
        });
    }

    // ---- beginning

    @Test
    void anApplicationOpensItsResourcesOnEachLoop() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        platform.run(() -> {
            log.clear();
            var application = new Application(request -> Response.text(
                                    request.state(OPENED).loop().name() + " "
                                            + EventLoop.current().name())
                            .withHeader("Connection", "close"))
                    .resource(OPENED, () -> new Opened(EventLoop.current(), log));
            try (var server = HttpServer.builder().unixSocket(path()).loops(2).open(application);
                    var session = session()) {
                String here = EventLoop.current().name();
                assertThat(ask(session, "/")).isEqualTo("200 " + here + " " + here);
                assertThat(ask(session, "/")).isEqualTo("200 " + here + "-http-2 " + here + "-http-2");
                assertThat(server.connections()).isLessThan(3);
            }
            assertThat(log).containsExactly("closed", "closed");
            assertThat(application.state(OPENED, new Opened(EventLoop.current(), log)))
                    .isSameAs(application); // it has ended
        });
    }

    @Test
    void ifOneLoopCannotBeginTheOthersEnd() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        var starts = new AtomicInteger();
        platform.run(() -> {
            log.clear();
            starts.set(0);
            var application = new Application(LoopsTest::nameOfLoop).resource(OPENED, () -> {
                if (starts.incrementAndGet() == 3) {
                    throw new IOException("no database");
                }
                return new Opened(EventLoop.current(), log);
            });
            assertThatThrownBy(() -> HttpServer.builder().loops(4).open(application))
                    .isInstanceOf(HttpException.class)
                    .hasMessageContaining("the application cannot start: java.io.IOException: no database");
            assertThat(log).containsExactly("closed", "closed");
        });
    }

    @Test
    void aPortThatIsTakenIsNotSharedWithWhoHasIt() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().loops(2).open(LoopsTest::nameOfLoop)) {
                assertThatThrownBy(() -> HttpServer.builder()
                                .port(server.port())
                                .loops(2)
                                .open(LoopsTest::nameOfLoop))
                        .isInstanceOf(HttpException.class)
                        .hasMessageContaining("the port is taken");
            }
        });
    }
}

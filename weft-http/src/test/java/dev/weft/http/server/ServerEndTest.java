package dev.weft.http.server;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.http.Platform;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How a server opens, and how it ends. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ServerEndTest extends PlatformCase {

    @Test
    void aTakenPortIsOneMessageWithTheRemedy() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            platform.run(
                    () -> assertThatThrownBy(
                                    () -> HttpServer.builder().port(port).open(HttpServerTest::echo))
                            .isInstanceOf(HttpException.class)
                            .hasMessage(
                                    "the server cannot listen on 127.0.0.1:" + port
                                            + ": the port is taken by another program; choose another one, or 0 to have the system choose"));
        }
    }

    @Test
    void anAddressOfAnotherMachineIsRefusedWithTheRemedy() throws Exception {
        platform.run(() -> {
            assertThatThrownBy(() -> HttpServer.builder().host("192.0.2.1").open(HttpServerTest::echo))
                    .isInstanceOf(HttpException.class)
                    .hasMessageContaining("no address of this machine");
            assertThatThrownBy(() ->
                            HttpServer.builder().host("no-such-host.invalid").open(HttpServerTest::echo))
                    .isInstanceOf(HttpException.class)
                    .hasMessageContaining("the host is unknown");
            Weft.sleep(Duration.ZERO); // and the task goes on
        });
    }

    @Test
    void outsideOfATaskTheMessageSaysWhatToDo() {
        assertThatThrownBy(() -> HttpServer.open(HttpServerTest::echo))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Weft.run");
    }

    @Test
    @DisplayName(
            "H046 H047 P166 closing lets requests that have begun end, closes idle connections at once and refuses new ones")
    void closingLetsRequestsThatHaveBegunEndAndClosesIdleConnectionsAtOnce() throws Exception {
        platform.run(() -> {
            var handling = new AtomicBoolean();
            var go = new AtomicBoolean();
            var idleAnswered = new AtomicBoolean();
            var idleEnd = new AtomicReference<String>();
            try (var group = TaskGroup.open()) {
                Task<String> begun;
                int port;
                try (var server = HttpServer.builder()
                        .grace(Duration.ofSeconds(20))
                        .open(request -> {
                            if (request.path().equals("/slow")) {
                                handling.set(true);
                                await("it may go on", go::get);
                            } else {
                                idleAnswered.set(true);
                            }
                            return echo(request);
                        })) {
                    port = server.port();
                    begun = group.spawn(() -> Weft.offload(() -> RawClient.exchange(server, get("/slow"))));
                    group.spawn(() -> Weft.offload(() -> {
                        idleEnd.set(RawClient.exchange(server, get("/idle")));
                        return null;
                    }));
                    await("both are there", () -> handling.get() && idleAnswered.get());
                    group.spawn(() -> {
                        await("the idle one is closed", () -> idleEnd.get() != null);
                        assertThatThrownBy(() -> Weft.offload(() -> new RawClient(server)))
                                .isInstanceOf(ConnectException.class);
                        go.set(true);
                    });
                }
                assertThat(begun.await())
                        .startsWith("HTTP/1.1 200")
                        .contains("connection: close")
                        .contains("GET /slow");
                assertThat(idleEnd.get()).contains("GET /idle");
                assertThatThrownBy(() -> Weft.offload(() -> new Socket(InetAddress.getLoopbackAddress(), port)))
                        .isInstanceOf(ConnectException.class);
            }
        });
    }

    @Test
    @DisplayName("H044 closing waits for tasks that handlers have started")
    void closingWaitsForTasksThatHandlersHaveStarted() throws Exception {
        platform.run(() -> {
            var started = new AtomicBoolean();
            var closing = new AtomicBoolean();
            var ended = new AtomicBoolean();
            try (var group = TaskGroup.open()) {
                Task<String> begun;
                try (var server = HttpServer.builder()
                        .grace(Duration.ofSeconds(20))
                        .open(request -> {
                            try (var work = TaskGroup.open()) {
                                work.spawn(() -> {
                                    started.set(true);
                                    await("the server is closing", closing::get);
                                    Weft.sleep(Duration.ofMillis(1));
                                    ended.set(true);
                                });
                                work.join();
                            }
                            return echo(request);
                        })) {
                    begun = group.spawn(() -> Weft.offload(() -> RawClient.exchange(server, get("/"))));
                    await("it is being worked on", started::get);
                    group.spawn(() -> closing.set(true)); // once this task waits for the end of the server
                }
                assertThat(ended).isTrue();
                assertThat(begun.await()).startsWith("HTTP/1.1 200");
            }
        });
    }

    @Test
    @DisplayName("H045 after the grace period handlers are cancelled and connections closed")
    void afterTheGracePeriodHandlersAreCancelledAndConnectionsClosed() throws Exception {
        platform.run(() -> {
            var cancelled = new AtomicBoolean();
            var handling = new AtomicBoolean();
            try (var group = TaskGroup.open()) {
                Task<String> begun;
                try (var server = HttpServer.builder().grace(SHORT).open(request -> {
                    handling.set(true);
                    try {
                        Weft.sleep(Duration.ofHours(1));
                    } finally {
                        cancelled.set(true);
                    }
                    return echo(request);
                })) {
                    begun = group.spawn(() -> Weft.offload(() -> RawClient.exchange(server, get("/"))));
                    await("it is being handled", handling::get);
                }
                assertThat(cancelled).isTrue();
                assertThat(begun.await()).isEmpty();
            }
        });
    }

    @Test
    void aServerEndsWithTheTaskThatOpenedIt() throws Exception {
        platform.run(() -> {
            var opened = new HttpServer[1];
            var handling = new AtomicBoolean();
            try (var group = TaskGroup.open()) {
                Task<Void> task = group.spawn(() -> {
                    try (var server = HttpServer.open(request -> {
                        handling.set(
                                true); // so that all the client sent has been read, and it sees an end and no reset
                        Weft.sleep(Duration.ofHours(1));
                        return echo(request);
                    })) {
                        opened[0] = server;
                        Weft.sleep(Duration.ofHours(1));
                    }
                    return null;
                });
                await("it is open", () -> opened[0] != null);
                Task<String> request = group.spawn(() -> Weft.offload(() -> RawClient.exchange(opened[0], get("/"))));
                await("a request is there", handling::get);
                task.cancel("enough");
                assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
                assertThat(request.await()).isEmpty();
                assertThat(opened[0].connections()).isZero();
                assertThatThrownBy(() -> Weft.offload(() -> new RawClient(opened[0])))
                        .isInstanceOf(ConnectException.class);
            }
        });
    }

    @Test
    void closingTwiceIsFine() throws Exception {
        platform.run(() -> {
            var server = HttpServer.open(HttpServerTest::echo);
            server.close();
            server.close();
            try (var again = HttpServer.builder().port(server.port()).open(HttpServerTest::echo)) {
                assertThat(again.port()).isEqualTo(server.port());
            }
        });
    }
}

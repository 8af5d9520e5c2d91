package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelScope;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Event;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Platform.class)
@ExtendWith(LeakCheck.class)
@Timeout(60)
@SuppressWarnings("try") // to close within the block is what some of these are about
class ServerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    private static void echo(SocketStream stream) throws Exception {
        for (String line : stream.lines()) {
            stream.write(line + "\n");
        }
    }

    private static TcpStream connect(Listener<TcpStream> listener) throws Exception {
        return TcpStream.connect("127.0.0.1", ((TcpListener) listener).port());
    }

    private static String ask(SocketStream stream, String line) throws Exception {
        stream.write(line + "\n");
        return stream.readLine();
    }

    @Test
    void eachConnectionHasACoroutine() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            try (var server = Server.serve(listener, ServerTest::echo);
                    var group = TaskGroup.open()) {
                assertThat(server.address()).isEqualTo(listener.address());
                List<Task<String>> tasks = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    int number = i;
                    tasks.add(group.spawn(() -> {
                        try (var stream = connect(listener)) {
                            return ask(stream, "a" + number) + ask(stream, "b");
                        }
                    }));
                }
                group.join();
                for (int i = 0; i < 20; i++) {
                    assertThat(tasks.get(i).result()).isEqualTo("a" + i + "b");
                }
            }
        });
    }

    @Test
    @DisplayName(
            "P196 a listener is free to be closed after an accept whose time was over; then connections are refused")
    void aTimedOutAcceptReleasesTheListener() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            assertThat(Weft.moveOnAfter(Duration.ofMillis(20), () -> listener.accept()))
                    .isEmpty();
            listener.close();
            listener.close();
            assertThatThrownBy(() -> connect(listener))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("127.0.0.1:" + listener.port())
                    .hasMessageContaining("refused");
            assertThatThrownBy(listener::accept).isInstanceOf(SocketException.class);
        });
    }

    @Test
    void aCancelledAcceptLosesNoConnection() throws Exception {
        platform.run(() -> {
            try (var listener = TcpListener.open(0);
                    var group = TaskGroup.open()) {
                Task<?> task = group.spawnNow(() -> listener.accept());
                Weft.sleep(Duration.ZERO); // the socket is asked for a connection now
                task.cancel("enough");
                assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
                try (var client = connect(listener);
                        var server = listener.accept()) {
                    client.write("x");
                    assertThat(server.readExactly(1)).hasSize(1);
                }
            }
        });
    }

    @Test
    void closingAListenerEndsTheWaitInAcceptAndResetsWhatNobodyTook() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            try (var group = TaskGroup.open()) {
                group.spawnNow(() -> assertThatThrownBy(() -> {
                            while (true) {
                                listener.accept().close();
                            }
                        })
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("closed on this side"));
                try (var client = connect(listener)) {
                    assertThat(client.read(1)).isEmpty();
                }
                listener.close();
                group.join();
            }
        });
    }

    @Test
    void aTakenPortSaysWhich() throws Exception {
        platform.run(() -> {
            try (var listener = TcpListener.open(0)) {
                assertThatThrownBy(() -> TcpListener.open(listener.port()))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining(":" + listener.port())
                        .hasMessageContaining("in use");
            }
        });
    }

    @Test
    @DisplayName("P161 a failing accept pauses accepting, and the listener goes on")
    void acceptSurvivesExhaustion() throws Exception {
        platform.run(() -> {
            try (var listener = TcpListener.open(0)) {
                listener.failAccepting(new java.io.IOException("accept(..) failed: Too many open files"));
                try (var group = TaskGroup.open()) {
                    Task<TcpStream> accepting = group.spawnNow(() -> listener.accept());
                    listener.failAccepting(new java.io.IOException("accept(..) failed: Too many open files"));
                    try (var client = connect(listener);
                            var server = accepting.await()) {
                        server.write("x");
                        assertThat(client.readExactly(1)).hasSize(1);
                    }
                }
            }
        });
    }

    @Test
    @DisplayName(
            "P181 P182 a failure in a handler goes to the exception handler, and a cancelled handler is not reported")
    void failingHandlers() throws Exception {
        var reports = new ConcurrentLinkedQueue<Throwable>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> reports.add(failure));
        try {
            // Without the test kit, to which the report that is wanted here is a failure.
            platform.withProperties(() -> Weft.run(() -> {
                TcpListener listener = TcpListener.open(0);
                try (var server = Server.serve(listener, stream -> {
                    String order = stream.readLine();
                    if ("fail".equals(order)) {
                        throw new IllegalArgumentException("as ordered");
                    }
                    throw new dev.weft.Cancelled("as ordered", null);
                })) {
                    for (String order : List.of("cancel", "fail")) {
                        try (var stream = connect(listener)) {
                            stream.write(order + "\n");
                            assertThatThrownBy(() -> {
                                        if (stream.read(1).length == 0) {
                                            throw new SocketException("ended");
                                        }
                                    })
                                    .isInstanceOf(SocketException.class);
                        }
                    }
                    assertThat(server.drain(LONG)).isTrue();
                }
            }));
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(reports).singleElement().isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("P166 after stop new connections are refused, and those that there are go on until drained")
    void stopAndDrain() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            try (var server = Server.serve(listener, ServerTest::echo);
                    var stream = connect(listener)) {
                assertThat(ask(stream, "a")).isEqualTo("a");
                server.stop();
                server.stop();
                assertThatThrownBy(() -> connect(listener)).isInstanceOf(ConnectException.class);
                assertThat(ask(stream, "b")).isEqualTo("b");
                assertThat(server.connections()).isEqualTo(1);
                assertThat(server.drain(Duration.ofMillis(20))).isFalse();
                assertThat(ask(stream, "c")).isEqualTo("c");
                stream.shutdownOutput();
                assertThat(server.drain(LONG)).isTrue();
                assertThat(server.connections()).isZero();
            }
        });
    }

    @Test
    void abortCutsConnectionsOff() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            var cancelled = new ArrayList<String>();
            try (var server = Server.serve(listener, stream -> {
                        try {
                            echo(stream);
                        } catch (dev.weft.Cancelled e) {
                            cancelled.add(e.reason());
                            throw e;
                        }
                    });
                    var stream = connect(listener)) {
                assertThat(ask(stream, "a")).isEqualTo("a");
                server.abort();
                server.await();
                assertThatThrownBy(() -> ask(stream, "b").length()).isInstanceOf(Exception.class);
                assertThat(cancelled).containsExactly("the server was aborted");
            }
        });
    }

    @Test
    void closeWaitsForTheGracePeriodOnly() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            var server = Server.of(listener).grace(Duration.ofMillis(20)).serve(ServerTest::echo);
            var stream = connect(listener);
            assertThat(ask(stream, "a")).isEqualTo("a");
            server.close();
            server.close();
            assertThat(server.connections()).isZero();
            stream.abort();
        });
    }

    @Test
    void aCancelledTaskLeavesNothingOfItsServer() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            var scope = CancelScope.create();
            var connected = new Event();
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    connected.await();
                    scope.cancel("enough");
                });
                scope.run(() -> {
                    try (var server = Server.serve(listener, ServerTest::echo);
                            var stream = connect(listener)) {
                        assertThat(ask(stream, "a")).isEqualTo("a");
                        connected.set();
                        server.await();
                    }
                });
                assertThat(scope.caught()).isTrue();
            }
            assertThatThrownBy(() -> connect(listener)).isInstanceOf(ConnectException.class);
        });
    }

    @Test
    void moreConnectionsThanTheLimitWaitTheirTurn() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            try (var server = Server.of(listener).maxConnections(2).serve(ServerTest::echo);
                    var one = connect(listener);
                    var two = connect(listener);
                    var three = connect(listener)) {
                assertThat(ask(one, "1")).isEqualTo("1");
                assertThat(ask(two, "2")).isEqualTo("2");
                three.write("3\n");
                assertThat(Weft.moveOnAfter(Duration.ofMillis(30), () -> three.read(1)))
                        .isEmpty();
                assertThat(server.connections()).isEqualTo(2);
                one.close();
                assertThat(three.readLine()).isEqualTo("3");
            }
        });
    }

    @Test
    void loopsShareAPort() throws Exception {
        platform.run(() -> {
            try (var first = TcpListener.at(InetAddress.getLoopbackAddress(), 0)
                            .reusePort(true)
                            .open();
                    var second = TcpListener.at(InetAddress.getLoopbackAddress(), first.port())
                            .reusePort(true)
                            .open()) {
                assertThat(second.port()).isEqualTo(first.port());
            }
        });
    }

    @Test
    void theListenerIsGoneWithItsServer() throws Exception {
        platform.run(() -> {
            TcpListener listener = TcpListener.open(0);
            try (var server = Server.serve(listener, stream -> stream.write("hi".getBytes(UTF_8)))) {
                try (var stream = connect(listener)) {
                    assertThat(new String(stream.readAll(10), UTF_8)).isEqualTo("hi");
                }
                assertThat(server).hasToString("Server[" + listener.address() + ", 0 connections]");
            }
            assertThat(listener.isClosed()).isTrue();
        });
    }
}

package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.jdk.JdkAccess;
import dev.weft.sync.Event;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Blocking calls of the JDK in coroutines: what they wait for here can only come about if the loop goes on meanwhile.
 */
@Tag("loop-only")
@Timeout(60)
class JdkCallsTest {
    @BeforeEach
    void needsTheLoopsOwnScheduler() {
        Assumptions.assumeTrue(JdkAccess.available(), JdkAccess::unavailableBecause);
    }

    @Test
    void aPlainSocketSuspendsItsCoroutineOnly() throws Exception {
        Weft.run(() -> {
            TcpListener listener = TcpListener.open(0);
            try (var server = Server.serve(listener, stream -> stream.write(stream.readLine() + "!\n"));
                    var socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
                socket.getOutputStream().write("hello\n".getBytes(UTF_8)); // answered by the same loop
                assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("hello!\n");
                assertThat(server.connections()).isZero();
            }
        });
    }

    @Test
    void aServersSocketOfTheJdkDoesToo() throws Exception {
        Weft.run(() -> {
            try (var listening = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    var group = TaskGroup.open()) {
                Task<String> answer = group.spawn(() -> {
                    try (var accepted = listening.accept()) {
                        return new String(accepted.getInputStream().readAllBytes(), UTF_8);
                    }
                });
                try (var stream = TcpStream.connect("127.0.0.1", listening.getLocalPort())) {
                    stream.write("hello");
                }
                assertThat(answer.await()).isEqualTo("hello");
            }
        });
    }

    @Test
    void theHttpClientOfTheJdkDoesToo() throws Exception {
        var release = new CountDownLatch(1);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (var threads = Executors.newCachedThreadPool()) {
            server.setExecutor(threads);
            server.createContext("/", exchange -> {
                try {
                    boolean released = release.await(30, TimeUnit.SECONDS); // by another coroutine of the client's loop
                    byte[] body = (released ? "hello" : "late").getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                } catch (InterruptedException e) {
                    exchange.close();
                }
            });
            server.start();
            var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            Weft.run(() -> {
                var waiting = new Event();
                try (var client = HttpClient.newHttpClient();
                        var group = TaskGroup.open()) {
                    Task<String> body = group.spawn(() -> {
                        waiting.set();
                        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                                .body();
                    });
                    waiting.await();
                    release.countDown();
                    assertThat(body.await()).isEqualTo("hello");
                }
            });
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aDatabaseDoesToo() throws Exception {
        String url = "jdbc:h2:mem:weft;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000";
        Weft.run(() -> {
            var locked = new Event();
            var seen = new ArrayList<String>();
            try (var group = TaskGroup.open();
                    var first = DriverManager.getConnection(url)) {
                execute(first, "create table t (id int primary key, n int)");
                execute(first, "insert into t values (1, 0)");
                first.setAutoCommit(false);
                execute(first, "update t set n = n + 1 where id = 1");
                group.spawn(() -> {
                    try (var second = DriverManager.getConnection(url)) {
                        locked.set();
                        execute(second, "update t set n = n + 10 where id = 1"); // waits for the row
                        seen.add("second");
                    }
                });
                locked.await();
                Weft.sleep(Duration.ofMillis(50));
                seen.add("first"); // this coroutine goes on while the other one waits
                first.commit();
                group.join();
                try (var statement = first.createStatement();
                        var result = statement.executeQuery("select n from t")) {
                    assertThat(result.next()).isTrue();
                    assertThat(result.getInt(1)).isEqualTo(11);
                }
            }
            assertThat(seen).containsExactly("first", "second");
        });
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

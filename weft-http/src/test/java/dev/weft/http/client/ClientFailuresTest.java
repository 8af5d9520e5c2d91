package dev.weft.http.client;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.Platform;
import dev.weft.http.ScriptedServer;
import dev.weft.http.TestNames;
import dev.weft.http.client.RequestException.Phase;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How requests fail that get no response, or one that is broken. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ClientFailuresTest extends PlatformCase {

    @Test
    void aRefusedConnectionNamesPhaseAddressAndAttempt() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        platform.run(() -> {
            try (var session = ClientSession.open()) {
                RequestException e = failure(session, "http://127.0.0.1:" + free + "/x");
                assertThat(e)
                        .hasMessageStartingWith("GET http://127.0.0.1:" + free
                                + "/x: connection refused; is a server listening there? (phase connect, address 127.0.0.1:"
                                + free + ", after ")
                        .hasMessageEndingWith(" ms, attempt 1)")
                        .hasCauseInstanceOf(IOException.class);
                assertThat(e.phase()).isEqualTo(Phase.CONNECT);
                assertThat(e.address()).isEqualTo("127.0.0.1:" + free);
                assertThat(e.isTimeout()).isFalse();
                assertNothingHeld(session);
            }
        });
    }

    @Test
    void anUnknownHostFailsInTheDnsPhase() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.open()) {
                RequestException e = failure(session, "http://no-such-host.invalid/");
                assertThat(e.phase()).isEqualTo(Phase.DNS);
                assertThat(e)
                        .hasMessageContaining("'no-such-host.invalid' is unknown")
                        .hasCauseInstanceOf(UnknownHostException.class);
                assertNothingHeld(session);
            }
        });
    }

    @Test
    @DisplayName("H029 the next address is tried when the first is dead")
    void theNextAddressIsTriedWhenTheFirstIsDead() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get("http://two-addresses.test:" + server.port())
                                    .text())
                            .isEqualTo("ok");
                }
            });
        }
    }

    @Test
    void aLookUpThatHangsEndsWithTheConnectTimeout() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.builder().connectTimeout(SHORT).open()) {
                RequestException e = failure(session, "http://" + TestNames.neverFound() + "/");
                assertThat(e.phase()).isEqualTo(Phase.DNS);
                assertThat(e.isTimeout()).isTrue();
                assertNothingHeld(session);
            }
        });
    }

    @Test
    void aConnectionThatNobodyAnswersEndsWithTheConnectTimeout() throws Exception {
        try (var hole = new BlackHole()) {
            platform.run(() -> {
                try (var session = ClientSession.builder().connectTimeout(SHORT).open()) {
                    RequestException e = failure(
                            session, "http://127.0.0.1:" + hole.address().getPort());
                    assertThat(e.phase()).isEqualTo(Phase.CONNECT);
                    assertThat(e.isTimeout()).isTrue();
                    assertThat(e).hasMessageContaining("connect time-out of 60 ms");
                    assertNothingHeld(session);
                }
            });
        }
    }

    @Test
    void aServerThatHangsEndsWithTheReadTimeout() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.awaitClose())) {
            platform.run(() -> {
                try (var session = ClientSession.builder().readTimeout(SHORT).open()) {
                    RequestException e = failure(session, server.url());
                    assertThat(e.phase()).isEqualTo(Phase.READ);
                    assertThat(e.isTimeout()).isTrue();
                    assertThat(e)
                            .hasMessageContaining(
                                    "nothing came from the server for 60 ms; not a byte of the response has arrived");
                    assertThat(session.connections().open()).isZero();
                    await("the server sees the end", () -> server.open() == 0);
                }
            });
        }
    }

    @Test
    @DisplayName("H005 the read time-out is for each gap and not for the body")
    void theReadTimeoutIsForEachGapAndNotForTheBody() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
            for (int i = 0; i < 20; i++) {
                Thread.sleep(30);
                connection.send("x");
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder()
                        .readTimeout(Duration.ofMillis(400))
                        .open()) {
                    assertThat(session.get(server.url()).text()).hasSize(20);
                }
            });
        }
    }

    @Test
    void aServerThatDripsEndsWithTheTotalTimeout() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            while (true) {
                connection.send("x");
                Thread.sleep(5);
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder()
                        .totalTimeout(Duration.ofMillis(200))
                        .open()) {
                    RequestException e = failure(session, server.url());
                    assertThat(e.isTimeout()).isTrue();
                    assertThat(e)
                            .hasMessageContaining("total time-out of 200 ms")
                            .hasMessageContaining("bytes of the body have arrived");
                    assertThat(e.elapsed()).isBetween(Duration.ofMillis(200), Duration.ofSeconds(10));
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @Test
    @DisplayName("H025 a time-out in the line for a connection neither loses nor exceeds the limit")
    void theWaitForAConnectionEndsWithTheTotalTimeout() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.awaitClose())) {
            platform.run(() -> {
                try (var session = ClientSession.builder()
                                .limit(1)
                                .totalTimeout(Duration.ofMillis(300))
                                .open();
                        var group = TaskGroup.open()) {
                    var first = group.spawn(() -> failure(session, server.url()).isTimeout());
                    Weft.sleep(Duration.ofMillis(1));
                    Task<RequestException> second = group.spawn(() -> failure(session, server.url()));
                    assertThat(first.await()).isTrue();
                    RequestException e = second.await();
                    if (e.phase() == Phase.POOL) { // or it got the connection in the last millisecond
                        assertThat(e)
                                .hasMessageContaining("no connection came free")
                                .hasMessageContaining("1 open, 0 of them idle");
                    }
                    assertThat(e.isTimeout()).isTrue();
                    assertNothingHeld(session);
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhalf | in the middle of the body: 4 of 10 bytes arrived",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\nhalf\\r\\n | in the middle of the body: 4 bytes, before the last chunk arrived",
                "HTTP/1.1 200 OK\\r\\nContent-Le | in the middle of the header",
                "HTTP/1.1 200 | in the middle of the header",
                "SSH-2.0-OpenSSH_9.6\\r\\n | not well-formed",
                "garbage without end | in the middle of the header",
                "HTTP/1.1 abc OK\\r\\n\\r\\n | not well-formed",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 4\\r\\n\\r\\nabc | not well-formed",
                "HTTP/1.1 200 OK\\r\\nContent-Length: -3\\r\\n\\r\\nabc | not well-formed",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n | not well-formed",
                "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\n\\r\\n | switched to another protocol",
            })
    @DisplayName("H017 a body shorter than announced, or broken in another way, is an error that says how")
    void aBrokenResponseSaysHowItIsBroken(String response, String what) throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.once(response.translateEscapes()))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    RequestException e = failure(session, server.url());
                    assertThat(e).hasMessageContaining(what);
                    assertThat(e.phase()).isEqualTo(Phase.READ);
                    assertThat(e.attempts()).isEqualTo(1);
                    assertThat(session.connections().open()).isZero();
                }
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatClosesWithoutAResponseIsNotAskedTwice() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.request())) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("closed the connection without a response")
                            .hasMessageContaining("attempt 1");
                    assertThat(session.connections().open()).isZero();
                }
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aResetInTheMiddleOfTheBodyIsToldAsSuch() throws Exception {
        var go = new CountDownLatch(1);
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            go.await();
            connection.reset();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    StreamedResponse response = session.stream(ClientRequest.get(server.url()));
                    assertThat(response.body().readNBytes(4))
                            .hasSize(4); // the reset would discard what has not been read
                    go.countDown();
                    assertThatThrownBy(() -> response.body().read())
                            .hasMessageContaining("the connection broke")
                            .hasMessageContaining("4 of 10 bytes arrived")
                            .hasMessageContaining("reset");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @Test
    void aHugeHeaderIsRefused() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.once(
                "HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000) + "\r\nContent-Length: 0\r\n\r\n"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("header of the response is larger than 65536 bytes");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: 1001\\r\\n\\r\\n | announces a body of 1001 bytes",
                "Content-Length: 99999999999\\r\\n\\r\\n | announces a body of 99999999999 bytes",
                "Transfer-Encoding: chunked\\r\\n\\r\\n3e8\\r\\nBODY\\r\\n1\\r\\nx\\r\\n | sent more than 1000 bytes",
            })
    void aBodyThatIsTooLongIsRefusedWithTheRemedy(String response, String what) throws Exception {
        String text = response.translateEscapes().replace("BODY", "x".repeat(1000));
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\n" + text);
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder().maxBodySize(1000).open()) {
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining(what)
                            .hasMessageContaining("raise maxBodySize");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }

    @Test
    void aBodyOfTheLargestSizeIsTaken() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("x".repeat(1000)))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().maxBodySize(1000).open()) {
                    assertThat(session.get(server.url()).bytes()).hasSize(1000);
                }
            });
        }
    }

    @Test
    void thePlainServerBehindAnHttpsUrlFailsInTheTlsPhase() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    RequestException e = failure(session, server.url().replace("http:", "https:"));
                    assertThat(e.phase()).isEqualTo(Phase.TLS);
                    assertThat(e).hasMessageContaining("encryption cannot be set up");
                    assertThat(session.connections().open()).isZero();
                }
            });
        }
    }
}

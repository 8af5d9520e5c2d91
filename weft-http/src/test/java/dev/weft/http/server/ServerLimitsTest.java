package dev.weft.http.server;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.Platform;
import dev.weft.http.client.ClientSession;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client must not do, and what becomes of it. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ServerLimitsTest extends PlatformCase {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "garbage\\r\\n\\r\\n | 400",
                "<16><03><01>\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n | 400",
                "GET / HTTP/2.0\\r\\nHost: a\\r\\n\\r\\n | 505",
                "GET / HTTP/1.1\\r\\nHost : a\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a<00>b\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\nHost: a\\n\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\nContent-Length: 6\\r\\n\\r\\nhello | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: +5\\r\\n\\r\\nhello | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0x5\\r\\nhello\\r\\n0\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1001\\r\\n\\r\\n | 413",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3e9\\r\\nBODY!\\r\\n0\\r\\n\\r\\n | 413",
                "GET /LONG HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 414",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX: LONG\\r\\n\\r\\n | 431",
            })
    void aRequestThatBreaksTheRulesIsRefusedAndItsConnectionClosed(String request, String status) throws Exception {
        platform.run(() -> {
            var handled = new AtomicInteger();
            try (var server = HttpServer.builder()
                    .maxHeaderSize(2000)
                    .maxBodySize(1000)
                    .open(r -> {
                        Response answer = echo(r); // reads the body
                        handled.incrementAndGet();
                        return answer;
                    })) {
                String text =
                        unescape(request).replace("BODY", "x".repeat(1000)).replace("LONG", "x".repeat(60_000));
                String response = Weft.offload(() -> RawClient.exchange(server, text + get("/smuggled")));
                assertThat(response).startsWith("HTTP/1.1 " + status + " ").contains("connection: close\r\n");
                assertThat(response.split("HTTP/1.1 \\d{3} ", -1))
                        .as("one response")
                        .hasSize(2);
                assertThat(handled).hasValue(0);
                await("it is closed", () -> server.connections() == 0);
            }
        });
    }

    private static String unescape(String text) {
        return text.translateEscapes()
                .replace("<00>", "\0")
                .replace("<01>", "\1")
                .replace("<03>", "\3")
                .replace("<16>", "\26");
    }

    @Test
    void aRefusalWaitsForTheAnswersToWhatCameBefore() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> {
                Weft.sleep(Duration.ofMillis(20));
                return echo(request);
            })) {
                String responses = Weft.offload(
                        () -> RawClient.exchange(server, get("/1") + get("/2") + "garbage\r\n\r\n" + get("/3")));
                assertThat(responses.split("HTTP/1.1 ", -1))
                        .satisfiesExactly(
                                nothing -> assertThat(nothing).isEmpty(),
                                one -> assertThat(one).startsWith("200").contains("GET /1"),
                                two -> assertThat(two).startsWith("200").contains("GET /2"),
                                refusal -> assertThat(refusal).startsWith("400"));
            }
        });
    }

    @Test
    void aLargeBodyThatIsRefusedDoesNotDestroyTheAnswer() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(HttpServerTest::echo)) {
                String response = Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
                        String part = "x".repeat(100_000);
                        for (int i = 0; i < 20; i++) {
                            client.send(part); // while the answer is already on its way
                        }
                        return client.rest();
                    }
                });
                assertThat(response).startsWith("HTTP/1.1 413 ").contains("longer than 1048576 bytes");
            }
        });
    }

    @Test
    void aClientThatSendsItsRequestByDripsIsCutOff() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().requestTimeout(SHORT).open(HttpServerTest::echo)) {
                String response = Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        long begin = System.nanoTime();
                        try {
                            for (char c : ("GET / HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(3000)).toCharArray()) {
                                client.send(String.valueOf(c));
                                Thread.sleep(10);
                            }
                        } catch (IOException e) {
                            // closed, as it should be
                        }
                        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
                        return "";
                    }
                });
                assertThat(response).isEmpty();
                await("it is closed", () -> server.connections() == 0);
                String whole = Weft.offload(() -> RawClient.exchange(server, "GET / HTTP/1.1\r\n"));
                assertThat(whole).startsWith("HTTP/1.1 408 ").contains("within 100 ms");
            }
        });
    }

    @Test
    void anIdleConnectionIsClosedAfterItsTime() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().idleTimeout(SHORT).open(HttpServerTest::echo)) {
                String nothing = Weft.offload(() -> RawClient.exchange(server, ""));
                assertThat(nothing).isEmpty();
                String one = Weft.offload(() -> RawClient.exchange(server, get("/")));
                assertThat(one).startsWith("HTTP/1.1 200").doesNotContain("connection: close");
            }
        });
    }

    @Test
    void aHandlerMayTakeLongerThanAllTimeouts() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder()
                            .idleTimeout(SHORT)
                            .requestTimeout(SHORT)
                            .open(request -> {
                                Weft.sleep(SHORT.multipliedBy(4));
                                return Response.text("late");
                            });
                    var session = ClientSession.open()) {
                assertThat(session.get(server.uri()).text()).isEqualTo("late");
            }
        });
    }

    @Test
    void aClientThatDoesNotTakeItsResponseIsCutOff() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder()
                    .requestTimeout(SHORT)
                    .open(request -> Response.of("a/b", new byte[50_000_000]))) {
                var cutOff = new AtomicBoolean();
                try (var group = TaskGroup.open()) {
                    group.spawn(() -> Weft.offload(() -> {
                        try (var client = new RawClient(server)) {
                            client.send(get("/"));
                            while (!cutOff.get()) {
                                Thread.sleep(1);
                            }
                        }
                        return null;
                    }));
                    await("it has come", () -> server.connections() == 1);
                    await("it is cut off", () -> server.connections() == 0);
                    cutOff.set(true);
                    group.join();
                }
            }
        });
    }

    @Test
    @DisplayName("H041 requests in line behind a busy handler are bounded")
    void aFloodOfRequestsAheadIsBounded() throws Exception {
        platform.run(() -> {
            var handled = new AtomicInteger();
            var go = new AtomicBoolean();
            try (var server = HttpServer.open(request -> {
                        handled.incrementAndGet();
                        await("it may go on", go::get);
                        return Response.text("ok");
                    });
                    var session = ClientSession.open();
                    var group = TaskGroup.open()) {
                group.spawn(() -> Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        String requests = get("/").repeat(1000);
                        for (int i = 0; i < 1000; i++) {
                            client.send(requests);
                        }
                    } catch (IOException e) {
                        // cut off, or the server is closed
                    }
                    return null;
                }));
                await("the flood has begun", () -> handled.get() == 1);
                await("the server is not impressed", () -> server.connections() <= 1);
                go.set(true);
                assertThat(session.get(server.uri()).text()).isEqualTo("ok");
                assertThat(handled.get()).isLessThan(200);
            }
        });
    }
}

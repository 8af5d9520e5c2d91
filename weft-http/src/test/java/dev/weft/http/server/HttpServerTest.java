package dev.weft.http.server;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.Platform;
import dev.weft.http.client.ClientSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What handlers see of requests, and what becomes of their answers. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class HttpServerTest extends PlatformCase {
    // ---- requests and responses

    @Test
    void aHandlerSeesTheRequestAndItsAnswerIsSent() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> Response.text(request.method() + " " + request.target() + " "
                                    + request.path() + " "
                                    + request.parameter("q") + " "
                                    + request.parameters().get("r") + " "
                                    + request.headers().first("x-one")
                                    + " " + request.client().getAddress().isLoopbackAddress())
                            .withStatus(201)
                            .withHeader("X-Two", "2"));
                    var session = ClientSession.builder().userAgent("u").open()) {
                var response = session.get(server.uri() + "a%20b?q=1%262&r=3&r=4");
                assertThat(response.status()).isEqualTo(201);
                assertThat(response.headers().first("x-two")).isEqualTo("2");
                assertThat(response.headers().first("content-type")).isEqualTo("text/plain; charset=utf-8");
                assertThat(response.headers().first("date"))
                        .matches("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
                assertThat(response.text()).isEqualTo("GET /a%20b?q=1%262&r=3&r=4 /a b 1&2 [3, 4] null true");
            }
        });
    }

    @Test
    void requestsInTurnAndAheadAreAnsweredInOrderOnOneConnection() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> {
                Weft.sleep(Duration.ofNanos(request.path().hashCode() & 0xFFFF)); // the later may be the faster
                return echo(request);
            })) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        for (int i = 0; i < 5; i++) {
                            client.send(get("/turn" + i));
                            assertThat(client.response()).contains("GET /turn" + i + " ");
                        }
                        var ahead = new StringBuilder();
                        for (int i = 0; i < 100; i++) {
                            ahead.append(get("/ahead" + i));
                        }
                        client.send(ahead.toString());
                        for (int i = 0; i < 100; i++) {
                            assertThat(client.response()).contains("GET /ahead" + i + " ");
                        }
                    }
                    return null;
                });
                await("the end is noticed", () -> server.connections() == 0);
            }
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /x HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\nContent-Length: 5\\r\\n\\r\\nhello | POST /x {} hello",
                "PUT /x HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nhe\\r\\n3\\r\\nllo\\r\\n0\\r\\n\\r\\n | PUT /x {} hello",
                "POST / HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\nContent-Type: a/b; charset=iso-8859-1\\r\\nContent-Length: 1\\r\\n\\r\\nä | POST / {} Ã¤",
                "GET /x?a HTTP/1.0\\r\\n\\r\\n | 'GET /x {a=[]} '",
            })
    void bodiesOfRequestsComeWholeAndConnectionsEndWhenAsked(String request, String answer) throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(HttpServerTest::echo)) {
                String response = Weft.offload(() -> RawClient.exchange(server, request.translateEscapes()));
                assertThat(response)
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .contains("connection: close\r\n")
                        .endsWith(answer);
            }
        });
    }

    @Test
    void anOldClientKeepsItsConnectionWhenItAsks() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(HttpServerTest::echo)) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                        assertThat(client.response())
                                .contains("connection: keep-alive")
                                .contains("GET /1");
                        client.send("GET /2 HTTP/1.0\r\n\r\n");
                        assertThat(client.rest()).contains("connection: close").contains("GET /2");
                    }
                    return null;
                });
            }
        });
    }

    @Test
    void aResponseWithoutBodyHasNone() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(
                    request -> request.path().equals("/204") ? Response.status(204) : Response.text("four"))) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/204")
                                + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
                        assertThat(client.rest().split("HTTP/1.1 ", -1))
                                .satisfiesExactly(
                                        nothing -> assertThat(nothing).isEmpty(),
                                        head -> assertThat(head)
                                                .startsWith("200")
                                                .contains("content-length: 4\r\n")
                                                .endsWith("\r\n\r\n"),
                                        none -> assertThat(none)
                                                .startsWith("204")
                                                .doesNotContain("content-length")
                                                .endsWith("\r\n\r\n"),
                                        full -> assertThat(full)
                                                .startsWith("200")
                                                .endsWith("\r\n\r\nfour"));
                    }
                    return null;
                });
            }
        });
    }

    @Test
    void aClientThatWaitsForLeaveToSendGetsIt() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.builder().maxBodySize(10).open(HttpServerTest::echo)) {
                Weft.offload(() -> {
                    try (var client = new RawClient(server)) {
                        client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
                        assertThat(client.response()).startsWith("http/1.1 100");
                        client.send("hi");
                        assertThat(client.response()).contains("200").endsWith("hi");
                        client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
                        assertThat(client.rest()).startsWith("HTTP/1.1 413");
                    }
                    return null;
                });
            }
        });
    }

    @Test
    void aResponseMayBeTheLastOfItsConnectionAndMayBeSentManyTimes() throws Exception {
        Response response = Response.of("a/b", new byte[] {1, 2})
                .withHeader("Connection", "close")
                .withHeader("Content-Length", "99");
        platform.run(() -> {
            try (var server = HttpServer.open(request -> response);
                    var session = ClientSession.open()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(session.get(server.uri()).bytes()).containsExactly(1, 2);
                }
                assertThat(session.connections().opened()).isEqualTo(3);
            }
        });
    }

    @Test
    void responsesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> Response.status(199))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("199");
        assertThatThrownBy(() -> Response.status(600)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Response.text("x").withHeader("a", "b\r\nc: d"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void handlersWaitWithoutHoldingUpEachOther() throws Exception {
        int clients = 300;
        platform.run(() -> {
            var arrived = new int[1];
            try (var server = HttpServer.open(request -> {
                        arrived[0]++;
                        await("all have arrived", () -> arrived[0] == clients);
                        return Response.text("ok");
                    });
                    var session = ClientSession.builder().limit(clients).open();
                    var group = TaskGroup.open()) {
                for (int i = 0; i < clients; i++) {
                    group.spawn(
                            () -> assertThat(session.get(server.uri()).text()).isEqualTo("ok"));
                }
                group.join();
                assertThat(server.connections()).isEqualTo(clients);
                assertThat(session.connections().opened()).isEqualTo(clients);
            }
        });
    }

    @Test
    void textOfABodyInAnUnknownCharsetIsReadAsUtf8() throws Exception {
        platform.run(() -> {
            try (var server = HttpServer.open(request -> Response.text(request.text()))) {
                String answer = Weft.offload(() -> RawClient.exchange(
                        server,
                        "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: text/plain; charset=klingon\r\n"
                                + "Content-Length: 2\r\n\r\nÃ¤"));
                assertThat(answer).endsWith("\r\n\r\nÃ¤");
            }
        });
    }

    // ---- failures of handlers

    @Test
    @DisplayName("H038 a handler without a response, or that fails, is a 500 with an id that the log has too")
    void aHandlerThatFailsIsA500WithAnIdThatTheLogHasToo() throws Exception {
        List<LogRecord> records = new ArrayList<>();
        Logger logger = Logger.getLogger(HttpServer.class.getName());
        Handler recorder = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(recorder);
        logger.setUseParentHandlers(false);
        try {
            platform.run(() -> {
                try (var server = HttpServer.open(request -> switch (request.path()) {
                            case "/null" -> null;
                            case "/error" -> throw new StackOverflowError("secret");
                            default -> throw new IOException("secret");
                        });
                        var session = ClientSession.open()) {
                    for (String path : List.of("", "null", "error")) {
                        var response = session.get(server.uri() + path);
                        assertThat(response.status()).isEqualTo(500);
                        assertThat(response.text()).doesNotContain("secret").doesNotContain("at dev.weft");
                        LogRecord record = records.removeLast();
                        String id = response.text().replaceAll("(?s).*id (\\S+).*", "$1");
                        assertThat(record.getMessage()).contains("GET /" + path).contains(id);
                        assertThat(record.getThrown()).isNotNull();
                    }
                    assertThat(session.connections().opened())
                            .as("the connection lives on")
                            .isEqualTo(1);
                }
            });
        } finally {
            logger.removeHandler(recorder);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void aClientThatLeavesDoesNotDisturbTheServer() throws Exception {
        platform.run(() -> {
            var arrived = new AtomicInteger();
            var ended = new AtomicInteger();
            var go = new AtomicBoolean();
            try (var server = HttpServer.open(request -> {
                        arrived.incrementAndGet();
                        await("it may go on", go::get);
                        ended.incrementAndGet();
                        return Response.of("a/b", new byte[1_000_000]);
                    });
                    var session = ClientSession.open()) {
                Weft.offload(() -> {
                    for (int i = 0; i < 5; i++) {
                        try (var client = new RawClient(server)) {
                            client.send(get("/"));
                            while (arrived.get() <= i) {
                                Thread.onSpinWait();
                            }
                            if (i % 2 == 0) {
                                client.socket().setSoLinger(true, 0); // by a reset
                            }
                        }
                    }
                    return null;
                });
                await("the server has noticed", () -> server.connections() == 0);
                go.set(true);
                await("the handlers have ended all the same", () -> ended.get() == 5);
                assertThat(session.get(server.uri()).bytes()).hasSize(1_000_000);
            }
        });
    }
}

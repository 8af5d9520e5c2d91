package dev.weft.http.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.HttpException;
import dev.weft.http.client.ClientSession;
import dev.weft.http.server.Application;
import dev.weft.http.server.ErrorResponse;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.http.server.Router;
import dev.weft.http.server.StateKey;
import dev.weft.http.ws.WebSocketMessage.Text;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TestServerTest {
    private static final StateKey<AutoCloseable> RESOURCE = StateKey.of("resource");

    @LoopTest(clock = ClockMode.REAL)
    void itsClientAsksItByPath() {
        var router = new Router()
                .get("/users/{id}", request -> Response.text("user " + request.pathParameter("id")))
                .get("/socket", _ -> Response.webSocket(socket -> socket.send("hello")));
        try (var server = TestServer.open(router)) {
            assertThat(server.client().get("users/7").text()).isEqualTo("user 7");
            assertThat(server.client().get("nothing").status()).isEqualTo(404);
            try (var socket = server.client().webSocket(server.webSocket("socket"))) {
                assertThat(socket.receive()).isEqualTo(new Text("hello"));
            }
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void anApplicationIsStartedAndStopped() {
        List<String> events = new ArrayList<>();
        var router = new Router().get("/", request -> {
            events.add("asked " + (request.state(RESOURCE) != null));
            return Response.text("x");
        });
        var application = new Application(router).resource(RESOURCE, () -> {
            events.add("opened");
            return () -> events.add("closed");
        });
        try (var server = TestServer.open(application)) {
            assertThat(server.client().get("").status()).isEqualTo(200);
        }
        assertThat(events).containsExactly("opened", "asked true", "closed");
    }

    @LoopTest(clock = ClockMode.REAL)
    void whatAHandlerThrowsFailsTheTest() {
        var failure = new IllegalStateException("broken");
        TestServer server = TestServer.open(_ -> {
            throw failure;
        });
        assertThat(server.client().get("").status()).isEqualTo(500);
        assertThatThrownBy(server::close)
                .isInstanceOf(HttpException.class)
                .hasMessageContaining("broken")
                .hasCause(failure);
        server.close();
    }

    @LoopTest(clock = ClockMode.REAL)
    void aTestMayExpectIt() {
        var failure = new IllegalStateException("broken");
        try (var server = TestServer.open(_ -> {
            throw failure;
        })) {
            assertThat(server.client().get("").status()).isEqualTo(500);
            assertThat(server.failures()).containsExactly(failure);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void errorResponsesAreNoFailures() {
        try (var server = TestServer.open(_ -> {
            throw new ErrorResponse(418, "a teapot");
        })) {
            assertThat(server.client().get("").status()).isEqualTo(418);
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void bothSidesTakeSettings() {
        try (var server = TestServer.open(
                HttpServer.builder().maxBodySize(1),
                ClientSession.builder().userAgent("test"),
                request -> Response.text(String.valueOf(request.headers().first("user-agent"))))) {
            assertThat(server.client().get("").text()).isEqualTo("test");
        }
    }
}

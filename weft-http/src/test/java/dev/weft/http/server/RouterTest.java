package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.HttpException;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routers, middlewares and applications, over real connections. */
@Timeout(60)
class RouterTest {
    private static Handler says(String text, String... names) {
        return request -> {
            var answer = new StringBuilder(text);
            for (String name : names) {
                answer.append(' ').append(name).append('=').append(request.pathParameter(name));
            }
            return Response.text(answer.toString());
        };
    }

    private static String ask(ClientSession session, String method, String path) {
        ClientResponse response = session.send(ClientRequest.of(method, path));
        String allow = response.headers().first("allow");
        return response.status() == 200
                ? response.text()
                : response.status() + (allow == null ? "" : " allow " + allow);
    }

    @LoopTest(clock = ClockMode.REAL)
    void textComesBeforeNamesAndNamesBeforeTheRest() {
        var router = new Router()
                .get("/", says("root"))
                .get("/a/{id}", says("a", "id"))
                .get("/a/new", says("new"))
                .get("/a/{id}/b", says("b", "id"))
                .get("/files/{path...}", says("files", "path"))
                .get("/files/index", says("index"))
                .post("/a/{id}", says("post", "id"))
                .put("/a/new", says("put new"));
        try (var server = HttpServer.open(router);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            assertThat(ask(session, "GET", "/")).isEqualTo("root");
            assertThat(ask(session, "GET", "/?x=/a/b")).isEqualTo("root");
            assertThat(ask(session, "GET", "/a/7")).isEqualTo("a id=7");
            assertThat(ask(session, "GET", "/a/new")).isEqualTo("new");
            assertThat(ask(session, "POST", "/a/new"))
                    .as("another method of a wider route")
                    .isEqualTo("post id=new");
            assertThat(ask(session, "GET", "/a/7/b")).isEqualTo("b id=7");
            assertThat(ask(session, "GET", "/a/x%2Fy%20+z")).isEqualTo("a id=x/y +z");
            assertThat(ask(session, "GET", "/files/x/y/z")).isEqualTo("files path=x/y/z");
            assertThat(ask(session, "GET", "/files/")).isEqualTo("files path=");
            assertThat(ask(session, "GET", "/files/index")).isEqualTo("index");
            assertThat(ask(session, "GET", "/a/")).isEqualTo("404");
            assertThat(ask(session, "GET", "/a")).isEqualTo("404");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void methodsThatARouteDoesNotHave() {
        var router =
                new Router().get("/x", says("x")).delete("/x", says("gone")).post("/y", says("y"));
        try (var server = HttpServer.open(router);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            assertThat(ask(session, "PUT", "/x")).isEqualTo("405 allow DELETE, GET, HEAD, OPTIONS");
            assertThat(ask(session, "GET", "/y")).isEqualTo("405 allow POST, OPTIONS");
            assertThat(ask(session, "OPTIONS", "/x")).isEqualTo("204 allow DELETE, GET, HEAD, OPTIONS");
            ClientResponse head = session.send(ClientRequest.of("HEAD", "/x"));
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers().first("content-length")).isEqualTo("1");
            assertThat(head.bytes()).isEmpty();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void routersInRoutersSeeTheRestOfThePathAndKeepTheirMiddlewares() {
        List<String> order = new ArrayList<>();
        var inner = new Router()
                .use((request, next) -> {
                    order.add("inner");
                    return next.handle(request).withHeader("X-Inner", "1");
                })
                .get("/", says("inner root"))
                .get("/u/{id}", says("user", "id"));
        var outer = new Router()
                .use((request, next) -> {
                    order.add("first");
                    return next.handle(request);
                })
                .use((request, next) -> {
                    order.add("second");
                    return next.handle(request);
                })
                .get("/admin/u/special", says("special"))
                .mount("/admin", inner);
        try (var server = HttpServer.open(outer);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            assertThat(ask(session, "GET", "/admin/u/7")).isEqualTo("user id=7");
            assertThat(order).containsExactly("first", "second", "inner");
            assertThat(ask(session, "GET", "/admin/")).isEqualTo("inner root");
            assertThat(ask(session, "GET", "/admin/u/special")).isEqualTo("special");
            assertThat(ask(session, "GET", "/admin/nothing")).isEqualTo("404");
            assertThat(session.get("/admin/nothing").headers().first("x-inner"))
                    .as("middlewares see what is not found")
                    .isEqualTo("1");
            assertThatThrownBy(() -> outer.get("/late", says("late")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("comes too late");
        }
    }

    @Test
    void patternsThatMakeNoSenseAreRefused() {
        var router = new Router().get("/x/{a}", says("x"));
        assertThatThrownBy(() -> router.get("x", says("x"))).hasMessageContaining("begins with a slash");
        assertThatThrownBy(() -> router.get("/{a}/{a}", says("x"))).hasMessageContaining("name 'a' twice");
        assertThatThrownBy(() -> router.get("/v{a}", says("x"))).hasMessageContaining("a segment of its own");
        assertThatThrownBy(() -> router.get("/{a-b}", says("x"))).hasMessageContaining("letters, digits");
        assertThatThrownBy(() -> router.get("/{a...}/x", says("x"))).hasMessageContaining("takes all the rest");
        assertThatThrownBy(() -> router.get("/x/{a}", says("x"))).hasMessageContaining("already");
        assertThatThrownBy(() -> router.mount("/{a}", says("x"))).hasMessageContaining("mount below text only");
    }

    // ---- errors

    @LoopTest(clock = ClockMode.REAL)
    void aResponseMayBeThrownAndMiddlewaresMayCatchIt() {
        var router = new Router()
                .use((request, next) -> {
                    try {
                        return next.handle(request);
                    } catch (ErrorResponse e) {
                        return e.response().withHeader("X-Caught", "1");
                    }
                })
                .get("/x", request -> {
                    throw new ErrorResponse(409, "no");
                });
        try (var server = HttpServer.open(router);
                var session =
                        ClientSession.builder().base(server.uri().toString()).open()) {
            ClientResponse response = session.get("/x");
            assertThat(response.status()).isEqualTo(409);
            assertThat(response.text()).isEqualTo("no\n");
            assertThat(response.headers().first("x-caught")).isEqualTo("1");
        }
    }

    // ---- applications

    /** Notes when it is opened and closed. */
    private record Noted(String name, List<String> log) implements AutoCloseable {
        static Noted open(String name, List<String> log) {
            log.add("open " + name);
            return new Noted(name, log);
        }

        @Override
        public void close() {
            log.add("close " + name);
        }
    }

    private static final StateKey<Noted> FIRST = StateKey.of("first");
    private static final StateKey<Noted> SECOND = StateKey.of("second");
    private static final StateKey<String> GREETING = StateKey.of("greeting");
    private static final StateKey<String> USER = StateKey.of("user");

    @LoopTest(clock = ClockMode.REAL)
    void stateIsOpenedInOrderAndClosedInReverse() {
        List<String> log = new ArrayList<>();
        var application = new Application(new Router()
                        .use((request, next) -> {
                            request.put(USER, "me");
                            return next.handle(request);
                        })
                        .get(
                                "/",
                                request -> Response.text(request.state(GREETING) + " "
                                        + request.state(SECOND).name() + " " + request.find(USER))))
                .state(GREETING, "hello")
                .resource(FIRST, () -> Noted.open("first", log))
                .resource(SECOND, () -> Noted.open("second", log));
        for (int i = 0; i < 2; i++) {
            log.clear();
            try (var server = HttpServer.open(application);
                    var session = ClientSession.open()) {
                assertThat(log).containsExactly("open first", "open second");
                assertThat(session.get(server.uri()).text()).isEqualTo("hello second me");
                assertThatThrownBy(() -> application.state(GREETING, "late")).hasMessageContaining("is running");
            }
            assertThat(log).containsExactly("open first", "open second", "close second", "close first");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    @DisplayName("H048 what was opened is closed when the start fails later")
    void aFailedStartIsUndone() {
        List<String> log = new ArrayList<>();
        var application = new Application(new Router())
                .resource(FIRST, () -> Noted.open("first", log))
                .resource(SECOND, () -> {
                    throw new java.io.IOException("no database");
                });
        assertThatThrownBy(() -> HttpServer.open(application))
                .isInstanceOf(HttpException.class)
                .hasMessageContaining("the application cannot start: java.io.IOException: no database");
        assertThat(log).containsExactly("open first", "close first");
        var other = new Application(new Router()).resource(FIRST, () -> Noted.open("first", log));
        log.clear();
        try (var taken = HttpServer.open(new Router())) {
            assertThatThrownBy(() -> HttpServer.builder().port(taken.port()).open(other))
                    .isInstanceOf(HttpException.class)
                    .hasMessageContaining("the port is taken");
        }
        assertThat(log).containsExactly("open first", "close first");
    }
}

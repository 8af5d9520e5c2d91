package dev.weft.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.server.ErrorResponse;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Response;
import dev.weft.http.server.Router;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrawlerTest {
    @Test
    void eachPageOfTheSiteIsVisitedOnceAndWhatFailsIsTriedAgain() throws Exception {
        var tries = new AtomicInteger();
        var site = new Router()
                .get("/", _ -> Response.html("""
                        <a href="a">A</a> <a class=x href='/flaky'>B</a> <a href="gone">C</a> <a href="http://elsewhere.invalid/">D</a>
                        <a href="mailto:ann@example.org">E</a> <a href="a#part">F</a> <a href="b{">G</a>"""))
                .get("/a", _ -> Response.html("<a href=\"/\">home</a>"))
                .get("/flaky", _ -> {
                    if (tries.incrementAndGet() < 3) {
                        throw new ErrorResponse(503, "not now");
                    }
                    return Response.text("at last");
                });
        Map<URI, String> pages = Weft.run(() -> {
            try (var server = HttpServer.open(site)) {
                return Crawler.crawl(server.uri(), 10);
            }
        });
        assertThat(pages.entrySet().stream().map(page -> page.getKey().getPath() + " " + page.getValue()))
                .containsExactly("/ 200", "/a 200", "/flaky 200", "/gone 404");
        assertThat(tries).hasValue(3);
    }

    @Test
    void itStopsAtTheLimit() throws Exception {
        var endless = new Router()
                .get(
                        "/{number}",
                        request -> Response.html("<a href=\"/" + (Integer.parseInt(request.pathParameter("number")) + 1)
                                + "\">next</a>"));
        Map<URI, String> pages = Weft.run(() -> {
            try (var server = HttpServer.open(endless)) {
                return Crawler.crawl(server.uri().resolve("/0"), 7);
            }
        });
        assertThat(pages).hasSize(7);
    }

    @Test
    void whatNobodyAnswersIsSaid() throws Exception {
        URI nowhere = Weft.run(() -> {
            try (var server = HttpServer.open(_ -> Response.text(""))) {
                return server.uri();
            }
        });
        assertThat(Weft.run(() -> Crawler.crawl(nowhere, 7)).get(nowhere)).contains("attempt 4");
    }
}

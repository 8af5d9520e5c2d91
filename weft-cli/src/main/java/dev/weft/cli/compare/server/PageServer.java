package dev.weft.cli.compare.server;

import dev.weft.Weft;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Request;
import dev.weft.http.server.Response;
import java.io.IOException;
import java.time.Duration;

/**
 * The process that serves the pages: {@code PageServer SEED PAGES}. It prints {@code port N} once it listens on the
 * loopback address, and ends when its standard input does, so that it never outlives the process that started it.
 */
public final class PageServer {
    /** What the line with the port begins with. */
    static final String READY = "port ";

    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Duration FOREVER = Duration.ofDays(365);
    private static final int BACKLOG = 4_096;
    private static final String PATH = "/page/";

    private final Response[] responses;
    private final Duration[] latencies;

    private PageServer(Pages pages, int count) {
        responses = new Response[count];
        latencies = new Duration[count];
        for (int page = 0; page < count; page++) {
            responses[page] = Response.of("text/html; charset=us-ascii", pages.html(page));
            latencies[page] = pages.latency(page);
        }
    }

    /**
     * Serves.
     *
     * @param arguments the seed of the pages and how many there are
     */
    public static void main(String[] arguments) {
        Thread.ofPlatform().daemon().name("page-server-watchdog").start(PageServer::endWithStandardInput);
        PageServer server = new PageServer(new Pages(Long.parseLong(arguments[0])), Integer.parseInt(arguments[1]));
        Weft.run(() -> {
            try (HttpServer listening =
                    HttpServer.builder().idleTimeout(IDLE).backlog(BACKLOG).open(server::answer)) {
                System.out.println(READY + listening.port());
                System.out.flush();
                Weft.sleep(FOREVER);
            }
        });
    }

    private Response answer(Request request) {
        String path = request.path();
        int page = path.startsWith(PATH) && path.substring(PATH.length()).matches("\\d{1,6}")
                ? Integer.parseInt(path.substring(PATH.length()))
                : Integer.MAX_VALUE;
        if (page >= responses.length) {
            return Response.status(404);
        }
        Weft.sleep(latencies[page]);
        return responses[page];
    }

    private static void endWithStandardInput() {
        try {
            while (System.in.read() >= 0) {
                // nothing is ever sent
            }
        } catch (IOException e) {
            // as good as its end
        }
        Runtime.getRuntime().halt(0);
    }
}

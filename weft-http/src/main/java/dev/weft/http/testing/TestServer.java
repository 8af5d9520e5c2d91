package dev.weft.http.testing;

import dev.weft.Cancelled;
import dev.weft.http.HttpException;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.SessionBuilder;
import dev.weft.http.server.Application;
import dev.weft.http.server.ClientGoneException;
import dev.weft.http.server.ErrorResponse;
import dev.weft.http.server.Handler;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Middleware;
import dev.weft.http.server.Request;
import dev.weft.http.server.Response;
import dev.weft.http.server.ServerBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An application on a free port of the loopback address, on the loop of the test and for as long as a block lasts, and
 * a client of it.
 *
 * <pre>{@code
 * try (var server = TestServer.open(application)) {
 *     assertEquals(404, server.client().get("users/7").status());
 * }
 * }</pre>
 *
 * <p>The bytes go through real sockets: what is tested is what runs in production. A handler that throws is a 500 to
 * its client, as in production; but the test hears of it: {@link #close} throws what the first one threw, unless the
 * test has asked for {@link #failures}.
 *
 * <p>A block of the task that opens it, as {@link HttpServer} is. Belongs to the tasks of one loop. The loop's clock
 * must be the real one, since bytes on their way do not wait for a virtual one.
 */
public final class TestServer implements AutoCloseable {
    private final HttpServer server;
    private final ClientSession client;
    private final List<Throwable> failures;
    private boolean asked;

    private TestServer(HttpServer server, ClientSession client, List<Throwable> failures) {
        this.server = server;
        this.client = client;
        this.failures = failures;
    }

    /**
     * Opens a server that does not wait for handlers when it is closed, and otherwise has the defaults.
     *
     * @param handler answers the requests; an {@link Application} is started before, and stopped by the server's end
     * @return the server; close it
     * @throws HttpException if the application cannot start
     * @throws IllegalStateException if the caller is no task of an event loop
     * @throws Cancelled if the calling task is cancelled
     */
    public static TestServer open(Handler handler) {
        return open(HttpServer.builder().grace(Duration.ZERO), ClientSession.builder(), handler);
    }

    /**
     * Opens a server with settings.
     *
     * @param settings the server's, without a port; for TLS give the client a context that trusts it
     * @param client the client's; its base is set to the server's root
     * @param handler answers the requests; an {@link Application} is started before, and stopped by the server's end
     * @return the server; close it
     * @throws HttpException if the application cannot start
     * @throws IllegalStateException if the caller is no task of an event loop
     * @throws Cancelled if the calling task is cancelled
     */
    public static TestServer open(ServerBuilder settings, SessionBuilder client, Handler handler) {
        List<Throwable> failures = new CopyOnWriteArrayList<>(); // the server may have several loops
        Middleware watch = (request, next) -> watch(request, next, failures);
        HttpServer server = settings.open(
                handler instanceof Application application
                        ? application.within(watch)
                        : Middleware.chain(List.of(watch), handler));
        try {
            return new TestServer(server, client.base(server.uri().toString()).open(), failures);
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    private static Response watch(Request request, Handler next, List<Throwable> failures) throws Exception {
        try {
            return next.handle(request);
        } catch (ErrorResponse | ClientGoneException | Cancelled e) {
            throw e;
        } catch (Throwable e) {
            failures.add(e);
            throw e;
        }
    }

    /**
     * {@return a session whose base is the server's root, so that {@code get("users/7")} asks it; closed with this}
     */
    public ClientSession client() {
        return client;
    }

    /** {@return the server's root, with its port} */
    public URI uri() {
        return server.uri();
    }

    /**
     * {@return the URL of one of its websockets}
     *
     * @param path the path
     */
    public String webSocket(String path) {
        return "ws" + server.uri().resolve(path).toString().substring("http".length());
    }

    /** {@return the server} */
    public HttpServer server() {
        return server;
    }

    /**
     * {@return what handlers have thrown so far, without {@link ErrorResponse}s, in order; whoever asks answers for
     * them, and {@link #close} throws none}
     */
    public List<Throwable> failures() {
        asked = true;
        return List.copyOf(failures);
    }

    /**
     * Closes the client and the server. Idempotent.
     *
     * @throws HttpException if a handler threw something and nobody asked for the {@link #failures}; with the first of
     *     them as the cause, and the others suppressed
     */
    @Override
    public void close() {
        try {
            client.close();
        } finally {
            server.close();
        }
        @Nullable Throwable first = failures.isEmpty() || asked ? null : failures.getFirst();
        if (first != null) {
            asked = true;
            var failed = new HttpException(
                    "a handler threw " + first
                            + ", and its client got a 500; a test that expects this asks for failures()",
                    first);
            failures.stream().skip(1).forEach(failed::addSuppressed);
            throw failed;
        }
    }

    @Override
    public String toString() {
        return "TestServer[" + server.uri() + "]";
    }
}

package dev.weft.http.client;

import dev.weft.Weft;
import dev.weft.http.HttpVersion;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.ContentCodings;
import dev.weft.http.netty.ReceivedHeaders;
import dev.weft.http.ws.WebSocket;
import dev.weft.http.ws.WebSocketOptions;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.net.netty.NettyIo;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes HTTP requests from the coroutines of one loop, and keeps connections open for the next request.
 *
 * <pre>{@code
 * List<String> pages = Weft.run(() -> {
 *     try (var session = ClientSession.open(); var group = TaskGroup.open()) {
 *         var tasks = urls.stream().map(url -> group.spawn(() -> session.get(url).text())).toList();
 *         group.join();
 *         return tasks.stream().map(Task::result).toList();
 *     }
 * });
 * }</pre>
 *
 * <p>{@link #get}, {@link #post} and {@link #send} return a response with its whole body; {@link #stream} one whose
 * body is read as it arrives. Redirects are followed, cookies kept, gzip and deflate undone. What else a session does
 * is asked of its {@link SessionBuilder builder}: base URL, default header fields, time-outs, retries, rate limits,
 * middlewares, a proxy.
 *
 * <h2>Connections</h2>
 *
 * <p>A session has at most {@link SessionBuilder#limit} connections, and {@link SessionBuilder#limitPerHost} to one
 * host, scheme and port. Requests beyond that wait in the order in which they came; one that waits for a busy host
 * holds up no request to another. A connection that its server has closed is not used again. If the server closes one
 * that was kept alive just when a request was sent on it, before a byte of the response, the request is sent once more,
 * on a new connection, if it is idempotent and its body can be sent again. Before another kind of request goes over a
 * connection that was kept alive, the loop looks whether it has been closed. More is tried again by a
 * {@link RetryPolicy} only.
 *
 * <h2>Time</h2>
 *
 * <p>Each step has a time-out of its own: {@link SessionBuilder#poolTimeout} for the wait for a connection,
 * {@link SessionBuilder#connectTimeout} for the look-up of the name and the connection,
 * {@link SessionBuilder#tlsTimeout} for encryption, {@link SessionBuilder#readTimeout} for each gap in which nothing
 * arrives; and {@link SessionBuilder#totalTimeout} for all of a call, waits, redirects, retries and the reading of the
 * body included. They and the time for which idle connections are kept go by the clock of the loop.
 *
 * <h2>Cancellation and threads</h2>
 *
 * <p>Every request is a checkpoint. A task that is cancelled in it gives up its place in the line, or closes its
 * connection; all is released when the call ends. A session belongs to the loop on which it was opened; only coroutines
 * of that loop use it. Many coroutines may use it at the same time.
 */
public final class ClientSession implements AutoCloseable {
    private static final int DRAINED = 64 * 1024;

    /** How often a request is sent again that no server has begun to serve. */
    private static final int MAX_FAILURES = 3;

    private final NettyIo io;
    private final ClientSettings settings;
    private final ConnectionPool pool;
    private final Connector connector;
    private final Events events;
    private final @Nullable Rates rates;
    private final String acceptEncoding;
    private long opened;
    private long reused;

    ClientSession(NettyIo io, ClientSettings settings) {
        this.io = io;
        this.settings = settings;
        this.events = new Events(settings.observers());
        this.rates = settings.rateLimit() == null ? null : new Rates(settings.rateLimit());
        this.acceptEncoding = RequestHead.accepted(settings.codings());
        this.pool = new ConnectionPool(
                io.loop(),
                settings.limit(),
                settings.limitPerHost(),
                settings.keepAlive().toNanos(),
                origin -> Connector.maySpeakHttp2(origin, settings.version()));
        this.connector = new Connector(io, settings, pool);
    }

    /**
     * Opens a session with the defaults of the {@link SessionBuilder}.
     *
     * @return the session; close it
     * @throws IllegalStateException if the caller is no coroutine
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static ClientSession open() {
        return builder().open();
    }

    /**
     * {@return a builder for a session}
     */
    public static SessionBuilder builder() {
        return new SessionBuilder();
    }

    /**
     * Fetches a URL, as {@link #send} does.
     *
     * @param url the URL, with {@code http} or {@code https}, or relative to the session's base
     * @return the response, with whatever status, and its whole body
     * @throws RequestException if there is none
     * @throws dev.weft.Cancelled if the calling task is cancelled
     * @throws IllegalStateException if this session is closed, or the caller is no coroutine of its loop
     */
    public ClientResponse get(String url) {
        return send(ClientRequest.get(url));
    }

    /**
     * Fetches a URL, as {@link #send} does.
     *
     * @param url the URL, with {@code http} or {@code https}, or relative to the session's base
     * @return the response, with whatever status, and its whole body
     * @throws RequestException if there is none
     * @throws dev.weft.Cancelled if the calling task is cancelled
     * @throws IllegalStateException if this session is closed, or the caller is no coroutine of its loop
     */
    public ClientResponse get(URI url) {
        return stream(ClientRequest.get(url.toString()), url).whole();
    }

    /**
     * Posts to a URL, as {@link #send} does.
     *
     * @param url the URL, with {@code http} or {@code https}, or relative to the session's base
     * @param body what to send
     * @return the response, with whatever status, and its whole body
     * @throws RequestException if there is none
     * @throws dev.weft.Cancelled if the calling task is cancelled
     * @throws IllegalStateException if this session is closed, or the caller is no coroutine of its loop
     */
    public ClientResponse post(String url, RequestBody body) {
        return send(ClientRequest.post(url, body));
    }

    /**
     * Makes a request, follows redirects, and reads the response to its end.
     *
     * @param request the request
     * @return the response, with whatever status, and its whole body
     * @throws RequestException if there is none; its type and phase say why
     * @throws dev.weft.Cancelled if the calling task is cancelled
     * @throws IllegalStateException if this session is closed, or the caller is no coroutine of its loop
     */
    public ClientResponse send(ClientRequest request) {
        return stream(request).whole();
    }

    /**
     * Makes a request, follows redirects, and returns as soon as the header of the response is there.
     *
     * @param request the request
     * @return the response, with whatever status; close it
     * @throws RequestException if there is none; its type and phase say why
     * @throws dev.weft.Cancelled if the calling task is cancelled
     * @throws IllegalStateException if this session is closed, or the caller is no coroutine of its loop
     */
    public StreamedResponse stream(ClientRequest request) {
        return stream(request, null);
    }

    private StreamedResponse stream(ClientRequest request, @Nullable URI parsed) {
        requireOwnLoop();
        RequestBody body = request.body();
        try {
            if (pool.isClosed()) {
                throw new IllegalStateException("this session is closed; open another one for " + request);
            }
            Target target =
                    parsed == null ? Target.of(settings.base(), request.url()) : Target.of(settings.base(), parsed);
            Duration total = request.totalTimeout() == null ? settings.totalTimeout() : request.totalTimeout();
            var call = new Call(io.loop(), events, request.method(), target, total);
            try {
                StreamedResponse response = follow(
                        call,
                        request.url(target.uri().toString())
                                .headers(settings.headers().merge(request.headers())),
                        target);
                events.answered(call, response.status());
                return response;
            } catch (Throwable e) {
                events.failed(call, e);
                throw e;
            }
        } finally {
            if (body != null) {
                body.close();
            }
        }
    }

    /**
     * Opens a websocket with the default options.
     *
     * @param url where to, with {@code ws}, {@code wss}, {@code http} or {@code https}, or relative to the session's
     *     base
     * @return the websocket; close it
     * @throws RequestException.UpgradeRefused if the server answers, and not with a websocket
     * @throws RequestException if there is no connection
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public WebSocket webSocket(String url) {
        return webSocket(ClientRequest.get(url), WebSocketOptions.DEFAULT);
    }

    /**
     * Opens a websocket. It has one of the session's connections until it is closed. Redirects are not followed.
     *
     * @param request where to, with which header fields; a GET without body
     * @param options how it behaves
     * @return the websocket; close it
     * @throws RequestException.UpgradeRefused if the server answers, and not with a websocket
     * @throws RequestException if there is no connection
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public WebSocket webSocket(ClientRequest request, WebSocketOptions options) {
        requireOwnLoop();
        if (pool.isClosed()) {
            throw new IllegalStateException("this session is closed; open another one for " + request);
        }
        String url = request.url().regionMatches(true, 0, "ws", 0, 2)
                        && request.url().contains("://")
                ? "http" + request.url().substring(2)
                : request.url();
        Target target = Target.of(settings.base(), url);
        Duration total = request.totalTimeout() == null ? settings.totalTimeout() : request.totalTimeout();
        var call = new Call(io.loop(), events, request.method(), target, total);
        try {
            ClientRequest complete =
                    withCookies(request.headers(settings.headers().merge(request.headers())), target);
            Proxy proxy = settings.proxy();
            boolean direct = proxy == null || proxy.serverFor(target.origin()) == null;
            if (!direct && !target.origin().tls() && !target.origin().via(proxy).isThroughSocks()) {
                throw call.failed(
                        RequestException.ProxyRefused::new,
                        "a websocket without TLS does not pass a proxy; use wss, or except the host",
                        null);
            }
            Origin origin = target.origin().via(direct ? null : proxy);
            call.attempt();
            Connection connection = connector.connect(call, origin, slot(call, origin, true), true);
            opened++;
            return new WebSocketConnector(io, options)
                    .shakeHands(
                            call,
                            target,
                            connection,
                            RequestHead.headers(RequestHead.of(complete, target, acceptEncoding)),
                            settings.readTimeout());
        } catch (Throwable e) {
            events.failed(call, e);
            throw e;
        }
    }

    // ---- redirects

    private StreamedResponse follow(Call call, ClientRequest first, Target firstTarget) {
        ClientRequest request = first;
        Target target = firstTarget;
        Integer own = first.maxRedirects();
        int most = own == null ? settings.maxRedirects() : own;
        List<Hop> history = new ArrayList<>(0);
        while (true) {
            StreamedResponse response = withRetries(call, request);
            String location = Redirects.location(response);
            if (location == null || most == 0) {
                return history.isEmpty() ? response : response.after(history);
            }
            var hop = new Hop(response.uri(), response.status(), response.headers());
            history.add(hop);
            drain(response);
            if (history.size() > most) {
                throw new RequestException.RedirectLoop(
                        call.facts(),
                        "redirects to '" + location + "', and that would be redirect number " + history.size()
                                + " of this call; raise maxRedirects to follow it",
                        history);
            }
            Target next = target.follow(location);
            events.redirected(call, hop);
            ClientRequest follower = Redirects.next(request, response.status(), target, next);
            RequestBody body = follower.body();
            if (body != null && !body.isReplayable()) {
                throw call.failed(
                        RequestException.BodyGone::new,
                        "redirects to '" + location
                                + "' with status " + response.status()
                                + ", which asks for the body again, and that can be sent only once; send one that can be repeated",
                        null);
            }
            request = follower;
            target = next;
            call.follow(request.method(), target);
        }
    }

    /** Reads what little is left, so that the connection can be used again; closes it if there is more. */
    private static void drain(StreamedResponse response) {
        try (response) {
            InputStream body = response.body();
            var dropped = new byte[8 * 1024];
            for (int left = DRAINED; left > 0; ) {
                int count = body.read(dropped);
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        } catch (IOException | RequestException e) {
            // nobody wants this body
        }
    }

    // ---- retries

    private StreamedResponse withRetries(Call call, ClientRequest request) {
        RetryPolicy policy = settings.retry();
        for (int made = 1; ; made++) {
            boolean more = made < policy.attempts() && policy.allows(request);
            Duration wait;
            try {
                StreamedResponse response = passThrough(call, request, 0);
                if (!more || !policy.statuses().contains(response.status())) {
                    return response;
                }
                wait = policy.wait(made, response.headers().first("retry-after"));
                if (wait == null || isTooLong(call, wait)) {
                    return response;
                }
                drain(response);
            } catch (RequestException e) {
                wait = policy.wait(made, null);
                if (!more || !policy.isTransient(e) || wait == null || isTooLong(call, wait)) {
                    throw e;
                }
            }
            call.enter(Phase.POOL);
            Weft.sleep(wait);
        }
    }

    private static boolean isTooLong(Call call, Duration wait) {
        return call.now() + wait.toNanos() - call.deadline() >= 0;
    }

    private StreamedResponse passThrough(Call call, ClientRequest request, int layer) {
        if (layer == settings.middlewares().size()) {
            return exchange(call, request);
        }
        StreamedResponse response =
                settings.middlewares().get(layer).handle(request, changed -> passThrough(call, changed, layer + 1));
        if (response == null) {
            throw new IllegalStateException(
                    "the middleware " + settings.middlewares().get(layer) + " returned null for " + request);
        }
        return response;
    }

    // ---- one exchange

    private StreamedResponse exchange(Call call, ClientRequest given) {
        Target target = call.target(given.url());
        ClientRequest request = withCookies(given, target);
        call.enter(Phase.POOL);
        if (rates != null) {
            rates.await(call, target.origin().host());
        }
        Proxy proxy = settings.proxy();
        boolean direct = proxy == null || proxy.serverFor(target.origin()) == null;
        Origin origin = direct ? target.origin() : target.origin().via(proxy);
        boolean forwarded = !direct && !origin.tls() && !origin.isThroughSocks();
        boolean replayable = request.body() == null || request.body().isReplayable();
        boolean resendable = RetryPolicy.isIdempotent(request.method()) && replayable;
        boolean fresh = false;
        int failures = 0;
        while (true) {
            RoundTrip connection = connection(call, origin, fresh, !resendable);
            if (connection == null) {
                fresh = !Connector.maySpeakHttp2(origin, settings.version());
                continue;
            }
            List<Map.Entry<String, String>> fields = RequestHead.of(request, target, acceptEncoding);
            if (forwarded && proxy != null) {
                proxy.headersFor(origin).forEach(fields::add);
            }
            var outgoing = new RoundTrip.Outgoing(request, forwarded ? target.absolute() : target.path(), fields);
            boolean kept = connection.isUsed();
            try {
                return response(call, target, connection, connection.roundTrip(call, outgoing, settings.readTimeout()));
            } catch (Exchange.Unanswered e) {
                boolean again = e.isRefused() ? replayable : kept && (resendable || !e.written());
                if (!again || failures++ == MAX_FAILURES) {
                    throw e.in(call);
                }
                fresh = connection instanceof Connection; // an old one may be as stale; a shared one is gone
            }
        }
    }

    private ClientRequest withCookies(ClientRequest request, Target target) {
        String kept = settings.cookies().header(target.uri());
        if (kept == null) {
            return request;
        }
        String own = request.headers().first("cookie");
        return request.headers(request.headers().replacing("cookie", own == null ? kept : kept + "; " + own));
    }

    /** {@return what carries a request; null if the connection that had been kept alive turned out to be closed} */
    private @Nullable RoundTrip connection(Call call, Origin origin, boolean fresh, boolean check) {
        call.attempt();
        Slot slot = slot(call, origin, fresh);
        Connection kept = slot.connection;
        if (kept == null) {
            Connection connection = connector.connect(call, origin, slot, false);
            opened++;
            return connection.next();
        }
        if (check && !isStillOpen(kept)) {
            return null;
        }
        reused++;
        return kept.next();
    }

    private Slot slot(Call call, Origin origin, boolean fresh) {
        Slot ready = fresh ? null : pool.acquireAtOnce(origin);
        if (ready != null) {
            return ready;
        }
        long patience =
                Math.min(call.deadline(), call.now() + settings.poolTimeout().toNanos());
        Slot slot = pool.acquire(origin, fresh, patience);
        if (slot == null) {
            throw pool.isClosed() ? closedMeanwhile(call) : noneFree(call, patience);
        }
        return slot;
    }

    /** Lets the loop look at its sockets: a server that has closed meanwhile is noticed before the request is sent. */
    private boolean isStillOpen(Connection kept) {
        try {
            Weft.sleep(Duration.ZERO);
        } catch (Throwable e) {
            kept.giveBack();
            throw e;
        }
        return kept.isAlive();
    }

    private RequestException closedMeanwhile(Call call) {
        return call.failed(RequestException.SessionClosed::new, RoundTrip.SESSION_CLOSED, null);
    }

    private RequestException noneFree(Call call, long patience) {
        String which = patience == call.deadline()
                ? "total time-out of " + call.total().toMillis()
                : "pool time-out of " + settings.poolTimeout().toMillis();
        return call.late("no connection came free within the " + which + " ms: " + connections(), null);
    }

    private StreamedResponse response(Call call, Target target, RoundTrip connection, Exchange exchange) {
        HttpResponse message = exchange.head().result();
        if (message == null) {
            throw new AssertionError("an exchange without failure has a header");
        }
        var headers = new ReceivedHeaders(message.headers());
        settings.cookies().receive(target.uri(), headers.all("set-cookie"));
        var raw = new ResponseInput(connection, exchange, call, settings.readTimeout());
        InputStream body;
        try {
            body = ContentCodings.decode(headers.first("content-encoding"), raw, settings.codings());
        } catch (IOException e) {
            raw.close();
            throw call.failed(RequestException.Malformed::new, String.valueOf(e.getMessage()), e);
        }
        return new StreamedResponse(
                target.uri(),
                version(connection, message),
                message.status().code(),
                headers,
                List.of(),
                body,
                call,
                settings.maxBodySize());
    }

    private static HttpVersion version(RoundTrip connection, HttpResponse message) {
        return connection.version() == HttpVersion.HTTP_1_1
                        && message.protocolVersion().minorVersion() == 0
                ? HttpVersion.HTTP_1_0
                : connection.version();
    }

    // ---- the session

    /**
     * What a session's connections are doing.
     *
     * @param open how many there are, those included that are being opened or closed
     * @param idle how many of them wait for a request
     * @param waiting how many requests wait for one
     * @param opened how many have been opened since the session was
     * @param reused how many requests went over one that was open already
     */
    public record Connections(int open, int idle, int waiting, long opened, long reused) {
        @Override
        public String toString() {
            return open + " open, " + idle + " of them idle, " + waiting + " requests waiting, " + opened
                    + " opened and " + reused + " times reused so far";
        }
    }

    /**
     * {@return what the connections are doing now; on the loop of the session only}
     *
     * @throws IllegalStateException if the caller is no coroutine of this session's loop
     */
    public Connections connections() {
        requireOwnLoop();
        return new Connections(pool.open(), pool.idle(), pool.waiting(), opened, reused);
    }

    /**
     * {@return the session's cookies}
     */
    public CookieJar cookies() {
        return settings.cookies();
    }

    /**
     * Closes all connections and waits until they are closed, which takes no round trip. Requests that are still under
     * way fail, and what they were waiting for is given up, be it the look-up of a name. Idempotent, and not a
     * checkpoint.
     *
     * @throws IllegalStateException if the caller is no coroutine of this session's loop
     */
    @Override
    public void close() {
        requireOwnLoop();
        List<Connection> connections = pool.close();
        connector.close();
        for (Connection connection : connections) {
            connection.close();
        }
    }

    private void requireOwnLoop() {
        LoopCore caller = LoopCore.current();
        if (caller != io.loop()) {
            throw new IllegalStateException(
                    "this session belongs to loop '" + io.loop().name() + "', and a coroutine of loop '" + caller.name()
                            + "' called; open a session per loop");
        }
    }

    @Override
    public String toString() {
        return "ClientSession[loop '" + io.loop().name() + "', " + pool.open() + " connections]";
    }
}

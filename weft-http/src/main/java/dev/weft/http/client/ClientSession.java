package dev.weft.http.client;

import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.http.Headers;
import dev.weft.http.HttpException;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.loop.kernel.Durations;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.Names;
import dev.weft.net.netty.NettyIo;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Fetches over HTTP/1.1 from the coroutines of one loop, and keeps connections open for the next request.
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
 * <h2>Connections</h2>
 *
 * <p>A session has at most {@link Builder#limit} connections, and {@link Builder#limitPerHost} to one host, scheme and port. Requests beyond that wait in the order in which they
 * came; one that waits for a busy host holds up no request to another. A connection that its server has closed is not used again. If the server closes one that was kept
 * alive just when a request was sent on it, before a byte of the response, the request is sent once more, on a new connection: GET may be repeated. Nothing else is retried.
 *
 * <h2>Time</h2>
 *
 * <p>Three time-outs: {@link Builder#connectTimeout} for the look-up of the name, the connection and encryption; {@link Builder#readTimeout} for each gap in which nothing
 * arrives; {@link Builder#totalTimeout} for all of a call, the wait for a connection and redirects included. They and the time for which idle connections are kept go by the clock
 * of the loop.
 *
 * <h2>Cancellation and threads</h2>
 *
 * <p>{@link #get} is a checkpoint. A task that is cancelled in it gives up its place in the line, or closes its connection; all is released when {@code get} ends.
 * A session belongs to the loop on which it was opened; only coroutines of that loop use it. Many coroutines may use it at the same time.
 */
public final class ClientSession implements AutoCloseable {
    private final NettyIo io;
    private final ClientSettings settings;
    private final ConnectionPool pool;
    private long opened;
    private long reused;
    private @Nullable SSLContext tls;

    private ClientSession(NettyIo io, ClientSettings settings) {
        this.io = io;
        this.settings = settings;
        this.tls = settings.tls();
        this.pool = new ConnectionPool(
                io.loop(),
                settings.limit(),
                settings.limitPerHost(),
                settings.keepAlive().toNanos());
    }

    /**
     * Opens a session with the defaults of the {@link Builder}.
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
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Fetches a URL, as {@link #get(URI)}.
     *
     * @param url the URL, with {@code http} or {@code https}
     * @return the response
     */
    public ClientResponse get(String url) {
        requireOwnLoop();
        return get(Target.of(url));
    }

    /**
     * Fetches a URL and follows redirects.
     *
     * @param url the URL, with {@code http} or {@code https}
     * @return the response, with whatever status, and its whole body
     * @throws RequestException if there is none
     * @throws dev.weft.Cancelled if the calling task is cancelled
     * @throws IllegalStateException if this session is closed, or the caller is no coroutine of its loop
     */
    public ClientResponse get(URI url) {
        requireOwnLoop();
        return get(Target.of(url));
    }

    private ClientResponse get(Target first) {
        if (pool.isClosed()) {
            throw new IllegalStateException("this session is closed; open another one to get " + first.text());
        }
        Target target = first;
        var call = new Call(io.loop(), target);
        long deadline = call.started() + settings.totalTimeout().toNanos();
        for (int hops = 0; ; hops++) {
            ClientResponse response = send(call, target, deadline);
            String location = redirection(response);
            if (location == null || settings.maxRedirects() == 0) {
                return response;
            }
            if (hops == settings.maxRedirects()) {
                throw call.failed(
                        "redirects to '" + location + "', and that would be redirect number " + (hops + 1)
                                + " of this call; raise maxRedirects to follow it",
                        null);
            }
            target = target.follow(location);
            call.follow(target);
        }
    }

    private static @Nullable String redirection(ClientResponse response) {
        return switch (response.status()) {
            case 301, 302, 303, 307, 308 -> response.headers().first("location");
            default -> null;
        };
    }

    private ClientResponse send(Call call, Target target, long deadline) {
        boolean again = false;
        while (true) {
            call.attempt();
            Slot slot = pool.acquire(target.origin(), again, deadline);
            if (slot == null) {
                throw pool.isClosed() ? closedMeanwhile(call) : noneFree(call);
            }
            Connection kept = slot.connection;
            boolean reuse = kept != null;
            Connection connection = kept != null ? kept : connect(call, target.origin(), slot, deadline);
            if (reuse) {
                reused++;
            }
            try {
                return connection.roundTrip(call, target, deadline);
            } catch (Connection.Unanswered e) {
                if (!reuse) {
                    Throwable cause = e.getCause();
                    throw call.failed(e.getMessage() + (cause == null ? "" : ": " + cause.getMessage()), cause);
                }
                again = true;
            }
        }
    }

    private RequestException closedMeanwhile(Call call) {
        return call.failed(Connection.SESSION_CLOSED, null);
    }

    private RequestException noneFree(Call call) {
        return call.late(
                "no connection came free within the total time-out of "
                        + settings.totalTimeout().toMillis() + " ms: " + connections(),
                null);
    }

    /** Opens the connection of a slot, or frees the slot. */
    private Connection connect(Call call, Origin origin, Slot slot, long deadline) {
        long limit =
                Math.min(deadline, io.loop().now() + settings.connectTimeout().toNanos());
        Connection connection;
        try {
            List<InetAddress> addresses = resolve(call, origin.host(), limit);
            connection = connectToOneOf(call, origin, slot, addresses, limit);
        } catch (Throwable e) {
            pool.free(slot);
            throw e;
        }
        connection.attach();
        opened++;
        if (pool.isClosed()) {
            connection.close();
            throw closedMeanwhile(call);
        }
        return connection;
    }

    private List<InetAddress> resolve(Call call, String host, long limit) {
        call.enter(Phase.DNS);
        try {
            return Weft.withTimeout(left(limit), () -> Names.resolve(host));
        } catch (UnknownHostException e) {
            throw call.failed(
                    "the host '" + host + "' is unknown (" + e.getMessage() + "); check the spelling and the network",
                    e);
        } catch (TimedOutException e) {
            throw call.late(
                    "the look-up of host '" + host + "' did not end within "
                            + settings.connectTimeout().toMillis() + " ms",
                    e);
        }
    }

    private Duration left(long limit) {
        return Duration.ofNanos(Math.max(0, limit - io.loop().now()));
    }

    /** Tries the addresses in turn, each with its share of the time that is left. */
    private Connection connectToOneOf(Call call, Origin origin, Slot slot, List<InetAddress> addresses, long limit) {
        call.enter(Phase.CONNECT);
        for (int i = 0; ; i++) {
            var address = new InetSocketAddress(addresses.get(i), origin.port());
            call.uses(text(address));
            boolean last = i == addresses.size() - 1;
            long now = io.loop().now();
            long share = now + (limit - now) / (addresses.size() - i);
            var connection = new Connection(io, settings, pool, slot);
            try {
                SslHandler encryption = origin.tls() ? encryption(origin) : null;
                connection.open(address, share, encryption);
                if (encryption != null) {
                    shakeHands(call, connection, encryption, limit);
                }
                return connection;
            } catch (IOException e) {
                if (last) {
                    throw connectFailure(call, e, addresses.size());
                }
            }
        }
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private RequestException connectFailure(Call call, IOException e, int addresses) {
        String which = addresses == 1
                ? ""
                : "; the other addresses of the host, " + (addresses - 1) + " of them, failed before";
        if (e instanceof SocketTimeoutException) {
            return call.late(
                    "nobody answered the attempt to connect within the connect time-out of "
                            + settings.connectTimeout().toMillis() + " ms" + which,
                    e);
        }
        if (e instanceof ConnectException && String.valueOf(e.getMessage()).contains("refused")) {
            return call.failed("connection refused; is a server listening there?" + which, e);
        }
        if (String.valueOf(e.getMessage()).contains("Too many open files")) {
            return call.failed(
                    "this process has too many open files; raise the limit (ulimit -n) or lower the limit of the session, which is "
                            + settings.limit(),
                    e);
        }
        return call.failed("cannot connect: " + e.getMessage() + which, e);
    }

    private SslHandler encryption(Origin origin) {
        SSLEngine engine = tls().createSSLEngine(origin.host(), origin.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        var handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(0); // the coroutine has the deadline
        handler.setCloseNotifyFlushTimeoutMillis(1_000);
        return handler;
    }

    /** The JDK's own settings take a while to load: not on the loop. */
    private SSLContext tls() {
        SSLContext context = tls;
        if (context == null) {
            try {
                context = Weft.offload(SSLContext::getDefault);
            } catch (NoSuchAlgorithmException e) {
                throw new HttpException(
                        "this JVM has no TLS: " + e.getMessage() + "; check javax.net.ssl.trustStore", e);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError("SSLContext.getDefault throws no other checked exception", e);
            }
            tls = context;
        }
        return context;
    }

    private void shakeHands(Call call, Connection connection, SslHandler encryption, long limit) {
        call.enter(Phase.TLS);
        var done = new Handover<Boolean>();
        encryption.handshakeFuture().addListener(future -> {
            Throwable problem = future.cause();
            if (problem == null) {
                done.complete(true);
            } else {
                done.fail(problem);
            }
        });
        try {
            if (!done.await(limit)) {
                throw call.late(
                        "encryption was not agreed on within the connect time-out of "
                                + settings.connectTimeout().toMillis() + " ms",
                        null);
            }
            Throwable problem = done.failure();
            if (problem != null) {
                throw call.failed("encryption cannot be set up: " + problem.getMessage(), problem);
            }
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

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
     * Closes all connections and waits until they are closed, which takes no round trip. Requests that are still under way fail. Idempotent, and not a checkpoint.
     *
     * @throws IllegalStateException if the caller is no coroutine of this session's loop
     */
    @Override
    public void close() {
        requireOwnLoop();
        for (Connection connection : pool.close()) {
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

    /** Settings of a session. Each has a default; each method returns this builder. */
    public static final class Builder {
        private static final int DEFAULT_LIMIT = 100;
        private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);
        private static final Duration DEFAULT_READ_TIMEOUT = Duration.ofSeconds(30);
        private static final Duration DEFAULT_TOTAL_TIMEOUT = Duration.ofMinutes(5);
        private static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(15);
        private static final int DEFAULT_MAX_BODY_SIZE = 64 * 1024 * 1024;
        private static final int DEFAULT_MAX_REDIRECTS = 10;

        private int limit = DEFAULT_LIMIT;
        private int limitPerHost = Integer.MAX_VALUE;
        private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
        private Duration readTimeout = DEFAULT_READ_TIMEOUT;
        private Duration totalTimeout = DEFAULT_TOTAL_TIMEOUT;
        private Duration keepAlive = DEFAULT_KEEP_ALIVE;
        private int maxBodySize = DEFAULT_MAX_BODY_SIZE;
        private int maxRedirects = DEFAULT_MAX_REDIRECTS;
        private String userAgent = "weft";
        private @Nullable SSLContext tls;

        private Builder() {}

        /**
         * Sets how many connections the session may have.
         *
         * @param connections the limit, at least 1; 100 by default
         * @return this builder
         */
        public Builder limit(int connections) {
            limit = atLeast(1, "limit", connections);
            return this;
        }

        /**
         * Sets how many connections the session may have to one host, scheme and port.
         *
         * @param connections the limit, at least 1; by default only {@link #limit} counts
         * @return this builder
         */
        public Builder limitPerHost(int connections) {
            limitPerHost = atLeast(1, "limitPerHost", connections);
            return this;
        }

        /**
         * Sets how long looking up the name, connecting and setting up encryption may take together.
         *
         * @param timeout the time, more than zero; 10 s by default
         * @return this builder
         */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = Durations.positive("connectTimeout", timeout);
            return this;
        }

        /**
         * Sets for how long nothing may arrive while a response is awaited or received.
         *
         * @param timeout the time, more than zero; 30 s by default
         * @return this builder
         */
        public Builder readTimeout(Duration timeout) {
            readTimeout = Durations.positive("readTimeout", timeout);
            return this;
        }

        /**
         * Sets how long one call may take, the wait for a connection and redirects included.
         *
         * @param timeout the time, more than zero; 5 min by default
         * @return this builder
         */
        public Builder totalTimeout(Duration timeout) {
            totalTimeout = Durations.positive("totalTimeout", timeout);
            return this;
        }

        /**
         * Sets for how long an idle connection is kept.
         *
         * @param time the time, more than zero; 15 s by default
         * @return this builder
         */
        public Builder keepAlive(Duration time) {
            keepAlive = Durations.positive("keepAlive", time);
            return this;
        }

        /**
         * Sets how long the body of a response may be.
         *
         * @param bytes the limit, not negative; 64 MiB by default
         * @return this builder
         */
        public Builder maxBodySize(int bytes) {
            maxBodySize = atLeast(0, "maxBodySize", bytes);
            return this;
        }

        /**
         * Sets how many redirects one call follows.
         *
         * @param redirects the limit; 0 to follow none and return them as responses; 10 by default
         * @return this builder
         */
        public Builder maxRedirects(int redirects) {
            maxRedirects = atLeast(0, "maxRedirects", redirects);
            return this;
        }

        /**
         * Sets what the session calls itself in the User-Agent header.
         *
         * @param name the value; {@code weft} by default
         * @return this builder
         * @throws IllegalArgumentException if it holds a control character
         */
        public Builder userAgent(String name) {
            Headers.of("user-agent", name);
            userAgent = name;
            return this;
        }

        /**
         * Sets whom the session trusts and how it identifies itself.
         *
         * @param context the TLS settings; those of the JVM by default
         * @return this builder
         */
        public Builder tls(SSLContext context) {
            tls = context;
            return this;
        }

        private static int atLeast(int least, String what, int value) {
            if (value < least) {
                throw new IllegalArgumentException(what + " must be at least " + least + ", and was " + value);
            }
            return value;
        }

        /**
         * Opens the session on the loop of the calling coroutine.
         *
         * @return the session; close it
         * @throws IllegalStateException if the caller is no coroutine
         * @throws dev.weft.Cancelled if the calling task is cancelled
         */
        public ClientSession open() {
            return new ClientSession(
                    NettyIo.current(),
                    new ClientSettings(
                            limit,
                            limitPerHost,
                            connectTimeout,
                            readTimeout,
                            totalTimeout,
                            keepAlive,
                            maxBodySize,
                            maxRedirects,
                            userAgent,
                            tls));
        }
    }
}

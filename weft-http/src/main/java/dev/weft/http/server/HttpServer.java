package dev.weft.http.server;

import dev.weft.Cancelled;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.loop.kernel.Durations;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.Names;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1.1 on the loop of the coroutine that opens it: each request is a coroutine of its own.
 *
 * <pre>{@code
 * Weft.run(() -> {
 *     try (var server = HttpServer.open(request -> Response.text("Hello, " + request.parameter("name")))) {
 *         System.out.println("listening on " + server.uri());
 *         done.await();
 *     }
 * });
 * }</pre>
 *
 * <p>It listens on the loopback address unless {@link Builder#host} says otherwise. Connections are kept alive, and requests that a client sends ahead are answered in order. What
 * clients control is limited: the size of headers and bodies, the time for which a connection may be idle, and the time that a request may take to arrive and a
 * response to be taken. A request that breaks a limit or the protocol is answered with a status from 400 to 431, and its connection closed.
 *
 * <p>A server is a block of the task that opens it, like a {@link TaskGroup}: that task closes it, and what was opened inside it is closed before. If the task is cancelled, the
 * handlers are cancelled too, and all sockets closed.
 */
public final class HttpServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final Duration SHORTEST_TICK = Duration.ofMillis(10);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
    private static final int TICKS_PER_TIMEOUT = 8;

    private final NettyIo io;
    private final ServerSettings settings;
    private final Handler handler;
    private final TaskGroup group;
    private final Channel listening;
    private final InetSocketAddress address;
    private final Set<ServerConnection> connections = new LinkedHashSet<>();
    private @Nullable Handover<Boolean> drained;
    private boolean closing;
    private boolean closed;
    private long dateSecond;
    private String date = "";

    private HttpServer(NettyIo io, ServerSettings settings, Handler handler, TaskGroup group) throws IOException {
        this.io = io;
        this.settings = settings;
        this.handler = handler;
        this.group = group;
        var where = new InetSocketAddress(Names.resolve(settings.host()).getFirst(), settings.port());
        this.listening = Tcp.listen(io, where, settings.backlog(), new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                accept(channel);
            }
        });
        this.address = (InetSocketAddress) listening.localAddress();
        group.spawn(this::watch);
    }

    /**
     * Opens a server on a free port of the loopback address, with the defaults of the {@link Builder}.
     *
     * @param handler answers the requests
     * @return the server; close it
     * @throws HttpException if it cannot listen
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static HttpServer open(Handler handler) {
        return builder().open(handler);
    }

    /**
     * {@return a builder for a server}
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@return the address on which this server listens, with the port that the system chose if it was to choose; any thread}
     */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * {@return the port on which this server listens; any thread}
     */
    public int port() {
        return address.getPort();
    }

    /**
     * {@return the URL of this server's root; any thread}
     */
    public URI uri() {
        String host = address.getAddress().getHostAddress();
        return URI.create(
                "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
    }

    /**
     * {@return how many connections are open now; on the loop of the server only}
     */
    public int connections() {
        return connections.size();
    }

    /**
     * Stops listening, closes idle connections at once, lets requests that have begun end, for the grace period at most, then cancels their handlers and closes all connections.
     * Idempotent.
     *
     * @throws Cancelled if the calling task is cancelled, in which case nothing is waited for; all is closed all the same
     * @throws IllegalStateException if the caller did not open this server, or a block that it opened inside is still open
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closing = true;
        Tcp.close(io, listening);
        try {
            drain();
        } finally {
            group.close();
            closed = true;
        }
    }

    private void drain() {
        var empty = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            List.copyOf(connections).forEach(ServerConnection::finish);
            drained = empty;
            tellIfDrained();
        });
        empty.await(now() + settings.grace().toNanos());
    }

    private void tellIfDrained() {
        Handover<Boolean> waiting = drained;
        if (waiting != null && connections.isEmpty()) {
            waiting.complete(true);
        }
    }

    /** Closes what is late, for as long as the server lives, and everything when it ends, however that comes about. */
    private Void watch() {
        Duration shorter = settings.idleTimeout().compareTo(settings.requestTimeout()) < 0
                ? settings.idleTimeout()
                : settings.requestTimeout();
        Duration tick = clamp(shorter.dividedBy(TICKS_PER_TIMEOUT));
        try {
            while (true) {
                Weft.sleep(tick);
                long now = now();
                io.eventLoop()
                        .execute(() -> List.copyOf(connections).forEach(connection -> connection.closeIfLate(now)));
            }
        } finally {
            closing = true;
            Tcp.close(io, listening);
            for (ServerConnection connection : List.copyOf(connections)) {
                Tcp.close(io, connection.channel());
            }
        }
    }

    private static Duration clamp(Duration tick) {
        if (tick.compareTo(SHORTEST_TICK) < 0) {
            return SHORTEST_TICK;
        }
        return tick.compareTo(LONGEST_TICK) > 0 ? LONGEST_TICK : tick;
    }

    // ---- for connections, on the I/O coroutine

    private void accept(Channel channel) {
        if (closing) {
            channel.close();
            return;
        }
        var connection = new ServerConnection(this, settings, channel);
        connections.add(connection);
        var limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.maxHeaderSize())
                .setMaxHeaderSize(settings.maxHeaderSize());
        channel.pipeline().addLast(connection.new Arrivals(), new HttpServerCodec(limits), connection.new Requests());
    }

    void forget(ServerConnection connection) {
        connections.remove(connection);
        tellIfDrained();
    }

    long now() {
        return io.loop().now();
    }

    /** {@return the value of the Date header, made once a second} */
    String date() {
        long second = System.currentTimeMillis() / 1_000;
        if (second != dateSecond) {
            dateSecond = second;
            date = HTTP_DATE.format(Instant.ofEpochSecond(second));
        }
        return date;
    }

    /** Starts the coroutine that answers a request; false if the server takes no more. */
    boolean spawn(ServerConnection connection, Request request) {
        try {
            group.spawn(() -> {
                answer(connection, request);
                return null;
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false; // closing: the group has been cancelled
        }
    }

    private void answer(ServerConnection connection, Request request) {
        Response response;
        try {
            response = respond(request);
        } catch (Cancelled e) {
            io.eventLoop().execute(connection.channel()::close);
            throw e;
        }
        io.eventLoop().execute(() -> connection.respond(response));
    }

    private Response respond(Request request) {
        try {
            Response response = handler.handle(request);
            if (response == null) {
                throw new IllegalStateException("the handler returned null; it must return a Response");
            }
            return response;
        } catch (Cancelled e) {
            throw e;
        } catch (Throwable e) {
            String id = UUID.randomUUID().toString();
            LOG.log(Level.ERROR, "the handler failed to answer " + request + ", id " + id, e);
            return Response.text("the server failed to answer; its log says why under id " + id + "\n")
                    .withStatus(500);
        }
    }

    @Override
    public String toString() {
        return "HttpServer[" + uri() + ", " + connections.size() + " connections]";
    }

    /** Settings of a server. Each has a default; each method returns this builder. */
    public static final class Builder {
        private static final int DEFAULT_BACKLOG = 1024;
        private static final int DEFAULT_MAX_HEADER_SIZE = 16 * 1024;
        private static final int DEFAULT_MAX_BODY_SIZE = 1024 * 1024;
        private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(60);
        private static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(30);
        private static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);
        private static final int MAX_PORT = 65_535;

        private String host = "127.0.0.1";
        private int port;
        private int backlog = DEFAULT_BACKLOG;
        private int maxHeaderSize = DEFAULT_MAX_HEADER_SIZE;
        private int maxBodySize = DEFAULT_MAX_BODY_SIZE;
        private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
        private Duration requestTimeout = DEFAULT_REQUEST_TIMEOUT;
        private Duration grace = DEFAULT_GRACE;

        private Builder() {}

        /**
         * Sets the address to listen on.
         *
         * @param name a name or an address of this machine; {@code 0.0.0.0} for all of IPv4; the loopback address {@code 127.0.0.1} by default
         * @return this builder
         */
        public Builder host(String name) {
            host = name;
            return this;
        }

        /**
         * Sets the port to listen on.
         *
         * @param number the port; 0 lets the system choose a free one, which is the default
         * @return this builder
         */
        public Builder port(int number) {
            if (number < 0 || number > MAX_PORT) {
                throw new IllegalArgumentException("a port goes from 0 to " + MAX_PORT + ", and was " + number);
            }
            port = number;
            return this;
        }

        /**
         * Sets how many connections the system keeps for the server until it accepts them.
         *
         * @param connections the number, at least 1; 1024 by default, and the system has a limit of its own
         * @return this builder
         */
        public Builder backlog(int connections) {
            backlog = atLeastOne("backlog", connections);
            return this;
        }

        /**
         * Sets how large the first line, and how large all header fields of a request together may be.
         *
         * @param bytes the limit, at least 1; 16 KiB by default
         * @return this builder
         */
        public Builder maxHeaderSize(int bytes) {
            maxHeaderSize = atLeastOne("maxHeaderSize", bytes);
            return this;
        }

        /**
         * Sets how long the body of a request may be.
         *
         * @param bytes the limit, not negative; 1 MiB by default
         * @return this builder
         */
        public Builder maxBodySize(int bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("maxBodySize must not be negative, and was " + bytes);
            }
            maxBodySize = bytes;
            return this;
        }

        /**
         * Sets for how long a connection may wait for its next request.
         *
         * @param time the time, more than zero; 60 s by default
         * @return this builder
         */
        public Builder idleTimeout(Duration time) {
            idleTimeout = Durations.positive("idleTimeout", time);
            return this;
        }

        /**
         * Sets how long a request may take to arrive, from its first byte to its last, and a response to be taken by the client.
         *
         * @param time the time, more than zero; 30 s by default
         * @return this builder
         */
        public Builder requestTimeout(Duration time) {
            requestTimeout = Durations.positive("requestTimeout", time);
            return this;
        }

        /**
         * Sets for how long {@link HttpServer#close} lets requests go on.
         *
         * @param time the time, not negative; 5 s by default
         * @return this builder
         */
        public Builder grace(Duration time) {
            grace = Duration.ofNanos(Durations.nanos("grace", time));
            return this;
        }

        private static int atLeastOne(String what, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(what + " must be at least 1, and was " + value);
            }
            return value;
        }

        /**
         * Opens the server on the loop of the calling coroutine, which serves from now on.
         *
         * @param handler answers the requests
         * @return the server; close it
         * @throws HttpException if it cannot listen: the port is taken, say
         * @throws IllegalStateException if the caller is no task of an event loop
         * @throws Cancelled if the calling task is cancelled
         */
        public HttpServer open(Handler handler) {
            NettyIo io = NettyIo.current();
            var settings = new ServerSettings(
                    host, port, backlog, maxHeaderSize, maxBodySize, idleTimeout, requestTimeout, grace);
            TaskGroup group = TaskGroup.open();
            try {
                return new HttpServer(io, settings, handler, group);
            } catch (IOException e) {
                group.close();
                throw new HttpException(problem(e), e);
            } catch (Throwable e) {
                group.close();
                throw e;
            }
        }

        private String problem(IOException e) {
            String what = "the server cannot listen on " + host + ":" + port + ": ";
            String message = String.valueOf(e.getMessage());
            if (e instanceof UnknownHostException) {
                return what + "the host is unknown; give an address of this machine, such as 127.0.0.1";
            }
            if (message.contains("in use")) {
                return what
                        + "the port is taken by another program; choose another one, or 0 to have the system choose";
            }
            if (message.contains("denied")) {
                return what + "the system does not allow it; choose a port from 1024 upwards";
            }
            if (message.contains("assign requested address")) {
                return what + "that is no address of this machine; choose one that is, such as 127.0.0.1";
            }
            return what + message;
        }
    }
}

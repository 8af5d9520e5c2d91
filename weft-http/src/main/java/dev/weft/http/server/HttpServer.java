package dev.weft.http.server;

import dev.weft.Cancelled;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.http.netty.VersionChoice;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.Names;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import dev.weft.net.netty.UnixSockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1.1 and HTTP/2 on the loop of the coroutine that opens it: each request is a coroutine of its own.
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
 * <p>It listens on the loopback address unless {@link ServerBuilder#host} says otherwise. Connections are kept alive, and requests that a client sends ahead are answered in order. What
 * clients control is limited: the size of headers and bodies, the time for which a connection may be idle, and the time that a request may take to arrive and a
 * response to be taken. A request that breaks a limit or the protocol is answered with a status from 400 to 431, and its connection closed.
 *
 * <p>A server is a block of the task that opens it, like a {@link TaskGroup}: that task closes it, and what was opened inside it is closed before. If the task is cancelled, the
 * handlers are cancelled too, and all sockets closed.
 */
public final class HttpServer implements AutoCloseable {
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final Response BUSY = Response.text("the server has too much to do; come back later\n")
            .withStatus(503)
            .withHeader("Retry-After", "1");
    private static final Duration SHORTEST_TICK = Duration.ofMillis(10);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
    private static final int TICKS_PER_TIMEOUT = 8;

    private final NettyIo io;
    private final ServerSettings settings;
    private final Answers answers;
    private final @Nullable Application application;
    private final TaskGroup group;
    private final ArrayDeque<Incoming> queue = new ArrayDeque<>();
    private final Channel listening;
    private final UnixSockets.@Nullable Bound file;
    private final @Nullable InetSocketAddress address;
    private final Set<Served> connections = new LinkedHashSet<>();
    private @Nullable Handover<Boolean> drained;
    private int running;
    private boolean closing;
    private boolean closed;
    private long dateSecond;
    private String date = "";

    HttpServer(NettyIo io, ServerSettings settings, Handler handler, TaskGroup group) throws IOException {
        this.io = io;
        this.settings = settings;
        this.answers = new Answers(io, settings, handler, this);
        this.application = handler instanceof Application running ? running : null;
        this.group = group;
        var accepting = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                accept(channel);
            }
        };
        Path socket = settings.unixSocket();
        if (socket == null) {
            var where = new InetSocketAddress(Names.resolve(settings.host()).getFirst(), settings.port());
            this.listening = Tcp.listen(io, where, settings.backlog(), accepting);
            this.file = null;
            this.address = (InetSocketAddress) listening.localAddress();
        } else {
            this.file = UnixSockets.listen(io, socket, settings.backlog(), accepting);
            this.listening = file.channel();
            this.address = null;
        }
        group.spawn(this::watch);
    }

    /**
     * Opens a server on a free port of the loopback address, with the defaults of the {@link ServerBuilder}.
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
    public static ServerBuilder builder() {
        return new ServerBuilder();
    }

    /**
     * {@return the address on which this server listens, with the port that the system chose if it was to choose; any thread}
     *
     * @throws IllegalStateException if it listens at a Unix-domain socket, which has none
     */
    public InetSocketAddress address() {
        if (address == null) {
            throw new IllegalStateException(
                    "this server listens at the Unix-domain socket " + settings.unixSocket() + ", not on a port");
        }
        return address;
    }

    /**
     * {@return the port on which this server listens; any thread}
     *
     * @throws IllegalStateException if it listens at a Unix-domain socket, which has none
     */
    public int port() {
        return address().getPort();
    }

    /**
     * {@return the URL of this server's root; that of {@code localhost} if it listens at a Unix-domain socket, for clients that know the socket. Any thread}
     */
    public URI uri() {
        String scheme = settings.tls() == null ? "http://" : "https://";
        if (address == null) {
            return URI.create(scheme + "localhost/");
        }
        String host = address.getAddress().getHostAddress();
        return URI.create(scheme + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
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
        stopListening();
        try {
            drain();
        } finally {
            try {
                group.close();
            } finally {
                closed = true;
                stopApplication();
            }
        }
    }

    private void stopListening() {
        Tcp.close(io, listening);
        if (file != null) {
            file.removeFile();
        }
    }

    private void stopApplication() {
        if (application != null) {
            var failed = new HttpException("what the application had opened could not be closed", null);
            application.stop(failed);
            if (failed.getSuppressed().length > 0) {
                throw failed;
            }
        }
    }

    private void drain() {
        var empty = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            List.copyOf(connections).forEach(Served::finish);
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
            stopListening();
            for (Served connection : List.copyOf(connections)) {
                connection.closeNow(io);
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
        if (closing || connections.size() >= settings.maxConnections()) {
            channel.close();
            return;
        }
        var encoder = new ResponseEncoder();
        var connection = new ServerConnection(this, settings, channel, encoder);
        connections.add(connection);
        var limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.maxHeaderSize())
                .setMaxHeaderSize(settings.maxHeaderSize());
        if (settings.tls() != null) {
            channel.pipeline().addLast(encryption(settings.tls()));
        }
        if (settings.http2()) {
            channel.pipeline()
                    .addLast(
                            settings.tls() == null
                                    ? new VersionChoice.ByPreface(() -> turnToHttp2(connection))
                                    : new VersionChoice.ByTls(() -> turnToHttp2(connection)));
        }
        channel.pipeline()
                .addLast(connection.new Arrivals(), encoder, new RequestDecoder(limits), connection.new Requests());
    }

    private void turnToHttp2(ServerConnection before) {
        before.letGo();
        connections.remove(before);
        connections.add(new Http2Connection(this, settings, before.channel()));
    }

    private SslHandler encryption(SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setUseCipherSuitesOrder(true);
        if (settings.http2()) {
            VersionChoice.offer(parameters, false);
        }
        engine.setSSLParameters(parameters);
        var handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(0); // the connection has a deadline
        handler.setCloseNotifyFlushTimeoutMillis(1_000);
        return handler;
    }

    void forget(Served connection) {
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

    /** Has a request answered: at once, when its turn comes, or with 503; false if the server takes no more. */
    boolean spawn(Incoming incoming) {
        if (running < settings.maxConcurrent()) {
            return start(incoming);
        }
        if (queue.size() < settings.maxQueued()) {
            queue.add(incoming);
            return true;
        }
        io.eventLoop().execute(() -> incoming.connection().respond(incoming, BUSY));
        return true;
    }

    private boolean start(Incoming incoming) {
        running++;
        try {
            incoming.answeredBy(group.spawn(() -> {
                try {
                    answers.answer(incoming);
                } finally {
                    running--;
                    startNext();
                }
                return null;
            }));
            return true;
        } catch (RejectedExecutionException e) {
            running--;
            return false; // closing: the group has been cancelled
        }
    }

    private void startNext() {
        while (running < settings.maxConcurrent()) {
            Incoming next = queue.poll();
            if (next == null) {
                return;
            }
            if (!next.connection().isGone()) {
                start(next);
            }
        }
    }

    /** {@return what the application keeps under a key} */
    <T> T state(StateKey<T> key) {
        if (application == null) {
            throw new IllegalStateException(
                    "the handler of this server is no Application, and keeps no state such as '" + key + "'");
        }
        return application.get(key);
    }

    @Override
    public String toString() {
        Path socket = settings.unixSocket();
        return "HttpServer[" + (socket == null ? uri().toString() : "unix:" + socket) + ", " + connections.size()
                + " connections]";
    }
}

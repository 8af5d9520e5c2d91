package dev.weft.http.server;

import dev.weft.Cancelled;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.http.netty.VersionChoice;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import dev.weft.net.netty.UnixSockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
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
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A server as far as one loop is concerned: its connections, its handlers, what its application has opened. Loop thread
 * only. A block of the task that opens it.
 *
 * <p>A request comes from a connection on the I/O coroutine ({@link #spawn}), and is answered by a task of its own, if
 * the server has a {@linkplain ServerPlaces place} for it.
 */
final class ServerLoop implements AutoCloseable {
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
    private final ServerPlaces places;
    private final Answers answers;
    private final Application.@Nullable Running application;
    private final TaskGroup group;
    private final AnswerBytes answerBytes;
    private final ArrayDeque<Incoming> queue = new ArrayDeque<>();
    private final Set<Served> connections = new LinkedHashSet<>();

    /** The other loops of the server, set before a connection comes. */
    private List<ServerLoop> others = List.of();

    private @Nullable Channel listening;
    private UnixSockets.@Nullable Bound file;
    private @Nullable Handover<Boolean> drained;
    private boolean closing;
    private boolean closed;
    private long dateUntil;
    private String date = "";

    private ServerLoop(
            NettyIo io,
            ServerSettings settings,
            ServerPlaces places,
            Handler handler,
            Application.@Nullable Running application,
            TaskGroup group) {
        this.io = io;
        this.settings = settings;
        this.places = places;
        this.answerBytes = new AnswerBytes(io);
        this.answers = new Answers(io, settings, handler, this);
        this.application = application;
        this.group = group;
    }

    /**
     * Opens what a server has on the loop of the calling task, which listens to nobody yet.
     *
     * @throws HttpException if the application cannot start
     */
    static ServerLoop open(ServerSettings settings, ServerPlaces places, Handler handler) {
        NettyIo io = NettyIo.current();
        Application.Running application = handler instanceof Application startable ? start(startable) : null;
        try {
            TaskGroup group = TaskGroup.open();
            try {
                var opened = new ServerLoop(io, settings, places, handler, application, group);
                group.spawn(opened::watch);
                return opened;
            } catch (Throwable e) {
                group.close();
                throw e;
            }
        } catch (Throwable e) {
            if (application != null) {
                application.stop(e);
            }
            throw e;
        }
    }

    private static Application.Running start(Application application) {
        try {
            return application.start();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new HttpException("the application cannot start: " + e, e);
        }
    }

    /** Says which other loops the server has; before a connection comes. */
    void beside(List<ServerLoop> others) {
        this.others = others;
    }

    /** {@return Netty's side of this loop; any thread} */
    EventLoop eventLoop() {
        return io.eventLoop();
    }

    /**
     * Listens at an address.
     *
     * @param sharedPort whether the other loops listen there too
     * @param loops which loops serve the connections that are accepted here
     * @param child begins to serve one, on its loop
     * @return the address, with the port that the system chose if it was to
     */
    InetSocketAddress listen(InetSocketAddress where, boolean sharedPort, List<EventLoop> loops, ChannelHandler child)
            throws IOException {
        Channel opened = Tcp.listen(io, where, settings.backlog(), sharedPort, loops, child);
        listening = opened;
        return (InetSocketAddress) opened.localAddress();
    }

    /** Fails if somebody listens at an address: a program that shares the port would not be told so. */
    void requireFree(InetSocketAddress where) throws IOException {
        Tcp.requireFree(io, where);
    }

    /** Listens at a Unix-domain socket; see the other one. */
    void listen(Path where, List<EventLoop> loops, ChannelHandler child) throws IOException {
        UnixSockets.Bound bound = UnixSockets.listen(io, where, settings.backlog(), loops, child);
        file = bound;
        listening = bound.channel();
    }

    /**
     * Stops listening, closes idle connections at once, and lets requests that have begun end, for the grace period at
     * most.
     *
     * @throws Cancelled if the calling task is cancelled
     */
    void drain() {
        closing = true;
        stopListening();
        var empty = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            List.copyOf(connections).forEach(Served::finish);
            drained = empty;
            tellIfDrained();
        });
        empty.await(now() + settings.grace().toNanos());
    }

    /**
     * Stops listening, cancels all handlers, closes all connections, and then what the application has opened.
     * Idempotent; cannot be cancelled.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closing = true;
        try {
            group.close();
        } finally {
            closed = true;
            places.leaveQueue(queue.size());
            queue.clear();
            stopApplication();
        }
    }

    private void stopListening() {
        Channel socket = listening;
        if (socket != null) {
            Tcp.close(io, socket);
        }
        UnixSockets.Bound bound = file;
        if (bound != null) {
            bound.removeFile();
        }
    }

    private void stopApplication() {
        Application.Running running = application;
        if (running != null) {
            var failed = new HttpException("what the application had opened could not be closed", null);
            running.stop(failed);
            if (failed.getSuppressed().length > 0) {
                throw failed;
            }
        }
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

    /** Begins to serve a connection. */
    void accept(Channel channel) {
        if (closing || !places.connect()) {
            channel.close();
            return;
        }
        io.shareSmallReads(channel);
        var connection = new ServerConnection(this, settings, channel);
        connections.add(connection);
        var limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.maxHeaderSize())
                .setMaxHeaderSize(settings.maxHeaderSize());
        SSLContext context = settings.tls();
        SslHandler tls = context == null ? null : encryption(context);
        if (tls != null) {
            channel.pipeline().addLast(tls);
        }
        if (settings.http2()) {
            channel.pipeline()
                    .addLast(
                            tls == null
                                    ? new VersionChoice.ByPreface(() -> turnToHttp2(connection))
                                    : new VersionChoice.ByTls(tls, () -> turnToHttp2(connection)));
        }
        channel.pipeline()
                .addLast(
                        connection.new Arrivals(),
                        new HttpResponseEncoder(),
                        new RequestDecoder(limits),
                        connection.new Requests());
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
            parameters.setApplicationProtocols(VersionChoice.offered(false).toArray(String[]::new));
        }
        engine.setSSLParameters(parameters);
        var handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(0); // the connection has a deadline
        handler.setCloseNotifyFlushTimeoutMillis(1_000);
        return handler;
    }

    void forget(Served connection) {
        if (connections.remove(connection)) {
            places.disconnect();
        }
        tellIfDrained();
    }

    long now() {
        return io.loop().now();
    }

    /** {@return what makes bytes of whole answers} */
    AnswerBytes answerBytes() {
        return answerBytes;
    }

    /**
     * {@return the value of the Date header, made once a second}
     *
     * @param now the time by the loop's clock
     */
    String date(long now) {
        if (date.isEmpty() || now - dateUntil >= 0) {
            long millis = System.currentTimeMillis();
            date = HTTP_DATE.format(Instant.ofEpochMilli(millis));
            dateUntil = now + TimeUnit.MILLISECONDS.toNanos(1_000 - Math.floorMod(millis, 1_000));
        }
        return date;
    }

    /** Has a request answered: at once, when its turn comes, or with 503; false if the server takes no more. */
    boolean spawn(Incoming incoming) {
        if (places.begin()) {
            return start(incoming);
        }
        if (places.queue()) {
            queue.add(incoming);
            startNext(); // a place may have come free on another loop
        } else {
            io.eventLoop().execute(() -> incoming.connection().respond(incoming, BUSY));
        }
        return true;
    }

    private boolean start(Incoming incoming) {
        try {
            incoming.answeredBy(group.spawn(() -> {
                try {
                    answers.answer(incoming);
                } finally {
                    ended();
                }
                return null;
            }));
            return true;
        } catch (RejectedExecutionException e) {
            places.end();
            return false; // closing: the group has been cancelled
        }
    }

    private void ended() {
        places.end();
        startNext();
        if (places.waiting() > 0) {
            others.forEach(ServerLoop::startNextSoon);
        }
    }

    private void startNext() {
        for (Incoming next = queue.peek(); next != null; next = queue.peek()) {
            if (!next.connection().isGone()) {
                if (!places.begin()) {
                    return;
                }
                start(next);
            }
            queue.poll();
            places.leaveQueue(1);
        }
    }

    /** Called on another loop of the server. */
    private void startNextSoon() {
        try {
            io.eventLoop().execute(this::startNext);
        } catch (RejectedExecutionException e) {
            // it has ended, and nobody waits there
        }
    }

    /** {@return what the application keeps under a key} */
    <T> T state(StateKey<T> key) {
        Application.Running application = this.application;
        if (application == null) {
            throw new IllegalStateException(
                    "the handler of this server is no Application, and keeps no state such as '" + key + "'");
        }
        return application.get(key);
    }
}

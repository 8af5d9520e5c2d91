package dev.weft.http.server;

import dev.weft.Cancelled;
import dev.weft.http.ContentCoding;
import dev.weft.http.HttpException;
import dev.weft.http.netty.ContentCodings;
import dev.weft.loop.kernel.Durations;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Settings of an {@link HttpServer}. Each has a default; each method returns this builder. */
public final class ServerBuilder {
    private static final int DEFAULT_BACKLOG = 1024;
    private static final int DEFAULT_MAX_HEADER_SIZE = 16 * 1024;
    private static final int DEFAULT_MAX_BODY_SIZE = 1024 * 1024;
    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);
    private static final int DEFAULT_MAX_HEADERS = 128;
    private static final int DEFAULT_MAX_CONNECTIONS = 50_000;
    private static final int DEFAULT_MAX_CONCURRENT = 10_000;
    private static final int DEFAULT_MIN_DATA_RATE = 240;
    private static final int DEFAULT_MAX_STREAMS = 128;
    private static final int MAX_PORT = 65_535;

    private @Nullable Path unixSocket;
    private String host = "127.0.0.1";
    private int port;
    private int loops = 1;
    private int backlog = DEFAULT_BACKLOG;
    private int maxHeaderSize = DEFAULT_MAX_HEADER_SIZE;
    private int maxHeaders = DEFAULT_MAX_HEADERS;
    private int maxConnections = DEFAULT_MAX_CONNECTIONS;
    private int maxConcurrent = DEFAULT_MAX_CONCURRENT;
    private int maxQueued;
    private int minDataRate = DEFAULT_MIN_DATA_RATE;
    private boolean http2 = true;
    private int maxStreams = DEFAULT_MAX_STREAMS;
    private long maxBodySize = DEFAULT_MAX_BODY_SIZE;
    private final List<ContentCoding> codings = new ArrayList<>();
    private @Nullable AccessLog accessLog;
    private @Nullable SSLContext tls;
    private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
    private Duration requestTimeout = DEFAULT_REQUEST_TIMEOUT;
    private Duration grace = DEFAULT_GRACE;

    ServerBuilder() {}

    /**
     * Sets the address to listen on.
     *
     * @param name a name or an address of this machine; {@code 0.0.0.0} for all of IPv4; the loopback address
     *     {@code 127.0.0.1} by default
     * @return this builder
     */
    public ServerBuilder host(String name) {
        host = name;
        return this;
    }

    /**
     * Sets the port to listen on.
     *
     * @param number the port; 0 lets the system choose a free one, which is the default
     * @return this builder
     */
    public ServerBuilder port(int number) {
        if (number < 0 || number > MAX_PORT) {
            throw new IllegalArgumentException("a port goes from 0 to " + MAX_PORT + ", and was " + number);
        }
        port = number;
        return this;
    }

    /**
     * Listens at a Unix-domain socket instead of a port. Its file is for this user alone (mode 0600), and deleted when
     * the server ends; one that a server which is gone has left behind is replaced.
     *
     * @param path where; systems take at most some 100 bytes
     * @return this builder
     */
    public ServerBuilder unixSocket(Path path) {
        unixSocket = path;
        return this;
    }

    /**
     * Sets on how many event loops the server runs, each with a thread of its own: that of the task that opens it, and
     * others which the server starts and ends. Each connection belongs to one of them, and so do its requests. One per
     * core uses them all: {@code loops(Runtime.getRuntime().availableProcessors())}.
     *
     * <p>With more than one, handlers run on several threads at the same time: what they share must stand that.
     * Sessions, streams and tasks belong to one loop each; an {@link Application} opens its resources on each loop
     * anew, so that handlers find those of their own. The limits hold for the server as a whole. A handler that
     * computes for long holds up its own loop only.
     *
     * @param number how many, at least 1, which is the default
     * @return this builder
     */
    public ServerBuilder loops(int number) {
        loops = atLeastOne("loops", number);
        return this;
    }

    /**
     * Sets how many connections the system keeps for the server until it accepts them.
     *
     * @param connections the number, at least 1; 1024 by default, and the system has a limit of its own
     * @return this builder
     */
    public ServerBuilder backlog(int connections) {
        backlog = atLeastOne("backlog", connections);
        return this;
    }

    /**
     * Sets how large the first line, and how large all header fields of a request together may be.
     *
     * @param bytes the limit, at least 1; 16 KiB by default
     * @return this builder
     */
    public ServerBuilder maxHeaderSize(int bytes) {
        maxHeaderSize = atLeastOne("maxHeaderSize", bytes);
        return this;
    }

    /**
     * Sets how many header fields a request may have.
     *
     * @param fields the limit, at least 1; 128 by default
     * @return this builder
     */
    public ServerBuilder maxHeaders(int fields) {
        maxHeaders = atLeastOne("maxHeaders", fields);
        return this;
    }

    /**
     * Sets how long the body of a request may be, decompressed, where its route does not say otherwise. A handler that
     * reads more is ended with {@link ErrorResponse} 413.
     *
     * @param bytes the limit, not negative; 1 MiB by default
     * @return this builder
     */
    public ServerBuilder maxBodySize(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("maxBodySize must not be negative, and was " + bytes);
        }
        maxBodySize = bytes;
        return this;
    }

    /**
     * Sets how many connections the server has at a time; further ones are closed at once.
     *
     * @param connections the limit, at least 1; 50,000 by default
     * @return this builder
     */
    public ServerBuilder maxConnections(int connections) {
        maxConnections = atLeastOne("maxConnections", connections);
        return this;
    }

    /**
     * Sets how many requests are answered at a time. Further ones wait, {@code queued} of them at most; what comes then
     * is answered with 503.
     *
     * @param requests the limit, at least 1; 10,000 by default
     * @param queued how many wait, not negative; none by default
     * @return this builder
     */
    public ServerBuilder maxConcurrent(int requests, int queued) {
        if (queued < 0) {
            throw new IllegalArgumentException("queued must not be negative, and was " + queued);
        }
        maxConcurrent = atLeastOne("maxConcurrent", requests);
        maxQueued = queued;
        return this;
    }

    /**
     * Sets how slow a client may be on average, in addition to the {@link #requestTimeout}: for each portion of this
     * size it gets a second more.
     *
     * @param bytesPerSecond the rate, at least 1; 240 by default
     * @return this builder
     */
    public ServerBuilder minDataRate(int bytesPerSecond) {
        minDataRate = atLeastOne("minDataRate", bytesPerSecond);
        return this;
    }

    /**
     * Sets whether clients may speak HTTP/2: over TLS those that offer it in the handshake (ALPN), without TLS those
     * that begin with it (prior knowledge). HTTP/1.1 is spoken with all others.
     *
     * @param spoken whether they may; true by default
     * @return this builder
     */
    public ServerBuilder http2(boolean spoken) {
        http2 = spoken;
        return this;
    }

    /**
     * Sets how many requests a client may have under way on one connection of HTTP/2.
     *
     * @param streams the limit, at least 1; 128 by default
     * @return this builder
     */
    public ServerBuilder maxStreams(int streams) {
        maxStreams = atLeastOne("maxStreams", streams);
        return this;
    }

    /**
     * Adds a coding in which clients may send bodies, beside gzip and deflate, and br and zstd where their libraries
     * are there (see {@link ContentCoding}).
     *
     * @param coding the coding
     * @return this builder
     */
    public ServerBuilder coding(ContentCoding coding) {
        codings.add(coding);
        return this;
    }

    /**
     * Sets who is told of each request.
     *
     * @param log the log; none by default
     * @return this builder
     */
    public ServerBuilder accessLog(AccessLog log) {
        accessLog = log;
        return this;
    }

    /**
     * Sets for how long a connection may wait for its next request.
     *
     * @param time the time, more than zero; 60 s by default
     * @return this builder
     */
    public ServerBuilder idleTimeout(Duration time) {
        idleTimeout = Durations.positive("idleTimeout", time);
        return this;
    }

    /**
     * Sets how long a request may take to arrive, from its first byte to its last, and a response to be taken by the
     * client.
     *
     * @param time the time, more than zero; 30 s by default
     * @return this builder
     */
    public ServerBuilder requestTimeout(Duration time) {
        requestTimeout = Durations.positive("requestTimeout", time);
        return this;
    }

    /**
     * Sets for how long {@link HttpServer#close} lets requests go on.
     *
     * @param time the time, not negative; 5 s by default
     * @return this builder
     */
    public ServerBuilder grace(Duration time) {
        grace = Duration.ofNanos(Durations.nanos("grace", time));
        return this;
    }

    /**
     * Serves over TLS only.
     *
     * @param context has the server's key and certificate; whether clients must show one of theirs, and what protocols
     *     there are, is as it says
     * @return this builder
     */
    public ServerBuilder tls(SSLContext context) {
        tls = context;
        return this;
    }

    private static int atLeastOne(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, and was " + value);
        }
        return value;
    }

    /**
     * Opens the server on the loop of the calling coroutine, and on {@linkplain #loops others} if it is to have more,
     * which serve from now on.
     *
     * @param handler answers the requests; an {@link Application} is started before, and stopped by the server's end
     * @return the server; close it
     * @throws HttpException if it cannot listen, the port is taken, say; or if the application cannot start, with what
     *     it threw as the cause
     * @throws IllegalStateException if the caller is no task of an event loop
     * @throws Cancelled if the calling task is cancelled
     */
    public HttpServer open(Handler handler) {
        var settings = new ServerSettings(
                unixSocket,
                host,
                port,
                loops,
                backlog,
                maxConnections,
                maxHeaderSize,
                maxHeaders,
                maxBodySize,
                maxConcurrent,
                maxQueued,
                minDataRate,
                http2,
                maxStreams,
                idleTimeout,
                requestTimeout,
                grace,
                withInstalled(),
                accessLog,
                tls);
        try {
            return HttpServer.open(settings, handler);
        } catch (IOException e) {
            throw new HttpException(problem(e), e);
        }
    }

    private String problem(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (unixSocket != null) {
            return "the server cannot listen at " + unixSocket + ": " + message;
        }
        String what = "the server cannot listen on " + host + ":" + port + ": ";
        if (e instanceof UnknownHostException) {
            return what + "the host is unknown; give an address of this machine, such as 127.0.0.1";
        }
        if (message.contains("in use")) {
            return what + "the port is taken by another program; choose another one, or 0 to have the system choose";
        }
        if (message.contains("denied")) {
            return what + "the system does not allow it; choose a port from 1024 upwards";
        }
        if (message.contains("assign requested address")) {
            return what + "that is no address of this machine; choose one that is, such as 127.0.0.1";
        }
        return what + message;
    }

    private List<ContentCoding> withInstalled() {
        List<ContentCoding> all = new ArrayList<>(codings);
        all.addAll(ContentCodings.installed());
        return List.copyOf(all);
    }
}

package dev.weft.http.client;

import dev.weft.http.ContentCoding;
import dev.weft.http.Headers;
import dev.weft.http.HttpVersion;
import dev.weft.http.netty.ContentCodings;
import dev.weft.loop.kernel.Durations;
import dev.weft.net.Resolver;
import dev.weft.net.netty.NettyIo;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link ClientSession}. Each has a default; each method returns this builder. */
public final class SessionBuilder {
    private static final int DEFAULT_LIMIT = 100;
    private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DEFAULT_READ_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DEFAULT_TOTAL_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(15);
    private static final int DEFAULT_MAX_BODY_SIZE = 64 * 1024 * 1024;
    private static final int DEFAULT_MAX_REDIRECTS = 10;

    private int limit = DEFAULT_LIMIT;
    private int limitPerHost = Integer.MAX_VALUE;
    private @Nullable Duration poolTimeout;
    private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
    private Duration tlsTimeout = DEFAULT_CONNECT_TIMEOUT;
    private Duration readTimeout = DEFAULT_READ_TIMEOUT;
    private Duration totalTimeout = DEFAULT_TOTAL_TIMEOUT;
    private Duration keepAlive = DEFAULT_KEEP_ALIVE;
    private int maxBodySize = DEFAULT_MAX_BODY_SIZE;
    private int maxRedirects = DEFAULT_MAX_REDIRECTS;
    private @Nullable URI base;
    private Headers headers = Headers.of("user-agent", "weft");
    private final List<ContentCoding> codings = new ArrayList<>();
    private boolean plain;
    private @Nullable CookieJar cookies;
    private RetryPolicy retry = RetryPolicy.none();
    private @Nullable RateLimit rateLimit;
    private final List<Middleware> middlewares = new ArrayList<>();
    private final List<RequestObserver> observers = new ArrayList<>();
    private @Nullable Proxy proxy;
    private @Nullable SSLContext tls;
    private @Nullable HttpVersion version;
    private Resolver resolver = Resolver.system();
    private @Nullable Path unixSocket;

    SessionBuilder() {}

    /**
     * Sets how many connections the session may have.
     *
     * @param connections the limit, at least 1; 100 by default
     * @return this builder
     */
    public SessionBuilder limit(int connections) {
        limit = atLeast(1, "limit", connections);
        return this;
    }

    /**
     * Sets how many connections the session may have to one host, scheme and port.
     *
     * @param connections the limit, at least 1; by default only {@link #limit} counts
     * @return this builder
     */
    public SessionBuilder limitPerHost(int connections) {
        limitPerHost = atLeast(1, "limitPerHost", connections);
        return this;
    }

    /**
     * Sets how long a request may wait for a connection of the session.
     *
     * @param timeout the time, more than zero; by default only {@link #totalTimeout} counts
     * @return this builder
     */
    public SessionBuilder poolTimeout(Duration timeout) {
        poolTimeout = Durations.positive("poolTimeout", timeout);
        return this;
    }

    /**
     * Sets how long looking up the name and connecting may take together.
     *
     * @param timeout the time, more than zero; 10 s by default
     * @return this builder
     */
    public SessionBuilder connectTimeout(Duration timeout) {
        connectTimeout = Durations.positive("connectTimeout", timeout);
        return this;
    }

    /**
     * Sets how long setting up encryption may take.
     *
     * @param timeout the time, more than zero; 10 s by default
     * @return this builder
     */
    public SessionBuilder tlsTimeout(Duration timeout) {
        tlsTimeout = Durations.positive("tlsTimeout", timeout);
        return this;
    }

    /**
     * Sets for how long nothing may happen while a request is sent and a response awaited or received.
     *
     * @param timeout the time, more than zero; 30 s by default
     * @return this builder
     */
    public SessionBuilder readTimeout(Duration timeout) {
        readTimeout = Durations.positive("readTimeout", timeout);
        return this;
    }

    /**
     * Sets how long one call may take, from the wait for a connection to the end of the body, redirects and retries
     * included.
     *
     * @param timeout the time, more than zero; 5 min by default
     * @return this builder
     */
    public SessionBuilder totalTimeout(Duration timeout) {
        totalTimeout = Durations.positive("totalTimeout", timeout);
        return this;
    }

    /**
     * Sets for how long an idle connection is kept.
     *
     * @param time the time, more than zero; 15 s by default
     * @return this builder
     */
    public SessionBuilder keepAlive(Duration time) {
        keepAlive = Durations.positive("keepAlive", time);
        return this;
    }

    /**
     * Sets how long the body of a response may be, decompressed. It holds where the session reads the body; a stream
     * has no limit.
     *
     * @param bytes the limit, not negative; 64 MiB by default
     * @return this builder
     */
    public SessionBuilder maxBodySize(int bytes) {
        maxBodySize = atLeast(0, "maxBodySize", bytes);
        return this;
    }

    /**
     * Sets how many redirects one call follows.
     *
     * @param redirects the limit; 0 to follow none and return them as responses; 10 by default
     * @return this builder
     */
    public SessionBuilder maxRedirects(int redirects) {
        maxRedirects = atLeast(0, "maxRedirects", redirects);
        return this;
    }

    /**
     * Sets what URLs without a scheme are relative to.
     *
     * @param url a complete URL. By the rules of URLs its path should end with a slash: relative to
     *     {@code http://h/api/}, {@code users} is {@code http://h/api/users}, and {@code /users} is
     *     {@code http://h/users}
     * @return this builder
     * @throws RequestException.BadUrl if it is no complete URL
     */
    public SessionBuilder base(String url) {
        base = Target.of(url).uri();
        return this;
    }

    /**
     * Adds a header field to each request that does not set it itself.
     *
     * @param name its name
     * @param value its value
     * @return this builder
     * @throws IllegalArgumentException if the name is no token, or the value holds a control character, or the field is
     *     one that only the session itself may set
     */
    public SessionBuilder header(String name, String value) {
        RequestHead.requireFree(name);
        headers = headers.with(name, value);
        return this;
    }

    /**
     * Sets what the session calls itself in the User-Agent header.
     *
     * @param name the value; {@code weft} by default
     * @return this builder
     * @throws IllegalArgumentException if it holds a control character
     */
    public SessionBuilder userAgent(String name) {
        headers = headers.replacing("user-agent", name);
        return this;
    }

    /**
     * Adds a coding that the session asks for and undoes, before gzip and deflate, and br and zstd where their
     * libraries are there (see {@link ContentCoding}).
     *
     * @param coding the coding
     * @return this builder
     */
    public SessionBuilder coding(ContentCoding coding) {
        codings.addFirst(coding);
        return this;
    }

    /**
     * Leaves bodies as they come, and asks servers not to compress them.
     *
     * @return this builder
     */
    public SessionBuilder noDecompression() {
        codings.clear();
        plain = true;
        return this;
    }

    /**
     * Sets where cookies are kept.
     *
     * @param jar the jar; by default one of this session's own. {@link CookieJar#none} keeps and sends none
     * @return this builder
     */
    public SessionBuilder cookies(CookieJar jar) {
        cookies = jar;
        return this;
    }

    /**
     * Sets which requests are made again when they fail.
     *
     * @param policy the policy; {@link RetryPolicy#none} by default
     * @return this builder
     */
    public SessionBuilder retry(RetryPolicy policy) {
        retry = policy;
        return this;
    }

    /**
     * Sets how many requests go to one host in a time; each redirect and each attempt counts.
     *
     * @param limit the limit; none by default
     * @return this builder
     */
    public SessionBuilder rateLimit(RateLimit limit) {
        rateLimit = limit;
        return this;
    }

    /**
     * Adds a middleware, inside of those that were added before.
     *
     * @param middleware the middleware
     * @return this builder
     */
    public SessionBuilder middleware(Middleware middleware) {
        middlewares.add(middleware);
        return this;
    }

    /**
     * Adds somebody who sees what requests go through.
     *
     * @param observer the observer
     * @return this builder
     */
    public SessionBuilder observer(RequestObserver observer) {
        observers.add(observer);
        return this;
    }

    /**
     * Sets the proxy through which requests go.
     *
     * @param way the proxy, or null for none, which is the default; {@link Proxy#fromEnvironment} asks the environment
     * @return this builder
     */
    public SessionBuilder proxy(@Nullable Proxy way) {
        proxy = way;
        return this;
    }

    /**
     * Sets whom the session trusts and how it identifies itself.
     *
     * @param context the TLS settings; those of the JVM by default
     * @return this builder
     */
    public SessionBuilder tls(SSLContext context) {
        tls = context;
        return this;
    }

    /**
     * Sets the one version that the session speaks. By default it agrees with each server: over TLS on HTTP/2 if the
     * server has it (ALPN), else on HTTP/1.1, which is also spoken without TLS.
     *
     * @param only the version. With {@link HttpVersion#HTTP_2} a server must speak it: without TLS the session begins
     *     with it unasked (prior knowledge), and over TLS a server that does not agree is refused; a request without
     *     TLS through a proxy, and a websocket, go over HTTP/1.1 all the same
     * @return this builder
     * @throws IllegalArgumentException if it is {@link HttpVersion#HTTP_1_0}, which the session does not speak
     */
    public SessionBuilder version(HttpVersion only) {
        if (only == HttpVersion.HTTP_1_0) {
            throw new IllegalArgumentException("a session speaks HTTP/1.1 and HTTP/2, not " + only);
        }
        version = only;
        return this;
    }

    /**
     * Sets who looks up the names of hosts.
     *
     * @param names the resolver, {@link Resolver#caching} for example; {@link Resolver#system} by default
     * @return this builder
     */
    public SessionBuilder resolver(Resolver names) {
        resolver = names;
        return this;
    }

    /**
     * Has all requests go to the server that listens at a Unix-domain socket, whatever host their URLs name, which goes
     * into the Host header and, with {@code https}, has to be in the certificate. No name is looked up, and a proxy is
     * not used.
     *
     * @param path the path of the socket
     * @return this builder
     */
    public SessionBuilder unixSocket(Path path) {
        unixSocket = path;
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
                        poolTimeout == null ? totalTimeout : poolTimeout,
                        connectTimeout,
                        tlsTimeout,
                        readTimeout,
                        totalTimeout,
                        keepAlive,
                        maxBodySize,
                        maxRedirects,
                        base,
                        headers,
                        plain ? List.copyOf(codings) : withInstalled(),
                        cookies == null ? CookieJar.empty() : cookies,
                        retry,
                        rateLimit,
                        List.copyOf(middlewares),
                        List.copyOf(observers),
                        unixSocket == null ? proxy : null,
                        tls,
                        version,
                        resolver,
                        unixSocket));
    }

    private List<ContentCoding> withInstalled() {
        List<ContentCoding> all = new ArrayList<>(codings);
        all.addAll(ContentCodings.installed());
        return List.copyOf(all);
    }
}

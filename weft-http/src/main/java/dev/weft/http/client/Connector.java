package dev.weft.http.client;

import dev.weft.CancelScope;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.http.Headers;
import dev.weft.http.HttpException;
import dev.weft.http.HttpVersion;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.http.netty.VersionChoice;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Staggered;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Opens the connections of a session: looks up the name, connects, asks a proxy for the way, encrypts. Loop thread
 * only.
 */
final class Connector {
    /** For how long an address may be silent before the next one is tried too; RFC 8305. */
    private static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

    private static final int OK = 200;
    private static final int MULTIPLE_CHOICES = 300;
    private static final int PROXY_AUTHENTICATION = 407;

    private final NettyIo io;
    private final ClientSettings settings;
    private final ConnectionPool pool;

    /** The attempts under way, which end with the session. */
    private final Set<CancelScope> attempts = new HashSet<>();

    private @Nullable SSLContext tls;

    Connector(NettyIo io, ClientSettings settings, ConnectionPool pool) {
        this.io = io;
        this.settings = settings;
        this.pool = pool;
        this.tls = settings.tls();
    }

    /** {@return whether connections to an origin may speak HTTP/2} */
    static boolean maySpeakHttp2(Origin origin, @Nullable HttpVersion only) {
        return origin.tls() ? only != HttpVersion.HTTP_1_1 : only == HttpVersion.HTTP_2 && origin.via() == null;
    }

    /**
     * Opens the connection of a slot, or frees the slot.
     *
     * @param old whether it has to speak HTTP/1.1
     */
    Connection connect(Call call, Origin origin, Slot slot, boolean old) {
        boolean http2 = !old && maySpeakHttp2(origin, settings.version());
        CancelScope attempt = CancelScope.create();
        attempts.add(attempt);
        Connection connection;
        try {
            connection = attempt.call(() -> open(call, origin, slot, http2)).orElseThrow(() -> closed(call));
        } catch (Throwable e) {
            pool.free(slot);
            throw e;
        } finally {
            attempts.remove(attempt);
        }
        connection.attach();
        pool.opened(slot, connection.http2() != null);
        if (pool.isClosed()) {
            connection.close();
            throw closed(call);
        }
        return connection;
    }

    private static RequestException closed(Call call) {
        return call.failed(RequestException.SessionClosed::new, RoundTrip.SESSION_CLOSED, null);
    }

    /**
     * Ends all attempts to connect, look-ups and handshakes included; their requests fail when their tasks run next.
     */
    void close() {
        List.copyOf(attempts).forEach(attempt -> attempt.cancel("the session was closed"));
    }

    private Connection open(Call call, Origin origin, Slot slot, boolean http2) {
        ProxyServer proxy = origin.proxy();
        Origin first = proxy == null ? origin : proxy.at().origin();
        long limit = limit(call, settings.connectTimeout());
        SslHandler encryption = origin.tls()
                ? encryption(
                        tls(),
                        origin,
                        http2 ? VersionChoice.offered(settings.version() == HttpVersion.HTTP_2) : List.of())
                : null;
        Path socket = settings.unixSocket();
        Connection connection;
        if (socket != null) {
            connection = connectTo(call, slot, socket, limit, encryption);
        } else if (proxy == null) {
            connection =
                    connectToOneOf(call, slot, resolve(call, first.host(), limit), first.port(), limit, encryption);
        } else {
            connection = connectToOneOf(call, slot, resolve(call, first.host(), limit), first.port(), limit, null);
            if (proxy.kind() == ProxyServer.Kind.HTTPS) {
                encryptToProxy(call, origin, proxy, connection);
            }
            if (proxy.kind().isSocks()) {
                askSocks(call, proxy, origin, connection);
            } else if (origin.tls()) {
                tunnel(call, origin, connection);
            }
            if (encryption != null) {
                connection.encrypt(encryption);
            }
        }
        if (encryption != null) {
            shakeHands(call, Phase.TLS, "encryption", connection, encryption, limit(call, settings.tlsTimeout()));
            if (http2 && settings.version() == HttpVersion.HTTP_2 && connection.http2() == null) {
                connection.close();
                throw call.failed(
                        RequestException.CannotConnect::new,
                        "the server does not speak HTTP/2, and this session was told to speak nothing else",
                        null);
            }
        } else if (http2) {
            connection.beginHttp2();
        }
        return connection;
    }

    private long limit(Call call, Duration timeout) {
        return Math.min(call.deadline(), io.loop().now() + timeout.toNanos());
    }

    private List<InetAddress> resolve(Call call, String host, long limit) {
        call.enter(Phase.DNS);
        try {
            return Weft.withTimeout(left(limit), () -> settings.resolver().resolve(host));
        } catch (UnknownHostException e) {
            throw call.failed(
                    RequestException.UnknownHost::new,
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

    /**
     * Tries the addresses, both families by turns: the next when the one before has failed, or has not answered for a
     * moment. The first that answers is taken.
     */
    private Connection connectToOneOf(
            Call call, Slot slot, List<InetAddress> found, int port, long limit, @Nullable SslHandler encryption) {
        call.enter(Phase.CONNECT);
        List<InetAddress> addresses = Staggered.interleaved(found);
        if (addresses.size() == 1) {
            var address = new InetSocketAddress(addresses.getFirst(), port);
            call.uses(text(address));
            try {
                return connectTo(slot, address, limit, encryption);
            } catch (IOException e) {
                throw connectFailure(call, e, 1);
            }
        }
        List<Callable<Connection>> attempts = new ArrayList<>(addresses.size());
        for (InetAddress address : addresses) {
            // TLS begins when one is chosen: a handshake with each would be for nothing, and there is one engine
            attempts.add(() -> connectTo(slot, new InetSocketAddress(address, port), limit, null));
        }
        Staggered.Outcome<Connection> race = Staggered.race(attempts, ATTEMPT_DELAY, Connection::close);
        Connection winner = race.winner();
        int last = winner == null ? race.failures().size() - 1 : race.index();
        call.uses(text(new InetSocketAddress(addresses.get(last), port)));
        if (winner == null) {
            throw connectFailure(call, lastFailure(race.failures()), addresses.size());
        }
        if (encryption != null) {
            winner.encrypt(encryption);
        }
        return winner;
    }

    private Connection connectTo(Slot slot, InetSocketAddress address, long limit, @Nullable SslHandler encryption)
            throws IOException {
        var connection = new Connection(io, pool, slot);
        connection.open(address, limit, encryption);
        return connection;
    }

    private Connection connectTo(Call call, Slot slot, Path socket, long limit, @Nullable SslHandler encryption) {
        call.enter(Phase.CONNECT);
        call.uses("unix:" + socket);
        var connection = new Connection(io, pool, slot);
        try {
            connection.open(socket, limit, encryption);
        } catch (IOException e) {
            throw connectFailure(call, e, 1);
        }
        return connection;
    }

    private static IOException lastFailure(List<@Nullable Throwable> failures) {
        IOException last = null;
        for (Throwable failure : failures) {
            if (failure instanceof IOException e) {
                if (last != null) {
                    e.addSuppressed(last);
                }
                last = e;
            } else if (failure instanceof RuntimeException e) {
                throw e;
            }
        }
        return last == null ? new IOException("no attempt has ended") : last;
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
            return call.failed(
                    RequestException.CannotConnect::new, "connection refused; is a server listening there?" + which, e);
        }
        if (String.valueOf(e.getMessage()).contains("Too many open files")) {
            return call.failed(
                    RequestException.CannotConnect::new,
                    "this process has too many open files; raise the limit (ulimit -n) or lower the limit of the session, which is "
                            + settings.limit(),
                    e);
        }
        return call.failed(RequestException.CannotConnect::new, "cannot connect: " + e.getMessage() + which, e);
    }

    /** Has the proxy show who it is before it is told anything. */
    private void encryptToProxy(Call call, Origin origin, ProxyServer proxy, Connection connection) {
        SSLContext own = origin.via() == null ? null : origin.via().tls();
        SslHandler encryption = encryption(own == null ? tls() : own, proxy.at().origin(), List.of());
        connection.encryptToProxy(encryption);
        shakeHands(
                call,
                Phase.PROXY,
                "encryption with the proxy " + proxy,
                connection,
                encryption,
                limit(call, settings.tlsTimeout()));
    }

    private void askSocks(Call call, ProxyServer proxy, Origin origin, Connection connection) {
        call.enter(Phase.PROXY);
        long limit = limit(call, settings.connectTimeout());
        try {
            new SocksHandshake(io, connection.requireChannel(), limit).ask(proxy, origin.host(), origin.port());
        } catch (SocketTimeoutException e) {
            connection.close();
            throw call.late(
                    "the proxy did not open the way to " + origin + " within the connect time-out of "
                            + settings.connectTimeout().toMillis() + " ms",
                    e);
        } catch (IOException e) {
            connection.close();
            throw call.failed(
                    RequestException.ProxyRefused::new,
                    "the proxy was asked for the way to " + origin + ", and " + e.getMessage(),
                    e);
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    private void tunnel(Call call, Origin origin, Connection connection) {
        Headers own = origin.via() == null ? Headers.of() : origin.via().headersFor(origin);
        String way = origin.host() + ":" + origin.port();
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        fields.add(Map.entry("host", way));
        own.forEach(fields::add);
        var request = ClientRequest.of("GET", call.url()).method("CONNECT");
        int status;
        try {
            Exchange answered =
                    connection.roundTrip(call, new RoundTrip.Outgoing(request, way, fields), settings.connectTimeout());
            HttpResponse response = answered.head().result();
            status = response == null ? 0 : response.status().code();
        } catch (Exchange.Unanswered e) {
            call.enter(Phase.PROXY);
            throw call.failed(
                    RequestException.ProxyRefused::new,
                    "the proxy closed the connection when it was asked for the way to " + way,
                    e);
        }
        call.enter(Phase.PROXY);
        if (status < OK || status >= MULTIPLE_CHOICES) {
            connection.close();
            throw call.failed(
                    RequestException.ProxyRefused::new,
                    "the proxy answered " + status + " when it was asked for the way to " + way
                            + (status == PROXY_AUTHENTICATION ? "; give it credentials with Proxy.basic" : ""),
                    null);
        }
    }

    /** {@return what encrypts a connection to a host, whose certificate has to name it} */
    private static SslHandler encryption(SSLContext context, Origin to, List<String> versions) {
        SSLEngine engine = context.createSSLEngine(to.host(), to.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(versions.toArray(String[]::new));
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

    private void shakeHands(
            Call call, Phase phase, String what, Connection connection, SslHandler encryption, long limit) {
        call.enter(phase);
        var done = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            if (!connection.isAlive() && !encryption.handshakeFuture().isDone()) {
                done.fail(new IOException("the connection was closed before")); // and TLS never began
                return;
            }
            encryption.handshakeFuture().addListener(future -> {
                Throwable problem = future.cause();
                if (problem == null) {
                    done.complete(true);
                } else {
                    done.fail(problem);
                }
            });
        });
        try {
            if (!done.await(limit)) {
                throw call.late(
                        what + " was not agreed on within the TLS time-out of "
                                + settings.tlsTimeout().toMillis() + " ms",
                        null);
            }
            Throwable problem = done.failure();
            if (problem != null) {
                throw call.failed(
                        RequestException.NotSecure::new, what + " cannot be set up: " + problem.getMessage(), problem);
            }
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }
}

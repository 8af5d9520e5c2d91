package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.loop.kernel.Durations;
import dev.weft.net.TlsException.Problem;
import dev.weft.net.netty.Handover;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Begins TLS on a stream, and says in plain words why that failed. */
final class Handshake {
    private static final String ALERT = "Received fatal alert: ";
    private static final long CLOSE_NOTIFY_MILLIS = 1_000;

    /**
     * Keys are agreed on and certificates checked beside the loop: milliseconds each, and the first time a good part of
     * a second.
     */
    private static final Executor BESIDE = threads();

    /** What two sides agreed on. */
    record Agreed(SSLSession session, @Nullable String applicationProtocol) {}

    private Handshake() {}

    private static Executor threads() {
        int most = Runtime.getRuntime().availableProcessors();
        var threads = new ThreadPoolExecutor(
                most,
                most,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("weft-tls-", 1).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    static Agreed asClient(SocketStream stream, Tls tls, String host) throws IOException {
        requireNonNull(host, "host");
        if (!tls.isClient()) {
            throw new IllegalArgumentException("these settings are for servers; begin with Tls.client()");
        }
        return begin(stream, tls, host);
    }

    static Agreed asServer(SocketStream stream, Tls tls) throws IOException {
        if (tls.isClient()) {
            throw new IllegalArgumentException(
                    "these settings are for clients: begin with Tls.server(...), or say which host this side expects");
        }
        return begin(stream, tls, null);
    }

    private static Agreed begin(SocketStream stream, Tls tls, @Nullable String host) throws IOException {
        SslContext context = tls.context();
        if (stream.wire.input.isAwaited()) {
            throw new IllegalStateException("a task is reading " + stream.label()
                    + "; begin TLS when nobody reads, for what arrives now belongs to the handshake");
        }
        Object turn = stream.wire.output.hold();
        try {
            stream.wire.output.flush();
            return shakeHands(stream, tls, context, host);
        } finally {
            stream.wire.output.release(turn);
        }
    }

    private static Agreed shakeHands(SocketStream stream, Tls tls, SslContext context, @Nullable String host)
            throws IOException {
        var done = new Handover<SslHandler>();
        stream.io.eventLoop().execute(() -> {
            SslHandler handler = handler(stream, context, host);
            handler.setHandshakeTimeoutMillis(0); // the coroutine has the deadline
            handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
            handler.setCloseNotifyReadTimeoutMillis(0); // nobody waits for the other side's good-bye
            handler.handshakeFuture().addListener(future -> {
                Throwable problem = future.cause();
                if (problem == null) {
                    done.complete(handler);
                } else {
                    done.fail(problem);
                }
            });
            stream.wire.encrypt(handler);
        });
        boolean inTime;
        try {
            inTime = done.await(stream.io.loop().now() + tls.handshakeTimeout().toNanos());
        } catch (Throwable e) {
            stream.abort();
            throw e;
        }
        SslHandler handler = done.result();
        if (inTime && handler != null) {
            return new Agreed(handler.engine().getSession(), handler.applicationProtocol());
        }
        Throwable failure = done.failure();
        done.abandon();
        stream.abort();
        throw failure == null
                ? new TlsException(
                        Problem.TIMED_OUT,
                        with(stream, host) + " took longer than " + Durations.text(tls.handshakeTimeout())
                                + "; does the other side speak TLS at this port?",
                        null)
                : explain(with(stream, host), host, failure);
    }

    private static SslHandler handler(SocketStream stream, SslContext context, @Nullable String host) {
        var allocator = stream.channel.alloc();
        if (host == null) {
            return context.newHandler(allocator, BESIDE);
        }
        int port = stream.remoteAddress() instanceof InetSocketAddress address ? address.getPort() : -1;
        return context.newHandler(allocator, host, port, BESIDE);
    }

    private static String with(SocketStream stream, @Nullable String host) {
        return "TLS with " + (host == null ? "a client" : "'" + host + "'") + " (" + stream.label() + ")";
    }

    // ---- in plain words

    static TlsException explain(String who, @Nullable String host, Throwable failure) {
        var refused = find(failure, RememberingTrust.Refused.class);
        if (refused != null) {
            return distrust(who, host, refused, failure);
        }
        String alert = alert(failure);
        if (alert != null) {
            return new TlsException(Problem.REFUSED, who + ": the other side refused: " + alert + hint(alert), failure);
        }
        if (find(failure, NotSslRecordException.class) != null) {
            return new TlsException(
                    Problem.NOT_TLS, who + ": the other side speaks no TLS; is this the right port?", failure);
        }
        boolean broken = failure instanceof IOException && !(failure instanceof SSLException);
        if (broken
                || find(failure, ClosedChannelException.class) != null
                || Wire.reason(failure).startsWith("Connection closed")) {
            return new TlsException(
                    Problem.CUT_OFF, who + ": the other side closed the connection during the handshake", failure);
        }
        return new TlsException(Problem.OTHER, who + " failed: " + Wire.reason(failure), failure);
    }

    private static TlsException distrust(
            String who, @Nullable String host, RememberingTrust.Refused refused, Throwable failure) {
        X509Certificate own = refused.chain[0];
        if (find(refused, CertificateExpiredException.class) != null) {
            return new TlsException(
                    Problem.EXPIRED,
                    who + ": the certificate has expired: " + describe(bad(refused.chain, true))
                            + "; have it renewed, or check the clock of this machine",
                    failure);
        }
        if (find(refused, CertificateNotYetValidException.class) != null) {
            return new TlsException(
                    Problem.NOT_YET_VALID,
                    who + ": the certificate is not valid yet: " + describe(bad(refused.chain, false))
                            + "; check the clock of this machine",
                    failure);
        }
        String message = String.valueOf(refused.getMessage());
        if (message.startsWith("No ") && (message.contains("match") || message.contains("subject alternative"))) {
            return new TlsException(
                    Problem.WRONG_HOST,
                    who + ": the certificate is not for '" + host + "' but for " + names(own)
                            + "; connect by one of these names, or have one made for this host",
                    failure);
        }
        return new TlsException(
                Problem.UNTRUSTED,
                who + ": nobody whom this side trusts has signed the certificate: " + describe(own)
                        + ", signed by " + own.getIssuerX500Principal().getName()
                        + "; if you trust that signer, pass its certificate to Tls's trust(...) (" + message + ")",
                failure);
    }

    /** {@return the certificate of a chain that is over, or has not begun} */
    private static X509Certificate bad(X509Certificate[] chain, boolean over) {
        Instant now = Instant.now();
        for (X509Certificate certificate : chain) {
            Instant begin = certificate.getNotBefore().toInstant();
            Instant end = certificate.getNotAfter().toInstant();
            if (over ? end.isBefore(now) : begin.isAfter(now)) {
                return certificate;
            }
        }
        return chain[0];
    }

    private static String describe(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName() + ", valid from "
                + certificate.getNotBefore().toInstant() + " to "
                + certificate.getNotAfter().toInstant();
    }

    private static String names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null && !names.isEmpty()) {
                return String.join(
                        ", ",
                        names.stream().map(name -> String.valueOf(name.get(1))).toList());
            }
        } catch (CertificateParsingException _) {
            // Then its subject has to do.
        }
        return certificate.getSubjectX500Principal().getName();
    }

    /** {@return the alert by which the other side refused; null if it was something else} */
    static @Nullable String alert(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            int at = message == null ? -1 : message.indexOf(ALERT);
            if (message != null && at >= 0) {
                return message.substring(at + ALERT.length()).strip().toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    private static String hint(String alert) {
        return switch (alert) {
            case "certificate_required" -> "; it wants a certificate of this side: set Tls's key(...)";
            case "bad_certificate", "certificate_unknown", "unknown_ca", "certificate_expired" ->
                "; it does not accept the certificate of this side";
            case "protocol_version" -> "; it speaks neither TLS 1.3 nor TLS 1.2";
            case "no_application_protocol" -> "; it speaks none of the protocols offered by ALPN";
            case "unrecognized_name" -> "; it knows no host of this name";
            case "handshake_failure" -> "; the two sides have no cipher in common, or it wants a certificate";
            default -> "";
        };
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            depth++;
        }
        return null;
    }
}

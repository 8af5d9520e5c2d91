package dev.weft.http.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One proxy: where it listens, and how it is spoken to.
 *
 * @param at where it listens
 * @param kind how it is spoken to
 * @param credentials the name and password for it, or null
 */
record ProxyServer(Target at, Kind kind, @Nullable Credentials credentials) {
    private static final int SOCKS_PORT = 1080;
    private static final String KNOWN = "http://, https://, socks5:// or socks4a://";

    /** How a proxy is spoken to. */
    enum Kind {
        HTTP,
        /** HTTP inside TLS, whatever goes through it. */
        HTTPS,
        /** Version 4 of SOCKS with the addition that lets it look names up. */
        SOCKS4A,
        SOCKS5;

        boolean isSocks() {
            return this == SOCKS4A || this == SOCKS5;
        }
    }

    /** A name and a password. */
    record Credentials(String user, String password) {
        /** {@return both, as basic authentication sends them} */
        String basic() {
            return "Basic "
                    + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return "Credentials[" + user + "]";
        }
    }

    /** Checks that the proxy can be sent its credentials. */
    ProxyServer {
        if (credentials != null && kind == Kind.SOCKS5) {
            Socks5.encoded(credentials);
        } else if (credentials != null && kind == Kind.SOCKS4A) {
            Socks4a.encoded(credentials);
        }
    }

    /**
     * Reads where a proxy listens.
     *
     * @param url with a scheme, or that of HTTP; its name and password, if any, are the credentials
     * @throws RequestException.BadUrl if it is no such URL
     */
    static ProxyServer of(String url) {
        String complete = url.contains("://") ? url : "http://" + url;
        int end = complete.indexOf("://");
        String scheme = complete.substring(0, end).toLowerCase(Locale.ROOT);
        Kind kind = switch (scheme) {
            case "http" -> Kind.HTTP;
            case "https" -> Kind.HTTPS;
            case "socks4a" -> Kind.SOCKS4A;
            case "socks5", "socks5h" -> Kind.SOCKS5;
            case "socks4" ->
                throw RequestException.badUrl(
                        "socks4://...",
                        "is a proxy that looks up no names; if it knows version 4a, use socks4a://",
                        null);
            default ->
                throw RequestException.badUrl(
                        scheme + "://...", "is no proxy that can be spoken to; use " + KNOWN, null);
        };
        String rest = complete.substring(end);
        int authority = rest.indexOf('/', 3);
        int at = rest.lastIndexOf('@', authority < 0 ? rest.length() : authority);
        if (rest.indexOf('@', Math.max(3, authority)) >= 0 && authority >= 0) {
            throw RequestException.badUrl(
                    scheme + "://***@...", "has an @ behind a /; in a name or password write a / as %2F", null);
        }
        Credentials credentials = at < 0 ? null : credentials(scheme, rest.substring(3, at));
        String place = (kind == Kind.HTTPS ? "https" : "http") + (at < 0 ? rest : "://" + rest.substring(at + 1));
        Target target = Target.of(place);
        if (kind.isSocks() && target.uri().getPort() == -1) {
            target = Target.of("http://" + target.hostHeader() + ":" + SOCKS_PORT);
        }
        try {
            return new ProxyServer(target, kind, credentials);
        } catch (IllegalArgumentException e) {
            throw RequestException.badUrl(
                    scheme + "://***@" + target.hostHeader(), "cannot be used: " + e.getMessage(), e);
        }
    }

    private static Credentials credentials(String scheme, String text) {
        int colon = text.indexOf(':');
        try {
            return new Credentials(
                    decoded(colon < 0 ? text : text.substring(0, colon)),
                    decoded(colon < 0 ? "" : text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw RequestException.badUrl(
                    scheme + "://***@...", "has a name or password with a % that is no escape; write it %25", e);
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    ProxyServer with(Credentials other) {
        return new ProxyServer(at, kind, other);
    }

    /** {@return where it listens, for messages} */
    @Override
    public String toString() {
        URI uri = at.uri();
        String scheme = kind.name().toLowerCase(Locale.ROOT);
        try {
            return new URI(scheme, null, uri.getHost(), at.origin().port(), null, null, null).toString();
        } catch (URISyntaxException e) {
            return scheme + "://" + at.hostHeader(); // a name that URI does not know
        }
    }
}

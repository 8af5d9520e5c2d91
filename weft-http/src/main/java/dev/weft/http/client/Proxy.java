package dev.weft.http.client;

import dev.weft.http.Headers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A proxy, of HTTP or of SOCKS. Immutable.
 *
 * <p>Plain requests are sent to an HTTP proxy; for encrypted ones it is asked to open a way (CONNECT), so that it sees host and port and nothing else. A SOCKS proxy of version 5 opens a way for everything. Either looks up
 * the names of hosts itself.
 */
public final class Proxy {
    private static final String HTTP = "http";
    private static final String SOCKS = "socks5";
    private static final String SOCKS_LOOKING_UP = "socks5h";
    private static final int SOCKS_PORT = 1080;

    private final @Nullable Server http;
    private final @Nullable Server https;
    private final Headers headers;
    private final Socks5.@Nullable Credentials credentials;
    private final List<String> except;

    /**
     * One proxy.
     *
     * @param at where it listens
     * @param socks whether it speaks SOCKS
     */
    private record Server(Target at, boolean socks) {
        static Server of(String url) {
            String complete = url.contains("://") ? url : HTTP + "://" + url;
            int end = complete.indexOf("://");
            String scheme = complete.substring(0, end).toLowerCase(Locale.ROOT);
            if (scheme.equals(SOCKS) || scheme.equals(SOCKS_LOOKING_UP)) {
                Target at = Target.of(HTTP + complete.substring(end));
                return new Server(
                        at.uri().getPort() == -1 ? Target.of(HTTP + "://" + at.hostHeader() + ":" + SOCKS_PORT) : at,
                        true);
            }
            if (scheme.equals("https")) {
                throw RequestException.badUrl(
                        Target.of(complete).text(),
                        "is a proxy that is spoken to over TLS, which is not supported; use http://",
                        null);
            }
            if (!scheme.equals(HTTP)) {
                throw RequestException.badUrl(
                        scheme + "://...", "is no proxy that can be spoken to; use http:// or socks5://", null);
            }
            return new Server(Target.of(complete), false);
        }
    }

    private Proxy(
            @Nullable Server http,
            @Nullable Server https,
            Headers headers,
            Socks5.@Nullable Credentials credentials,
            List<String> except) {
        this.http = http;
        this.https = https;
        this.headers = headers;
        this.credentials = credentials;
        this.except = except;
    }

    /**
     * {@return a proxy for all requests}
     *
     * @param url where it listens: {@code http://host:port}, or {@code socks5://host:port}, which is the same as {@code socks5h://host:port} here: the proxy looks the names up
     * @throws RequestException.BadUrl if that is no such URL
     */
    public static Proxy of(String url) {
        Server server = Server.of(url);
        return new Proxy(server, server, Headers.of(), null, List.of());
    }

    /**
     * {@return the proxies that the environment names, or null if it names none: HTTPS_PROXY, ALL_PROXY, and http_proxy (in small letters only, since a web
     * server turns a client's header Proxy into HTTP_PROXY for its scripts); NO_PROXY excepts hosts}
     */
    public static @Nullable Proxy fromEnvironment() {
        return from(System.getenv());
    }

    static @Nullable Proxy from(Map<String, String> environment) {
        String all = either(environment, "all_proxy");
        String http = environment.getOrDefault("http_proxy", "");
        String https = either(environment, "https_proxy");
        String forHttp = http.isEmpty() ? all : http;
        String forHttps = https.isEmpty() ? all : https;
        if (forHttp.isEmpty() && forHttps.isEmpty()) {
            return null;
        }
        List<String> except = new ArrayList<>();
        for (String host : either(environment, "no_proxy").split(",", -1)) {
            if (!host.isBlank()) {
                except.add(host.strip().toLowerCase(Locale.ROOT));
            }
        }
        return new Proxy(
                forHttp.isEmpty() ? null : Server.of(forHttp),
                forHttps.isEmpty() ? null : Server.of(forHttps),
                Headers.of(),
                null,
                List.copyOf(except));
    }

    private static String either(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : value;
    }

    /**
     * Adds a header field to what an HTTP proxy is sent.
     *
     * @param name its name
     * @param value its value
     * @return a proxy that gets it
     */
    public Proxy header(String name, String value) {
        return new Proxy(http, https, headers.with(name, value), credentials, except);
    }

    /**
     * Adds the name and password for the proxy: for basic authentication at an HTTP proxy, for RFC 1929 at a SOCKS proxy, which gets them as they are.
     *
     * @param user the name
     * @param password the password
     * @return a proxy that gets them
     * @throws IllegalArgumentException if it is a SOCKS proxy, and one of them does not have 1 to 255 bytes in UTF-8
     */
    public Proxy basic(String user, String password) {
        String token = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        var own = new Socks5.Credentials(user, password);
        if ((http != null && http.socks()) || (https != null && https.socks())) {
            own.encoded(); // checks them
        }
        return new Proxy(http, https, headers.replacing("Proxy-Authorization", "Basic " + token), own, except);
    }

    /**
     * Excepts hosts, which are asked without the proxy.
     *
     * @param hosts names, which stand for what is below them too ({@code example.org} for {@code www.example.org}), addresses, or {@code *}
     * @return a proxy that is not used for these
     */
    public Proxy except(String... hosts) {
        List<String> more = new ArrayList<>(except);
        for (String host : hosts) {
            more.add(host.toLowerCase(Locale.ROOT));
        }
        return new Proxy(http, https, headers, credentials, List.copyOf(more));
    }

    Headers headers() {
        return headers;
    }

    Socks5.@Nullable Credentials credentials() {
        return credentials;
    }

    /** {@return whether requests to this origin go through a SOCKS proxy} */
    boolean speaksSocks(Origin origin) {
        Server server = serverFor(origin);
        return server != null && server.socks();
    }

    /** {@return where the proxy for this origin listens, or null if there is none} */
    @Nullable
    Target forOrigin(Origin origin) {
        Server server = serverFor(origin);
        return server == null ? null : server.at();
    }

    private @Nullable Server serverFor(Origin origin) {
        for (String host : except) {
            String bare = host.startsWith(".") ? host.substring(1) : host;
            if (host.equals("*") || origin.host().equals(bare) || origin.host().endsWith("." + bare)) {
                return null;
            }
        }
        return origin.tls() ? https : http;
    }

    @Override
    public String toString() {
        Server server = http != null ? http : https;
        URI first = server == null ? null : server.at().uri();
        return "Proxy[" + (first == null ? "none" : first.getHost() + ":" + first.getPort()) + "]";
    }
}

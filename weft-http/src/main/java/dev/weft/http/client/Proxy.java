package dev.weft.http.client;

import dev.weft.http.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A proxy, of HTTP or of SOCKS. Immutable.
 *
 * <p>Plain requests are sent to an HTTP proxy; for encrypted ones it is asked to open a way (CONNECT), so that it sees
 * host and port and nothing else. A SOCKS proxy of version 5 or 4a opens a way for everything. All of them look up the
 * names of hosts themselves.
 *
 * <p>What is said to an HTTP proxy, the credentials for it included, can be read on the way to it, unless its URL
 * begins with {@code https}: then its certificate is checked first, and all goes inside TLS, the TLS of encrypted
 * requests too.
 */
public final class Proxy {
    private final @Nullable ProxyServer http;
    private final @Nullable ProxyServer https;
    private final Headers headers;
    private final @Nullable SSLContext tls;
    private final List<String> except;

    private Proxy(
            @Nullable ProxyServer http,
            @Nullable ProxyServer https,
            Headers headers,
            @Nullable SSLContext tls,
            List<String> except) {
        this.http = http;
        this.https = https;
        this.headers = headers;
        this.tls = tls;
        this.except = except;
    }

    /**
     * {@return a proxy for all requests}
     *
     * @param url where it listens: {@code http://host:port}, {@code https://host:port}, {@code socks5://host:port},
     *     which is the same as {@code socks5h://host:port} here, or {@code socks4a://host:port}. A name and password in
     *     it ({@code http://name:password@host:port}, with % escapes) are what {@link #basic} sets
     * @throws RequestException.BadUrl if that is no such URL
     */
    public static Proxy of(String url) {
        ProxyServer server = ProxyServer.of(url);
        return new Proxy(server, server, Headers.of(), null, List.of());
    }

    /**
     * {@return the proxies that the environment names, or null if it names none: HTTPS_PROXY, ALL_PROXY, and http_proxy
     * (in small letters only, since a web server turns a client's header Proxy into HTTP_PROXY for its scripts);
     * NO_PROXY excepts hosts}
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
                forHttp.isEmpty() ? null : ProxyServer.of(forHttp),
                forHttps.isEmpty() ? null : ProxyServer.of(forHttps),
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
        return new Proxy(http, https, headers.with(name, value), tls, except);
    }

    /**
     * Sets the name and password for the proxy: for basic authentication at an HTTP proxy, which gets them with the
     * first request; for RFC 1929 at a SOCKS proxy of version 5, which gets them if it asks; one of version 4a is told
     * the name, and knows no password. Unless the proxy is spoken to over TLS, they go as they are.
     *
     * @param user the name
     * @param password the password
     * @return a proxy that gets them
     * @throws IllegalArgumentException if it is a SOCKS proxy that cannot be sent these: version 5 takes 1 to 255 bytes
     *     in UTF-8 for each, version 4a an empty password and no zero byte
     */
    public Proxy basic(String user, String password) {
        var own = new ProxyServer.Credentials(user, password);
        return new Proxy(
                http == null ? null : http.with(own), https == null ? null : https.with(own), headers, tls, except);
    }

    /**
     * Sets whom to trust, and how to identify this side, where the proxy itself is spoken to over TLS.
     *
     * @param context the TLS settings for the proxy; those of the session by default
     * @return a proxy that is spoken to with these
     */
    public Proxy tls(SSLContext context) {
        return new Proxy(http, https, headers, context, except);
    }

    /**
     * Excepts hosts, which are asked without the proxy.
     *
     * @param hosts names, which stand for what is below them too ({@code example.org} for {@code www.example.org}),
     *     addresses, or {@code *}
     * @return a proxy that is not used for these
     */
    public Proxy except(String... hosts) {
        List<String> more = new ArrayList<>(except);
        for (String host : hosts) {
            more.add(host.toLowerCase(Locale.ROOT));
        }
        return new Proxy(http, https, headers, tls, List.copyOf(more));
    }

    /** {@return what an HTTP proxy is sent beside what is for the server} */
    Headers headersFor(Origin origin) {
        ProxyServer server = serverFor(origin);
        ProxyServer.Credentials own = server == null ? null : server.credentials();
        return own == null ? headers : headers.replacing("Proxy-Authorization", own.basic());
    }

    /** {@return the TLS settings for the proxy, or null for those of the session} */
    @Nullable
    SSLContext tls() {
        return tls;
    }

    /** {@return the proxy for this origin, or null if there is none} */
    @Nullable
    ProxyServer serverFor(Origin origin) {
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
        ProxyServer server = http != null ? http : https;
        return "Proxy[" + (server == null ? "none" : server) + "]";
    }
}

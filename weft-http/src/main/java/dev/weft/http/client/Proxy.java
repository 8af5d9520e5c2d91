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
 * An HTTP proxy: plain requests are sent to it, and for encrypted ones it is asked to open a way (CONNECT), so that it sees host
 * and port and nothing else. Immutable.
 */
public final class Proxy {
    private final @Nullable Target http;
    private final @Nullable Target https;
    private final Headers headers;
    private final List<String> except;

    private Proxy(@Nullable Target http, @Nullable Target https, Headers headers, List<String> except) {
        this.http = http;
        this.https = https;
        this.headers = headers;
        this.except = except;
    }

    /**
     * {@return a proxy for all requests}
     *
     * @param url where it listens, {@code http://host:port}
     * @throws RequestException.BadUrl if that is no such URL
     */
    public static Proxy of(String url) {
        Target target = target(url);
        return new Proxy(target, target, Headers.of(), List.of());
    }

    private static Target target(String url) {
        String complete = url.contains("://") ? url : "http://" + url;
        Target target = Target.of(complete);
        if (target.origin().tls()) {
            throw RequestException.badUrl(
                    target.text(), "is a proxy that is spoken to over TLS, which is not supported; use http://", null);
        }
        return target;
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
                forHttp.isEmpty() ? null : target(forHttp),
                forHttps.isEmpty() ? null : target(forHttps),
                Headers.of(),
                List.copyOf(except));
    }

    private static String either(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : value;
    }

    /**
     * Adds a header field to what the proxy is sent.
     *
     * @param name its name
     * @param value its value
     * @return a proxy that gets it
     */
    public Proxy header(String name, String value) {
        return new Proxy(http, https, headers.with(name, value), except);
    }

    /**
     * Adds the name and password for basic authentication at the proxy.
     *
     * @param user the name
     * @param password the password
     * @return a proxy that gets them
     */
    public Proxy basic(String user, String password) {
        String token = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return header("Proxy-Authorization", "Basic " + token);
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
        return new Proxy(http, https, headers, List.copyOf(more));
    }

    Headers headers() {
        return headers;
    }

    /** {@return where the proxy for this origin listens, or null if there is none} */
    @Nullable
    Target forOrigin(Origin origin) {
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
        URI first = http != null ? http.uri() : https != null ? https.uri() : null;
        return "Proxy[" + (first == null ? "none" : first.getHost() + ":" + first.getPort()) + "]";
    }
}

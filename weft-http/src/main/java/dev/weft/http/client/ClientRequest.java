package dev.weft.http.client;

import dev.weft.http.Headers;
import dev.weft.loop.kernel.Durations;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request to make: method, URL, header fields, body. Immutable; each method returns a changed copy, so that one may
 * be kept and sent by many tasks, if its body can be sent more than once.
 *
 * <pre>{@code
 * var request = ClientRequest.of("PUT", "/users/7").header("If-Match", tag).body(RequestBody.json(user));
 * var response = session.send(request);
 * }</pre>
 */
public final class ClientRequest {
    private final String method;
    private final String url;
    private final Headers headers;
    private final @Nullable RequestBody body;
    private final @Nullable Duration totalTimeout;
    private final @Nullable Integer maxRedirects;
    private final boolean expectContinue;

    private ClientRequest(
            String method,
            String url,
            Headers headers,
            @Nullable RequestBody body,
            @Nullable Duration totalTimeout,
            @Nullable Integer maxRedirects,
            boolean expectContinue) {
        this.method = method;
        this.url = url;
        this.headers = headers;
        this.body = body;
        this.totalTimeout = totalTimeout;
        this.maxRedirects = maxRedirects;
        this.expectContinue = expectContinue;
    }

    /**
     * {@return a request without header fields and body}
     *
     * @param method the method, in capitals: {@code GET}, {@code POST}, or any other token
     * @param url the URL; one without a scheme is taken relative to the session's base
     * @throws IllegalArgumentException if the method is no token of RFC 9110, or is CONNECT, which only proxies are
     *     asked for
     */
    public static ClientRequest of(String method, String url) {
        int at = method.isEmpty() ? 0 : HttpHeaderValidationUtil.validateToken(method);
        if (at >= 0) {
            throw new IllegalArgumentException("the method '" + method + "' is no token: position " + at
                    + " holds a character that RFC 9110 does not allow there");
        }
        if (method.equals("CONNECT")) {
            throw new IllegalArgumentException("CONNECT is for proxies only; set the session's proxy instead");
        }
        return new ClientRequest(method, url, Headers.of(), null, null, null, false);
    }

    /**
     * {@return a GET}
     *
     * @param url the URL
     */
    public static ClientRequest get(String url) {
        return of("GET", url);
    }

    /**
     * {@return a POST}
     *
     * @param url the URL
     * @param body what to send
     */
    public static ClientRequest post(String url, RequestBody body) {
        return of("POST", url).body(body);
    }

    /**
     * Adds a header field. It replaces the session's fields of the same name.
     *
     * @param name its name
     * @param value its value
     * @return a request with it
     * @throws IllegalArgumentException if the name is no token, or the value holds a control character, or the field is
     *     one that only the session itself may set: Content-Length, Transfer-Encoding, Connection and their like
     */
    public ClientRequest header(String name, String value) {
        RequestHead.requireFree(name);
        return headers(headers.with(name, value));
    }

    /**
     * Sets all header fields.
     *
     * @param others the fields
     * @return a request with these and no others
     */
    public ClientRequest headers(Headers others) {
        return new ClientRequest(method, url, others, body, totalTimeout, maxRedirects, expectContinue);
    }

    /**
     * Adds a parameter to the query of the URL.
     *
     * @param name its name, not encoded
     * @param value its value, not encoded
     * @return a request with it
     */
    public ClientRequest param(String name, String value) {
        int fragment = url.indexOf('#');
        String bare = fragment < 0 ? url : url.substring(0, fragment);
        String separator = bare.indexOf('?') < 0 ? "?" : bare.endsWith("?") || bare.endsWith("&") ? "" : "&";
        return url(bare + separator + encoded(name) + "=" + encoded(value)
                + (fragment < 0 ? "" : url.substring(fragment)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Sets the URL.
     *
     * @param other the URL
     * @return a request with it
     */
    public ClientRequest url(String other) {
        return new ClientRequest(method, other, headers, body, totalTimeout, maxRedirects, expectContinue);
    }

    /**
     * Sets the body.
     *
     * @param other what to send, or null for nothing
     * @return a request with it
     */
    public ClientRequest body(@Nullable RequestBody other) {
        return new ClientRequest(method, url, headers, other, totalTimeout, maxRedirects, expectContinue);
    }

    /**
     * Sets how long this call may take, instead of the session's {@link SessionBuilder#totalTimeout}.
     *
     * @param timeout the time, more than zero
     * @return a request with it
     */
    public ClientRequest totalTimeout(Duration timeout) {
        return new ClientRequest(
                method, url, headers, body, Durations.positive("totalTimeout", timeout), maxRedirects, expectContinue);
    }

    /**
     * Sets how many redirects are followed, instead of the session's {@link SessionBuilder#maxRedirects}.
     *
     * @param redirects the limit; 0 to follow none and return them as responses
     * @return a request with it
     */
    public ClientRequest maxRedirects(int redirects) {
        if (redirects < 0) {
            throw new IllegalArgumentException("maxRedirects must not be negative, and was " + redirects);
        }
        return new ClientRequest(method, url, headers, body, totalTimeout, redirects, expectContinue);
    }

    /**
     * Asks the server for leave before the body is sent, which saves a large body that would be refused. A server that
     * says nothing for a second is sent the body all the same.
     *
     * @return a request that waits
     */
    public ClientRequest expectContinue() {
        return new ClientRequest(method, url, headers, body, totalTimeout, maxRedirects, true);
    }

    ClientRequest method(String other) {
        return new ClientRequest(other, url, headers, body, totalTimeout, maxRedirects, expectContinue);
    }

    /** {@return the method} */
    public String method() {
        return method;
    }

    /** {@return the URL: as it was given, or, in a {@link Middleware}, complete} */
    public String url() {
        return url;
    }

    /** {@return the header fields} */
    public Headers headers() {
        return headers;
    }

    /** {@return the body, or null if there is none} */
    public @Nullable RequestBody body() {
        return body;
    }

    /** {@return how long the call may take, or null for the session's time-out} */
    public @Nullable Duration totalTimeout() {
        return totalTimeout;
    }

    @Nullable
    Integer maxRedirects() {
        return maxRedirects;
    }

    boolean expectsContinue() {
        return expectContinue && body != null;
    }

    @Override
    public String toString() {
        return method + " " + url;
    }
}

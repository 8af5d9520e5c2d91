package dev.weft.http.server;

import dev.weft.http.Headers;
import java.nio.charset.StandardCharsets;

/**
 * What a {@link Handler} answers: a status, header fields and a body. Immutable, but for the array that it was given, so that one may be kept and sent many times.
 *
 * <p>The server itself adds Content-Length, Date and, where it matters, Connection.
 */
public final class Response {
    private static final int OK = 200;
    private static final int LOWEST = 200;
    private static final int HIGHEST = 599;
    private static final byte[] EMPTY = {};
    private static final Headers NONE = Headers.of();
    private static final Headers TEXT = Headers.of("content-type", "text/plain; charset=utf-8");

    private final int status;
    private final Headers headers;
    private final byte[] body;

    private Response(int status, Headers headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * {@return a response with status 200 and a body in plain text}
     *
     * @param text the body, sent in UTF-8
     */
    public static Response text(String text) {
        return new Response(OK, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return a response with status 200 and a body}
     *
     * @param contentType what the body is, for the Content-Type header
     * @param body the body; not copied, and not to be changed any more
     */
    public static Response of(String contentType, byte[] body) {
        return new Response(OK, Headers.of("content-type", contentType), body);
    }

    /**
     * {@return a response without a body}
     *
     * @param status its status code
     * @throws IllegalArgumentException if it is not from 200 to 599
     */
    public static Response status(int status) {
        return new Response(checked(status), NONE, EMPTY);
    }

    private static int checked(int status) {
        if (status < LOWEST || status > HIGHEST) {
            throw new IllegalArgumentException(
                    "the status of a response goes from " + LOWEST + " to " + HIGHEST + ", and was " + status);
        }
        return status;
    }

    /**
     * {@return this response with another status}
     *
     * @param other the status code
     * @throws IllegalArgumentException if it is not from 200 to 599
     */
    public Response withStatus(int other) {
        return new Response(checked(other), headers, body);
    }

    /**
     * Adds a header field. {@code Connection: close} makes this the last response on its connection; Content-Length and Transfer-Encoding are the server's business, and dropped.
     *
     * @param name its name
     * @param value its value
     * @return this response with the field
     * @throws IllegalArgumentException if the name is no token, or the value holds a control character
     */
    public Response withHeader(String name, String value) {
        return new Response(status, headers.with(name, value), body);
    }

    /**
     * {@return the status code}
     */
    public int status() {
        return status;
    }

    /**
     * {@return the header fields, without those that the server adds}
     */
    public Headers headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    @Override
    public String toString() {
        return "Response[" + status + ", " + body.length + " bytes]";
    }
}

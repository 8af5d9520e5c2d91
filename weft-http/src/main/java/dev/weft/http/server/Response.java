package dev.weft.http.server;

import dev.weft.http.Headers;
import dev.weft.http.JsonCodec;
import dev.weft.http.ws.WebSocket;
import dev.weft.http.ws.WebSocketOptions;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Handler} answers: a status, header fields and a body. Immutable, but for the array that it was given,
 * so that one may be kept and sent many times.
 *
 * <p>The server itself adds Content-Length or Transfer-Encoding, Date and, where it matters, Connection.
 */
public final class Response {
    private static final int OK = 200;
    private static final int LOWEST = 200;
    private static final int HIGHEST = 599;
    private static final byte[] EMPTY = {};
    private static final Headers NONE = Headers.of();
    private static final Headers TEXT = Headers.of("content-type", "text/plain; charset=utf-8");
    private static final Headers HTML = Headers.of("content-type", "text/html; charset=utf-8");
    private static final Headers JSON = Headers.of("content-type", "application/json");

    private final int status;
    private final Headers headers;
    private final byte[] body;
    private final @Nullable Streaming streaming;
    private final @Nullable Upgrade upgrade;

    /** Speaks through a websocket. */
    @FunctionalInterface
    public interface Conversation {
        /**
         * Speaks through the websocket, in the task that answers the request. When this ends, it is closed.
         *
         * @param socket the websocket
         * @throws Exception whatever goes wrong: the websocket is closed, and the log says why
         */
        void talk(WebSocket socket) throws Exception;
    }

    /** What the connection becomes. */
    record Upgrade(WebSocketOptions options, Conversation conversation) {}

    /** Writes a body while it is sent. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes the body, in the task that answers the request.
         *
         * @param out where to; {@code flush} sends what has been written so far. Writing waits while the client does
         *     not take more, and throws {@link ClientGoneException} if it leaves, or takes nothing for too long
         * @throws Exception whatever goes wrong: the connection is cut, since the header has been sent, and the log
         *     says why
         */
        void writeTo(OutputStream out) throws Exception;
    }

    /** A body that is written while it is sent; length -1 if that is not known. */
    record Streaming(long length, Writer writer) {}

    private Response(
            int status, Headers headers, byte[] body, @Nullable Streaming streaming, @Nullable Upgrade upgrade) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.streaming = streaming;
        this.upgrade = upgrade;
    }

    private Response(int status, Headers headers, byte[] body) {
        this(status, headers, body, null, null);
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
     * {@return a response with status 200 and a page}
     *
     * @param html the page, sent in UTF-8
     */
    public static Response html(String html) {
        return new Response(OK, HTML, html.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return a response with status 200 and a value as JSON, by the library that is installed}
     *
     * @param value the value
     * @throws dev.weft.http.ContentException if it cannot be written
     * @throws IllegalStateException if there is no JSON library
     */
    public static Response json(Object value) {
        return new Response(OK, JSON, JsonCodec.installed().encode(value));
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
     * {@return a response with status 200 and a body that is written while it is sent; of unknown length, so that it
     * goes out in chunks}
     *
     * @param contentType what the body is, for the Content-Type header
     * @param writer writes it
     */
    public static Response stream(String contentType, Writer writer) {
        return stream(contentType, -1, writer);
    }

    /**
     * {@return a response with status 200 and a body that is written while it is sent}
     *
     * @param contentType what the body is, for the Content-Type header
     * @param length how many bytes it will have, or -1 if that is not known; a body that gets longer or ends earlier
     *     cuts the connection
     * @param writer writes it
     */
    public static Response stream(String contentType, long length, Writer writer) {
        return new Response(OK, Headers.of("content-type", contentType), EMPTY, new Streaming(length, writer), null);
    }

    /**
     * {@return a response that goes on as a stream of events (server-sent events), for as long as the task sends some}
     *
     * @param source sends events; between them the connection is idle, so that a comment now and then keeps proxies
     *     from closing it
     */
    public static Response events(EventSink.Source source) {
        return stream("text/event-stream", out -> source.send(new EventSink(out)))
                .withHeader("Cache-Control", "no-store");
    }

    /**
     * {@return a response that turns the connection into a websocket. A request that asks for none is answered with
     * 426, one from a page of another origin with 403; see {@link WebSocketOptions#origins}}
     *
     * @param conversation speaks through it
     */
    public static Response webSocket(Conversation conversation) {
        return webSocket(WebSocketOptions.DEFAULT, conversation);
    }

    /**
     * {@return a response that turns the connection into a websocket}
     *
     * @param options how it behaves
     * @param conversation speaks through it
     */
    public static Response webSocket(WebSocketOptions options, Conversation conversation) {
        return new Response(OK, NONE, EMPTY, null, new Upgrade(options, conversation));
    }

    /**
     * {@return a response that sends the client elsewhere, with status 303: it is to GET that}
     *
     * @param location where to, a URL or a path
     * @throws IllegalArgumentException if it holds a control character
     */
    public static Response redirect(String location) {
        return status(303).withHeader("Location", location);
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
        return new Response(checked(other), headers, body, streaming, upgrade);
    }

    /**
     * Adds a header field. {@code Connection: close} makes this the last response on its connection; Content-Length and
     * Transfer-Encoding are the server's business, and dropped.
     *
     * @param name its name
     * @param value its value
     * @return this response with the field
     * @throws IllegalArgumentException if the name is no token, or the value holds a control character
     */
    public Response withHeader(String name, String value) {
        return new Response(status, headers.with(name, value), body, streaming, upgrade);
    }

    /**
     * Sets the header fields.
     *
     * @param others the fields
     * @return this response with these and no others
     */
    public Response withHeaders(Headers others) {
        return new Response(status, others, body, streaming, upgrade);
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

    /** {@return the body, if it is not written while it is sent} */
    byte[] body() {
        return body;
    }

    /** {@return what writes the body while it is sent, or null} */
    @Nullable
    Streaming streaming() {
        return streaming;
    }

    /** {@return what the connection becomes, or null} */
    @Nullable
    Upgrade upgrade() {
        return upgrade;
    }

    /** {@return how long the body is, or -1 if that is not known} */
    long length() {
        return streaming == null ? body.length : streaming.length();
    }

    Response withBody(byte[] other) {
        return new Response(status, headers, other, null, null);
    }

    Response withStream(long length, Writer writer) {
        return new Response(status, headers, EMPTY, new Streaming(length, writer), null);
    }

    @Override
    public String toString() {
        return "Response[" + status + ", " + (length() < 0 ? "streaming" : length() + " bytes") + "]";
    }
}

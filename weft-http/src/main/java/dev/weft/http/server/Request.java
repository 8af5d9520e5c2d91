package dev.weft.http.server;

import dev.weft.http.ContentException;
import dev.weft.http.Headers;
import dev.weft.http.JsonCodec;
import dev.weft.http.netty.BodyBytes;
import dev.weft.http.netty.ContentCodings;
import dev.weft.http.netty.HeaderValue;
import dev.weft.http.netty.MediaType;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request. Its header is there; its body is read as it arrives, either whole, by {@link #bytes} and those built on
 * it, or in parts, by {@link #body}.
 *
 * <p>Reading the body is a checkpoint where it waits. It ends with {@link ErrorResponse} if the body is longer than it
 * may be (413), arrives too slowly (408) or is not encoded as it says (400), and with {@link ClientGoneException} if
 * the client leaves. Belongs to the task that answers it, and to the tasks that this waits for; one at a time.
 */
public final class Request {
    private static final int FORM_FIELDS = 1_000;

    private final Incoming incoming;
    private final ServerSettings settings;
    private final ServerLoop server;
    private Map<Object, Object> attributes = Map.of(); // until something is put
    private @Nullable QueryStringDecoder decoded;
    private @Nullable InputStream body;
    private byte @Nullable [] bytes;
    private boolean inParts;
    private @Nullable RoutePath route;
    private Map<String, String> pathParameters = Map.of();

    Request(Incoming incoming, ServerSettings settings, ServerLoop server) {
        this.incoming = incoming;
        this.settings = settings;
        this.server = server;
    }

    /**
     * {@return the method, in capitals as it came: {@code GET}, {@code POST}, ...}
     */
    public String method() {
        return incoming.method();
    }

    /**
     * {@return what is asked for, as it came: path and query, percent-encoded; a whole URL if the client sent one, and
     * then its host is that of the Host header}
     */
    public String target() {
        return incoming.target();
    }

    /**
     * {@return the path, decoded. It may hold {@code ..}: it is no file name}
     *
     * @throws ErrorResponse with 400 if it is not well percent-encoded
     */
    public String path() {
        try {
            return decoded().path();
        } catch (IllegalArgumentException e) {
            throw notEncoded("path", e);
        }
    }

    private static ErrorResponse notEncoded(String what, IllegalArgumentException e) {
        return new ErrorResponse(
                Response.text("the " + what + " is not well percent-encoded\n").withStatus(400), e);
    }

    /**
     * Returns what the request has where the pattern of its route has a name in braces.
     *
     * @param name the name, as in {@code /users/{name}}
     * @return the part of the path, decoded; it may hold a slash that came encoded
     * @throws IllegalArgumentException if the route has no such name
     */
    public String pathParameter(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the route of " + this + " has no parameter '" + name + "'; it has " + pathParameters.keySet());
        }
        return value;
    }

    /**
     * {@return the parameters of the query, decoded, in order; at most 1,024}
     *
     * @throws ErrorResponse with 400 if they are not well percent-encoded
     */
    public Map<String, List<String>> parameters() {
        try {
            return decoded().parameters();
        } catch (IllegalArgumentException e) {
            throw notEncoded("query", e);
        }
    }

    /**
     * {@return the first parameter of the query with this name, or null if there is none}
     *
     * @param name the name
     * @throws ErrorResponse with 400 if the query is not well percent-encoded
     */
    public @Nullable String parameter(String name) {
        List<String> values = parameters().get(name);
        return values == null ? null : values.getFirst();
    }

    private QueryStringDecoder decoded() {
        QueryStringDecoder decoder = decoded;
        if (decoder == null) {
            decoder = new QueryStringDecoder(RequestTarget.pathAndQuery(target()));
            decoded = decoder;
        }
        return decoder;
    }

    /**
     * {@return the header fields}
     */
    public Headers headers() {
        return incoming.headers();
    }

    /**
     * {@return the address of the client, or of the proxy in front; unresolved and called {@code unix}, with port 0, if
     * it came over a Unix-domain socket}
     */
    public InetSocketAddress client() {
        return incoming.connection().client();
    }

    // ---- the body

    /**
     * Returns the body as it arrives, decompressed. While nobody reads, the client has to wait.
     *
     * @return the body, the same stream at each call
     * @throws IllegalStateException if it has been read as a whole
     */
    public InputStream body() {
        if (bytes != null) {
            throw new IllegalStateException("the body of " + this + " has been read as a whole; use what was returned");
        }
        inParts = true;
        return stream();
    }

    private InputStream stream() {
        InputStream opened = body;
        if (opened == null) {
            try {
                var raw = new RequestInput(incoming, settings);
                opened = new LimitedInput(
                        ContentCodings.decode(headers().first("content-encoding"), raw, settings.codings()),
                        incoming,
                        settings.maxBodySize());
            } catch (IOException e) {
                throw new ErrorResponse(Response.text(e.getMessage() + "\n").withStatus(415), e);
            }
            body = opened;
        }
        return opened;
    }

    /**
     * Reads the body to its end, at the first call.
     *
     * @return the body, empty if there is none; the same array at each call, not a copy
     * @throws IllegalStateException if it is being read in parts
     */
    public byte[] bytes() {
        byte[] known = bytes;
        if (known == null) {
            if (inParts) {
                throw new IllegalStateException("the body of " + this + " is being read in parts");
            }
            try {
                known = BodyBytes.readAll(stream(), Long.MAX_VALUE); // the stream has a limit
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            bytes = known;
        }
        return known;
    }

    /**
     * {@return the body, decoded with the charset that the Content-Type header names, or else, and if this JVM does not
     * know it, as UTF-8}
     */
    public String text() {
        return new String(bytes(), charset());
    }

    private Charset charset() {
        try {
            return MediaType.charsetOf(headers().first("content-type"));
        } catch (UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    /**
     * Reads the body as JSON, by the library that is installed.
     *
     * @param type what to make of it
     * @param <T> the type
     * @return the value
     * @throws ErrorResponse with 415 if the body is of another media type, with 400 if it is no JSON of this type
     * @throws IllegalStateException if there is no JSON library
     */
    public <T> T json(Class<T> type) {
        String contentType = headers().first("content-type");
        if (!MediaType.isJson(contentType)) {
            throw new ErrorResponse(415, "expected a body of application/json");
        }
        try {
            return JsonCodec.installed().decode(bytes(), type);
        } catch (ContentException e) {
            throw new ErrorResponse(
                    Response.text("the body is no JSON of the expected shape\n").withStatus(400), e);
        }
    }

    /**
     * Reads the body as a form without files.
     *
     * @return the fields, decoded, in order; at most 1,000 values
     * @throws ErrorResponse with 415 if the body is no {@code application/x-www-form-urlencoded}, with 413 if it has
     *     more values, with 400 if it is not well-formed
     */
    public Map<String, List<String>> form() {
        String contentType = headers().first("content-type");
        HeaderValue type = contentType == null ? null : HeaderValue.parse(contentType);
        if (type == null || !type.word().equals("application/x-www-form-urlencoded")) {
            throw new ErrorResponse(415, "expected a body of application/x-www-form-urlencoded");
        }
        Map<String, List<String>> fields;
        try {
            fields = new QueryStringDecoder(text(), charset(), false, FORM_FIELDS + 1).parameters();
        } catch (IllegalArgumentException e) {
            throw new ErrorResponse(
                    Response.text("the form is not well-formed\n").withStatus(400), e);
        }
        if (fields.values().stream().mapToInt(List::size).sum() > FORM_FIELDS) {
            throw new ErrorResponse(413, "the form has more than " + FORM_FIELDS + " fields");
        }
        return fields;
    }

    /**
     * Reads the body in parts, as browsers send forms with files.
     *
     * @return the parts, as they arrive
     * @throws ErrorResponse with 415 if the body is not multipart, with 400 if its boundary is missing
     * @throws IllegalStateException if the body has been read as a whole
     */
    public Multipart multipart() {
        return multipart(MultipartLimits.DEFAULT);
    }

    /**
     * Reads the body in parts, as browsers send forms with files.
     *
     * @param limits what the client may send, beside the limit of the body as a whole
     * @return the parts, as they arrive
     * @throws ErrorResponse with 415 if the body is not multipart, with 400 if its boundary is missing
     * @throws IllegalStateException if the body has been read as a whole
     */
    public Multipart multipart(MultipartLimits limits) {
        return Multipart.of(headers().first("content-type"), body(), limits);
    }

    // ---- state

    /**
     * {@return what the application keeps under a key}
     *
     * @param key the key
     * @param <T> its type
     * @throws IllegalStateException if there is nothing, or no {@link Application} serves this request
     */
    public <T> T state(StateKey<T> key) {
        return server.state(key);
    }

    /**
     * Keeps something with this request, for handlers further inside.
     *
     * @param key the key
     * @param value the value
     * @param <T> its type
     */
    public <T> void put(StateKey<T> key, T value) {
        if (attributes.isEmpty()) {
            attributes = new HashMap<>(2);
        }
        attributes.put(key, value);
    }

    /**
     * {@return what was kept with this request, or null}
     *
     * @param key the key
     * @param <T> its type
     */
    @SuppressWarnings("unchecked") // only put writes, and its types agree
    public <T> @Nullable T find(StateKey<T> key) {
        return (T) attributes.get(key);
    }

    // ---- for the router and the server

    Incoming incoming() {
        return incoming;
    }

    RoutePath route() {
        RoutePath known = route;
        if (known == null) {
            known = RoutePath.of(RequestTarget.pathAndQuery(target()));
            route = known;
        }
        return known;
    }

    void route(RoutePath rest, Map<String, String> parameters) {
        route = rest;
        pathParameters = parameters;
    }

    Map<String, String> pathParameters() {
        return pathParameters;
    }

    @Override
    public String toString() {
        return incoming.toString();
    }
}

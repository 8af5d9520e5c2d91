package dev.weft.http.server;

import dev.weft.http.Headers;
import dev.weft.http.netty.MediaType;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request with its whole body. Immutable but for the array that {@link #bytes()} hands out; one coroutine at a time may use it. */
public final class Request {
    private final String method;
    private final String target;
    private final Headers headers;
    private final byte[] body;
    private final InetSocketAddress client;
    private @Nullable QueryStringDecoder decoded;

    Request(String method, String target, Headers headers, byte[] body, InetSocketAddress client) {
        this.method = method;
        this.target = target;
        this.headers = headers;
        this.body = body;
        this.client = client;
    }

    /**
     * {@return the method, in capitals as it came: {@code GET}, {@code POST}, ...}
     */
    public String method() {
        return method;
    }

    /**
     * {@return what is asked for, as it came: path and query, percent-encoded}
     */
    public String target() {
        return target;
    }

    /**
     * {@return the path, decoded. It may hold {@code ..}: it is no file name}
     */
    public String path() {
        return decoded().path();
    }

    /**
     * {@return the parameters of the query, decoded, in order}
     */
    public Map<String, List<String>> parameters() {
        return decoded().parameters();
    }

    /**
     * {@return the first parameter of the query with this name, or null if there is none}
     *
     * @param name the name
     */
    public @Nullable String parameter(String name) {
        List<String> values = parameters().get(name);
        return values == null ? null : values.getFirst();
    }

    private QueryStringDecoder decoded() {
        QueryStringDecoder decoder = decoded;
        if (decoder == null) {
            decoder = new QueryStringDecoder(target);
            decoded = decoder;
        }
        return decoder;
    }

    /**
     * {@return the header fields}
     */
    public Headers headers() {
        return headers;
    }

    /**
     * {@return the body, empty if there is none; the same array at each call, not a copy}
     */
    public byte[] bytes() {
        return body;
    }

    /**
     * {@return the body, decoded with the charset that the Content-Type header names, or else, and if this JVM does not know it, as UTF-8}
     */
    public String text() {
        try {
            return new String(body, MediaType.charsetOf(headers.first("content-type")));
        } catch (UnsupportedCharsetException e) {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /**
     * {@return the address of the client, or of the proxy in front}
     */
    public InetSocketAddress client() {
        return client;
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}

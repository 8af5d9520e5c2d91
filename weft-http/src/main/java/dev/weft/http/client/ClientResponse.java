package dev.weft.http.client;

import dev.weft.http.ContentException;
import dev.weft.http.Headers;
import dev.weft.http.HttpVersion;
import dev.weft.http.JsonCodec;
import dev.weft.http.netty.MediaType;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.UnsupportedCharsetException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A response with its whole body. Immutable but for the array that {@link #bytes()} hands out. */
public final class ClientResponse {
    private static final int FIRST_ERROR = 400;

    private final URI uri;
    private final HttpVersion version;
    private final int status;
    private final Headers headers;
    private final List<Hop> history;
    private final byte[] body;

    ClientResponse(URI uri, HttpVersion version, int status, Headers headers, List<Hop> history, byte[] body) {
        this.uri = uri;
        this.version = version;
        this.status = status;
        this.headers = headers;
        this.history = history;
        this.body = body;
    }

    /**
     * {@return the URL that answered: the one that was asked for, or the last one that a redirect led to}
     */
    public URI uri() {
        return uri;
    }

    /**
     * {@return the version of the protocol over which it came}
     */
    public HttpVersion version() {
        return version;
    }

    /**
     * {@return the status code}
     */
    public int status() {
        return status;
    }

    /**
     * {@return the header fields as they came; where the body was compressed, Content-Length is that of the compressed
     * bytes}
     */
    public Headers headers() {
        return headers;
    }

    /**
     * {@return the redirects that led here, in order}
     */
    public List<Hop> history() {
        return history;
    }

    /**
     * {@return the body, decompressed; the same array at each call, not a copy}
     */
    public byte[] bytes() {
        return body;
    }

    /**
     * Decodes the body with the charset that the Content-Type header names, or else as UTF-8. Malformed bytes become
     * U+FFFD.
     *
     * @return the text
     * @throws ContentException if the header names a charset that this JVM does not know
     */
    public String text() {
        String contentType = headers.first("content-type");
        try {
            return text(MediaType.charsetOf(contentType));
        } catch (UnsupportedCharsetException e) {
            throw new ContentException(
                    "the response of " + uri + " names the charset '" + e.getCharsetName()
                            + "', which this JVM does not know; decode it with text(Charset)",
                    e);
        }
    }

    /**
     * Decodes the body. Malformed bytes become U+FFFD.
     *
     * @param charset the charset
     * @return the text
     */
    public String text(Charset charset) {
        return new String(body, charset);
    }

    /**
     * Reads the body as JSON, by the library that is installed.
     *
     * @param type what to make of it
     * @param <T> the type
     * @return the value
     * @throws ContentException if the media type is not that of JSON ({@code application/json}, or any {@code +json}),
     *     or the body cannot be read as this type
     * @throws IllegalStateException if there is no JSON library
     */
    public <T> T json(Class<T> type) {
        return json(JsonCodec.installed(), type);
    }

    /**
     * Reads the body as JSON.
     *
     * @param codec reads it
     * @param type what to make of it
     * @param <T> the type
     * @return the value
     * @throws ContentException if the media type is not that of JSON ({@code application/json}, or any {@code +json}),
     *     or the body cannot be read as this type
     */
    public <T> T json(JsonCodec codec, Class<T> type) {
        @Nullable String contentType = headers.first("content-type");
        if (!MediaType.isJson(contentType)) {
            throw new ContentException(
                    "expected JSON from " + uri + ", and the response with status " + status + " is "
                            + (contentType == null ? "of no declared type" : "'" + contentType + "'")
                            + "; read bytes() to decode it all the same",
                    null);
        }
        try {
            return codec.decode(body, type);
        } catch (ContentException e) {
            throw new ContentException("the response of " + uri + ": " + e.getMessage(), e);
        }
    }

    /**
     * {@return this, if its status is no error}
     *
     * @throws StatusException if the status is 400 or above
     */
    public ClientResponse orThrow() {
        if (status >= FIRST_ERROR) {
            throw new StatusException(this);
        }
        return this;
    }

    @Override
    public String toString() {
        return "ClientResponse[" + status + ", " + body.length + " bytes, " + uri + "]";
    }
}

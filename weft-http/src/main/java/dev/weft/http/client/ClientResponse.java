package dev.weft.http.client;

import dev.weft.http.Headers;
import dev.weft.http.HttpException;
import dev.weft.http.netty.MediaType;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.UnsupportedCharsetException;

/** A response with its whole body. Immutable but for the array that {@link #bytes()} hands out. */
public final class ClientResponse {
    private final URI uri;
    private final int status;
    private final Headers headers;
    private final byte[] body;

    ClientResponse(URI uri, int status, Headers headers, byte[] body) {
        this.uri = uri;
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * {@return the URL that answered: the one that was asked for, or the last one that a redirect led to}
     */
    public URI uri() {
        return uri;
    }

    /**
     * {@return the status code}
     */
    public int status() {
        return status;
    }

    /**
     * {@return the header fields}
     */
    public Headers headers() {
        return headers;
    }

    /**
     * {@return the body; the same array at each call, not a copy}
     */
    public byte[] bytes() {
        return body;
    }

    /**
     * Decodes the body with the charset that the Content-Type header names, or else as UTF-8. Malformed bytes become U+FFFD.
     *
     * @return the text
     * @throws HttpException if the header names a charset that this JVM does not know
     */
    public String text() {
        String contentType = headers.first("content-type");
        try {
            return text(MediaType.charsetOf(contentType));
        } catch (UnsupportedCharsetException e) {
            throw new HttpException(
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

    @Override
    public String toString() {
        return "ClientResponse[" + status + ", " + body.length + " bytes, " + uri + "]";
    }
}

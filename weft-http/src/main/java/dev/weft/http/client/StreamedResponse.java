package dev.weft.http.client;

import dev.weft.http.Headers;
import dev.weft.http.HttpVersion;
import dev.weft.http.netty.BodyBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is read while it arrives; to be closed.
 *
 * <pre>{@code
 * try (var response = session.stream(ClientRequest.get(url))) {
 *     response.body().transferTo(out);
 * }
 * }</pre>
 *
 * <p>If its reader is slow, the server has to wait: a few hundred KiB are kept here, and no more. The connection is
 * used again once the body has arrived in full; a response that is closed before closes its connection. Belongs to the
 * tasks of the session's loop, one at a time.
 */
public final class StreamedResponse implements AutoCloseable {
    private final URI uri;
    private final HttpVersion version;
    private final int status;
    private final Headers headers;
    private final List<Hop> history;
    private final InputStream body;
    private final @Nullable Call call;
    private final int maxBodySize;

    StreamedResponse(
            URI uri,
            HttpVersion version,
            int status,
            Headers headers,
            List<Hop> history,
            InputStream body,
            @Nullable Call call,
            int maxBodySize) {
        this.uri = uri;
        this.version = version;
        this.status = status;
        this.headers = headers;
        this.history = history;
        this.body = body;
        this.call = call;
        this.maxBodySize = maxBodySize;
    }

    /**
     * {@return a response that came over no network: what a {@link Middleware} answers by itself, from a cache or for a
     * test}
     *
     * @param uri the URL that answered
     * @param status the status code
     * @param headers the header fields
     * @param body the body, not compressed; not copied
     */
    public static StreamedResponse of(URI uri, int status, Headers headers, byte[] body) {
        return new StreamedResponse(
                uri,
                HttpVersion.HTTP_1_1,
                status,
                headers,
                List.of(),
                new ByteArrayInputStream(body),
                null,
                Integer.MAX_VALUE);
    }

    StreamedResponse after(List<Hop> hops) {
        return new StreamedResponse(uri, version, status, headers, List.copyOf(hops), body, call, maxBodySize);
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
     * {@return the body, decompressed, read as it arrives; the same stream at each call. Reading is a checkpoint where
     * it waits, and throws {@link RequestException} if the rest does not come. A stream has no limit of size; stop
     * reading when there is enough}
     */
    public InputStream body() {
        return body;
    }

    /**
     * Reads the body to its end and closes this.
     *
     * @return the response with its body
     * @throws RequestException.TooLarge if it is longer than {@link SessionBuilder#maxBodySize}, decompressed
     * @throws RequestException if the rest of it does not come
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public ClientResponse whole() {
        return call == null ? whole(body) : whole(call);
    }

    private ClientResponse whole(InputStream inMemory) {
        try (this) {
            return new ClientResponse(uri, version, status, headers, history, inMemory.readAllBytes());
        } catch (IOException e) {
            throw new AssertionError("an array is read without failure", e);
        }
    }

    private ClientResponse whole(Call call) {
        try (this) {
            requireFitting(call);
            return new ClientResponse(uri, version, status, headers, history, BodyBytes.readAll(body, maxBodySize));
        } catch (BodyBytes.TooLong e) {
            throw call.failed(
                    RequestException.TooLarge::new,
                    "the server sent more than " + maxBodySize
                            + " bytes, decompressed, and the session takes at most that many; raise maxBodySize to receive it",
                    e);
        } catch (IOException e) {
            throw undecodable(call, e);
        }
    }

    private void requireFitting(Call call) {
        @Nullable String announced = headers.first("content-length");
        if (announced == null
                || headers.contains("content-encoding")
                || call.method().equals("HEAD")) {
            return;
        }
        try {
            if (Long.parseLong(announced.strip()) > maxBodySize) {
                throw call.failed(
                        RequestException.TooLarge::new,
                        "the server announces a body of " + announced + " bytes, and the session takes at most "
                                + maxBodySize + "; raise maxBodySize to receive it",
                        null);
            }
        } catch (NumberFormatException e) {
            // then the bytes that come are counted
        }
    }

    private RequestException undecodable(Call call, IOException e) {
        @Nullable String encoding = headers.first("content-encoding");
        String what = e instanceof ZipException || e.getCause() instanceof DataFormatException || encoding != null
                ? "the body is not well-formed " + encoding + ": "
                : "the body cannot be read: ";
        return call.failed(RequestException.Malformed::new, what + e.getMessage(), e);
    }

    /** Lets the connection go; what has not been read is dropped. Idempotent, and not a checkpoint. */
    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new AssertionError("closing the body of a response throws no checked exception", e);
        }
    }

    @Override
    public String toString() {
        return "StreamedResponse[" + status + ", " + uri + "]";
    }
}

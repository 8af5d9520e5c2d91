package dev.weft.http.client;

import dev.weft.Weft;
import dev.weft.http.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a request sends.
 *
 * <p>The task that makes the request writes the body; where the server takes it slowly, writing waits. A body whose
 * length is not known goes out in chunks. A body that can be written more than once is sent again when a redirect or
 * another attempt asks for it; one that cannot fails such a request with {@link RequestException.BodyGone}.
 */
public interface RequestBody {
    /** {@return the value for Content-Type, or null for none} */
    @Nullable
    String contentType();

    /** {@return its length in bytes, or -1 if that is not known} */
    long length();

    /** {@return whether it can be written more than once} */
    boolean isReplayable();

    /**
     * Writes it.
     *
     * @param out where to; writing waits while the server does not take more. The stream is not to be kept
     * @throws IOException whatever goes wrong; the request fails with {@link RequestException.BodyFailed}
     */
    void writeTo(OutputStream out) throws IOException;

    /** Releases what it holds; called once, when the request that sends it has ended, however it did. */
    default void close() {}

    /** Writes a body. */
    @FunctionalInterface
    interface Writer {
        /**
         * Writes the body.
         *
         * @param out where to
         * @throws IOException whatever goes wrong
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * {@return a body of bytes}
     *
     * @param contentType what they are, or null
     * @param bytes the bytes; not copied, and not to be changed until the request has ended
     */
    static RequestBody bytes(@Nullable String contentType, byte[] bytes) {
        return new BytesBody(contentType, bytes);
    }

    /**
     * {@return a plain text in UTF-8}
     *
     * @param text the text
     */
    static RequestBody text(String text) {
        return new BytesBody("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return the fields of a form, as browsers send those without files}
     *
     * @param fields names and values, in the order of the map
     */
    static RequestBody form(Map<String, String> fields) {
        String encoded = fields.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return new BytesBody("application/x-www-form-urlencoded", encoded.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * {@return a form with files (multipart/form-data), each part written after the other as it is read, and none kept
     * in memory. Its length is known if that of each part is}
     *
     * <pre>{@code
     * session.post("photos", RequestBody.multipart(
     *         FormPart.field("title", "Harbour"),
     *         FormPart.file("photo", Path.of("harbour.jpg"))));
     * }</pre>
     *
     * @param parts the parts, in order; names may occur more than once
     */
    static RequestBody multipart(FormPart... parts) {
        return new MultipartBody(List.of(parts));
    }

    /**
     * {@return a value as JSON, by the library that is installed}
     *
     * @param value the value
     * @throws dev.weft.http.ContentException if it cannot be written
     * @throws IllegalStateException if there is no JSON library
     */
    static RequestBody json(Object value) {
        return json(JsonCodec.installed(), value);
    }

    /**
     * {@return a value as JSON}
     *
     * @param codec writes it
     * @param value the value
     * @throws dev.weft.http.ContentException if it cannot be written
     */
    static RequestBody json(JsonCodec codec, Object value) {
        return new BytesBody("application/json", codec.encode(value));
    }

    /**
     * {@return a body that is read from a stream while it is sent; it can be sent once, and the stream is closed
     * afterwards}
     *
     * @param contentType what it is, or null
     * @param length its length, or -1 if that is not known
     * @param in the stream; read on the loop, so that one which blocks its thread, such as that of a file, holds the
     *     loop: use {@link #file} for those
     */
    static RequestBody stream(@Nullable String contentType, long length, InputStream in) {
        return new StreamBody(contentType, length, in);
    }

    /**
     * {@return a body that writes itself; it is written again if the request has to be sent again}
     *
     * @param contentType what it is, or null
     * @param writer writes it
     */
    static RequestBody writing(@Nullable String contentType, Writer writer) {
        return new RequestBody() {
            @Override
            public @Nullable String contentType() {
                return contentType;
            }

            @Override
            public long length() {
                return -1;
            }

            @Override
            public boolean isReplayable() {
                return true;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                writer.writeTo(out);
            }
        };
    }

    /**
     * {@return a file, read beside the loop while it is sent}
     *
     * @param contentType what it is, or null to go by its name
     * @param file the file; its length must not change meanwhile
     * @throws UncheckedIOException if it is not there
     */
    static RequestBody file(@Nullable String contentType, Path file) {
        try {
            return Weft.offload(() -> new FileBody(
                    contentType == null ? Files.probeContentType(file) : contentType, file, Files.size(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot send the file " + file + ": " + e, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("looking at a file throws no other checked exception", e);
        }
    }
}

package dev.weft.http.server;

import dev.weft.Weft;
import dev.weft.http.Headers;
import dev.weft.http.netty.BodyBytes;
import dev.weft.http.netty.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One part of a {@link Multipart} body. Its header is there; its content is read as it arrives, once, before the next
 * part is asked for.
 *
 * <p>Reading is a checkpoint where it waits. It throws {@link ErrorResponse} if the body is not well-formed (400) or
 * the part is longer than it may be (413), what reading {@link Request#body} throws, and {@link IllegalStateException}
 * if the part has been passed.
 */
public final class Part {
    private static final int TOO_LARGE = 413;
    private static final int PIECE = 64 * 1024;

    private final Multipart owner;
    private final MultipartLimits limits;
    private final String name;
    private final @Nullable String fileName;
    private final Headers headers;
    private final InputStream body = new Content();
    private long count;

    Part(Multipart owner, MultipartLimits limits, String name, @Nullable String fileName, Headers headers) {
        this.owner = owner;
        this.limits = limits;
        this.name = name;
        this.fileName = fileName;
        this.headers = headers;
    }

    /** {@return the name of the form's field; empty in other multipart bodies if the part has none} */
    public String name() {
        return name;
    }

    /**
     * {@return the name that the file has at the client, without directories, or null if the part is no file; empty if
     * the user chose none. It is a stranger's word: show it, but store the file under a name of your own}
     */
    public @Nullable String fileName() {
        return fileName;
    }

    /** {@return the header fields of the part} */
    public Headers headers() {
        return headers;
    }

    /** {@return what the client says that the content is, or null if it does not say} */
    public @Nullable String contentType() {
        return headers.first("content-type");
    }

    /**
     * {@return the content as it arrives; the same stream at each call. A Content-Transfer-Encoding is not undone:
     * nothing of today sends one}
     */
    public InputStream body() {
        return body;
    }

    /**
     * Reads the content into memory.
     *
     * @return what is left of it
     * @throws ErrorResponse with 413 if that is more than {@link MultipartLimits#maxInMemory}
     */
    public byte[] bytes() {
        try {
            return BodyBytes.readAll(body, limits.maxInMemory());
        } catch (BodyBytes.TooLong e) {
            throw tooLarge(limits.maxInMemory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the content as text, in the charset that the part names, or else, and if this JVM does not know it, UTF-8.
     *
     * @return the text
     * @throws ErrorResponse with 413 if it has more than {@link MultipartLimits#maxInMemory} bytes
     */
    public String text() {
        Charset charset;
        try {
            charset = MediaType.charsetOf(contentType());
        } catch (UnsupportedCharsetException e) {
            charset = StandardCharsets.UTF_8;
        }
        return new String(bytes(), charset);
    }

    /**
     * Writes the content to a new file, beside the loop, while it arrives. If that fails, or the task is cancelled, the
     * file is removed.
     *
     * @param file the file
     * @return how many bytes it has
     * @throws java.nio.file.FileAlreadyExistsException if there is one already
     * @throws IOException if it cannot be written
     */
    public long saveTo(Path file) throws IOException {
        FileChannel out = beside(() -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        boolean complete = false;
        try {
            long written = copy(out);
            complete = true;
            return written;
        } finally {
            boolean keep = complete;
            beside(() -> {
                try (out) {
                    return !keep && Files.deleteIfExists(file);
                }
            });
        }
    }

    private long copy(FileChannel out) throws IOException {
        long written = 0;
        var piece = new byte[PIECE];
        while (true) {
            int got = body.readNBytes(piece, 0, PIECE);
            if (got == 0) {
                return written;
            }
            var full = ByteBuffer.wrap(piece, 0, got);
            beside(() -> {
                while (full.hasRemaining()) {
                    out.write(full);
                }
                return true;
            });
            written += got;
        }
    }

    /**
     * Not to be cancelled: a thread that was left alone with the file would make it again after it has been removed.
     */
    private static <T> T beside(Callable<T> action) throws IOException {
        return Weft.<T, IOException>shield(() -> {
            try {
                return Weft.offload(action);
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError("work on a file throws no other checked exception", e);
            }
        });
    }

    /**
     * Takes the content apart, which is a multipart body itself.
     *
     * @return its parts
     * @throws ErrorResponse with 415 if it is none
     */
    public Multipart multipart() {
        return Multipart.of(contentType(), body, limits);
    }

    private ErrorResponse tooLarge(long limit) {
        return Multipart.refused(TOO_LARGE, "a part of the body is longer than " + limit + " bytes", null);
    }

    private final class Content extends InputStream {
        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int got = owner.read(Part.this, into, offset, length);
            if (got > 0) {
                count += got;
                if (count > limits.maxPartSize()) {
                    throw tooLarge(limits.maxPartSize());
                }
            }
            return got;
        }
    }

    @Override
    public String toString() {
        return "Part[" + name + (fileName == null ? "" : ", file " + fileName) + "]";
    }
}

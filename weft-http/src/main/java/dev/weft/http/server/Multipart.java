package dev.weft.http.server;

import dev.weft.http.Headers;
import dev.weft.http.netty.HeaderValue;
import dev.weft.http.netty.MultipartReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a multipart body, one after the other as they arrive: what browsers send for forms with files.
 *
 * <pre>{@code
 * for (Part part : request.multipart()) {
 *     if (part.fileName() != null) {
 *         part.saveTo(uploads.resolve(UUID.randomUUID().toString()));
 *     } else {
 *         fields.put(part.name(), part.text());
 *     }
 * }
 * }</pre>
 *
 * <p>Nothing is written to disk, and no more than a few KiB are kept: the client has to wait while nobody reads. A part
 * is to be read before the next one is asked for, which drops what is left of it. To go on to the next part is a
 * checkpoint where it waits, and throws {@link ErrorResponse} if the body is not well-formed (400) or beyond a limit
 * (413), and what reading {@link Request#body} throws. Belongs to the task that answers the request.
 */
public final class Multipart implements Iterable<Part> {
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;
    private static final int UNSUPPORTED = 415;

    private final MultipartReader reader;
    private final MultipartLimits limits;
    private final boolean form;
    private int count;
    private boolean ended;
    private boolean iterated;
    private @Nullable Part current;
    private @Nullable Part next;

    private Multipart(MultipartReader reader, MultipartLimits limits, boolean form) {
        this.reader = reader;
        this.limits = limits;
        this.form = form;
    }

    static Multipart of(@Nullable String contentType, InputStream body, MultipartLimits limits) {
        HeaderValue type = contentType == null ? null : HeaderValue.parse(contentType);
        if (type == null || !type.word().startsWith("multipart/")) {
            throw new ErrorResponse(UNSUPPORTED, "expected a body of multipart/form-data");
        }
        String boundary = type.parameters().get("boundary");
        if (boundary == null || !MultipartReader.isBoundary(boundary)) {
            throw new ErrorResponse(BAD_REQUEST, "the Content-Type of the multipart body has no proper boundary");
        }
        var reader = new MultipartReader(body, boundary, limits.maxHeaderSize());
        return new Multipart(reader, limits, type.word().equals("multipart/form-data"));
    }

    /**
     * {@return the parts; they come once, so that this is called once}
     *
     * @throws IllegalStateException if it has been called before
     */
    @Override
    public Iterator<Part> iterator() {
        if (iterated) {
            throw new IllegalStateException("the parts come once, as they arrive; keep what is needed again");
        }
        iterated = true;
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return peek() != null;
            }

            @Override
            public Part next() {
                Part part = peek();
                if (part == null) {
                    throw new NoSuchElementException("the body has no more parts");
                }
                next = null;
                return part;
            }
        };
    }

    private @Nullable Part peek() {
        if (next == null && !ended) {
            current = null;
            Headers header = header();
            if (header == null) {
                ended = true;
            } else {
                if (++count > limits.maxParts()) {
                    throw refused(TOO_LARGE, "the body has more than " + limits.maxParts() + " parts", null);
                }
                next = part(header);
                current = next;
            }
        }
        return next;
    }

    private @Nullable Headers header() {
        try {
            return reader.next();
        } catch (MultipartReader.Malformed e) {
            throw refused(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Part part(Headers header) {
        String field = header.first("content-disposition");
        HeaderValue disposition = field == null ? null : HeaderValue.parse(field);
        String name = disposition == null ? null : disposition.parameters().get("name");
        if (form && (disposition == null || !disposition.word().equals("form-data") || name == null)) {
            throw refused(BAD_REQUEST, "a part of the form has no proper Content-Disposition with a name", null);
        }
        String file = disposition == null ? null : disposition.parameters().get("filename");
        return new Part(
                this, limits, name == null ? "" : unescaped(name), file == null ? null : fileName(file), header);
    }

    /**
     * Browsers write these three so, and nothing else (the HTML standard, "multipart/form-data encoding algorithm").
     */
    private static String unescaped(String value) {
        return value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    }

    private static String fileName(String sent) {
        String name = unescaped(sent);
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    }

    /** Reads content of a part. */
    int read(Part part, byte[] into, int offset, int length) throws IOException {
        if (part != current) {
            throw new IllegalStateException("the part '" + part.name()
                    + "' has been passed: read a part before the next one is asked for, since nothing keeps it");
        }
        try {
            return reader.read(into, offset, length);
        } catch (MultipartReader.Malformed e) {
            throw refused(e);
        }
    }

    private static ErrorResponse refused(MultipartReader.Malformed e) {
        return refused(e.isTooLarge() ? TOO_LARGE : BAD_REQUEST, e.getMessage(), e);
    }

    static ErrorResponse refused(int status, @Nullable String why, @Nullable Throwable cause) {
        return new ErrorResponse(Response.text(why + "\n").withStatus(status), cause);
    }
}

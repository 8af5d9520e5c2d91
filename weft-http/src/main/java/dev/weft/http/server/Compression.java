package dev.weft.http.server;

import dev.weft.Weft;
import dev.weft.http.ContentCoding;
import dev.weft.http.Headers;
import dev.weft.http.netty.ContentCodings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A middleware that compresses responses while they are sent, in what the client takes: zstd and br where their
 * libraries are there (see {@link ContentCoding}), or gzip.
 *
 * <pre>{@code
 * router.use(Compression.DEFAULT.threshold(4096));
 * }</pre>
 *
 * <p>Text, JSON, XML, SVG and the like is compressed from a length on; not what is compressed already, nor parts of
 * files, nor what says {@code Cache-Control: no-transform}. What could have been compressed says
 * {@code Vary: Accept-Encoding}. A strong ETag becomes a weak one, since the bytes are others. Streams are compressed
 * too, and flushed where the handler flushes, so that each server-sent event leaves at once.
 *
 * <p><b>Security.</b> Over TLS, the length of a compressed response tells something about what is in it. If one
 * response holds a secret, such as a token against forged requests, and text that a stranger may choose, such as a
 * search word from the URL, then the secret can be found out by trying (the attack is known as BREACH). Leave such
 * routes out of this: use it for the routers that have none.
 *
 * <p>Immutable; each method returns a changed copy.
 */
public final class Compression implements Middleware {
    private static final int PIECE = 32 * 1024;
    private static final int AT_ONCE = 64 * 1024;
    private static final int DEFAULT_THRESHOLD = 1024;
    private static final int PARTIAL_CONTENT = 206;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final String VARY = "vary";
    private static final String ACCEPT_ENCODING = "accept-encoding";
    private static final Set<String> TYPES = Set.of(
            "application/json",
            "application/javascript",
            "application/x-javascript",
            "application/xml",
            "application/x-ndjson",
            "application/wasm",
            "application/graphql",
            "image/svg+xml",
            "image/bmp",
            "image/x-icon",
            "font/ttf",
            "font/otf");

    /** Compresses from 1 KiB on. */
    public static final Compression DEFAULT = new Compression(DEFAULT_THRESHOLD, Set.of());

    private final int threshold;
    private final Set<String> moreTypes;

    private Compression(int threshold, Set<String> moreTypes) {
        this.threshold = threshold;
        this.moreTypes = moreTypes;
    }

    /**
     * Sets from which length on a body is compressed; one of unknown length always is.
     *
     * @param bytes the length, not negative; 1 KiB by default
     * @return a middleware with this threshold
     */
    public Compression threshold(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("threshold must not be negative, and was " + bytes);
        }
        return new Compression(bytes, moreTypes);
    }

    /**
     * Adds media types that are worth it, beside text, JSON, XML, SVG, WebAssembly and the like.
     *
     * @param types such as {@code application/x-tar}
     * @return a middleware that compresses these, too
     */
    public Compression alsoFor(String... types) {
        List<String> more = new ArrayList<>(moreTypes);
        for (String type : types) {
            more.add(type.toLowerCase(Locale.ROOT));
        }
        return new Compression(threshold, Set.copyOf(more));
    }

    @Override
    public Response handle(Request request, Handler next) throws Exception {
        Response response = next.handle(request);
        if (response == null || !couldBeCompressed(response)) {
            return response;
        }
        Response varied = withVary(response);
        if (!isWorthIt(response)) {
            return varied;
        }
        ContentCoding coding = AcceptEncoding.choose(request.headers().all(ACCEPT_ENCODING), offered());
        if (coding == null) {
            return varied;
        }
        if (request.method().equals("HEAD")) {
            return encoded(varied, coding).withStream(-1, out -> {}); // how long it would be, only trying would tell
        }
        Response.Streaming streaming = response.streaming();
        if (streaming != null) {
            return encoded(varied, coding).withStream(-1, out -> stream(coding, out, streaming.writer()));
        }
        byte[] body = response.body();
        if (body.length > AT_ONCE) {
            return encoded(varied, coding).withStream(-1, out -> stream(coding, out, into -> inTurns(body, into)));
        }
        byte[] smaller = atOnce(coding, body);
        return smaller.length < body.length ? encoded(varied, coding).withBody(smaller) : varied;
    }

    private static List<ContentCoding> offered() {
        return ContentCodings.installed().stream()
                .filter(ContentCoding::canEncode)
                .toList();
    }

    private boolean couldBeCompressed(Response response) {
        Headers headers = response.headers();
        if (response.upgrade() != null || headers.contains("content-encoding")) {
            return false;
        }
        String type = headers.first("content-type");
        if (type == null || !isCompressible(type)) {
            return false;
        }
        for (String field : headers.all("cache-control")) {
            if (field.toLowerCase(Locale.ROOT).contains("no-transform")) {
                return false;
            }
        }
        return true;
    }

    private boolean isCompressible(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.startsWith("text/")
                || type.endsWith("+json")
                || type.endsWith("+xml")
                || TYPES.contains(type)
                || moreTypes.contains(type);
    }

    private boolean isWorthIt(Response response) {
        int status = response.status();
        return status != PARTIAL_CONTENT
                && status != NO_CONTENT
                && status != NOT_MODIFIED
                && !response.headers().contains("content-range")
                && (response.length() < 0 || response.length() >= threshold);
    }

    private static Response withVary(Response response) {
        for (String field : response.headers().all(VARY)) {
            for (String name : field.split(",", -1)) {
                if (name.strip().equals("*") || name.strip().equalsIgnoreCase(ACCEPT_ENCODING)) {
                    return response;
                }
            }
        }
        return response.withHeader(VARY, ACCEPT_ENCODING);
    }

    private static Response encoded(Response response, ContentCoding coding) {
        Headers headers = response.headers().without("accept-ranges").with("content-encoding", coding.name());
        String tag = headers.first("etag");
        if (tag != null && !tag.startsWith("W/")) {
            headers = headers.replacing("etag", "W/" + tag);
        }
        return response.withHeaders(headers);
    }

    private static byte[] atOnce(ContentCoding coding, byte[] body) throws IOException {
        var smaller = new ByteArrayOutputStream(body.length / 2 + 64);
        try (OutputStream encoder = coding.encode(smaller)) {
            encoder.write(body);
        }
        return smaller.toByteArray();
    }

    /** Lets others take their turn between two pieces: to compress a large body takes a while. */
    private static void inTurns(byte[] body, OutputStream out) throws IOException {
        for (int at = 0; at < body.length; at += PIECE) {
            out.write(body, at, Math.min(PIECE, body.length - at));
            Weft.sleep(Duration.ZERO);
        }
    }

    private static void stream(ContentCoding coding, OutputStream out, Response.Writer writer) throws Exception {
        var sink = new Sink(out);
        OutputStream encoder = coding.encode(sink);
        boolean complete = false;
        try {
            writer.writeTo(encoder);
            encoder.close();
            complete = true;
        } finally {
            if (!complete) {
                sink.cut();
                release(encoder);
            }
        }
    }

    /** Frees the memory of an encoder, whose last words go nowhere. */
    private static void release(OutputStream encoder) {
        try {
            encoder.close();
        } catch (IOException e) {
            // what was wrong is being thrown already
        }
    }

    /**
     * Where an encoder writes to. Its end is not that of the body; and when the handler has failed, the end that the
     * encoder writes must not look like one.
     */
    private static final class Sink extends OutputStream {
        private @Nullable OutputStream target;

        Sink(OutputStream target) {

            this.target = target;
        }

        void cut() {
            target = null;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            OutputStream open = target;
            if (open != null) {
                open.write(bytes, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            OutputStream open = target;
            if (open != null) {
                open.flush();
            }
        }

        @Override
        public void close() {
            // the answer closes its body itself
        }
    }

    @Override
    public String toString() {
        return "Compression[from " + threshold + " bytes]";
    }
}

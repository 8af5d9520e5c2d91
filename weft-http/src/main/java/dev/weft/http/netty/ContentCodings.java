package dev.weft.http.netty;

import dev.weft.Weft;
import dev.weft.http.ContentCoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** The content codings that the JDK and optional libraries bring, and how several are undone one after the other. */
public final class ContentCodings {
    private static final System.Logger LOG = System.getLogger(ContentCodings.class.getName());
    private static final int BUFFER = 8 * 1024;
    private static final int MOST_LAYERS = 4;
    private static final int ZLIB_METHOD = 8;
    private static final int ZLIB_CHECK = 31;

    /** gzip. */
    public static final ContentCoding GZIP = ContentCoding.of(
            "gzip", in -> new GZIPInputStream(in, BUFFER), out -> new GZIPOutputStream(out, BUFFER, true));

    /** deflate, which is sent with and without the frame of zlib. */
    public static final ContentCoding DEFLATE = ContentCoding.of("deflate", ContentCodings::inflate);

    private static volatile @Nullable List<ContentCoding> installed;

    private ContentCodings() {}

    /**
     * {@return the codings that this program can use, the one to prefer first: zstd and br if their libraries are
     * there, gzip and deflate}
     *
     * <p>A checkpoint at the first call of a program that has such a library, since its native part is loaded beside
     * the loop.
     */
    public static List<ContentCoding> installed() {
        List<ContentCoding> known = installed;
        if (known == null) {
            List<ContentCoding> found = new ArrayList<>();
            // no references to the methods: making one links the class, which needs the library
            addIfThere("com.github.luben.zstd.ZstdInputStreamNoFinalizer", () -> Zstd.load(), found);
            addIfThere("com.aayushatharva.brotli4j.Brotli4jLoader", () -> Brotli.load(), found);
            found.add(GZIP);
            found.add(DEFLATE);
            known = List.copyOf(found);
            installed = known;
        }
        return known;
    }

    private static void addIfThere(String type, Callable<ContentCoding> load, List<ContentCoding> found) {
        try {
            Class.forName(type, false, ContentCodings.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return;
        }
        try {
            found.add(Weft.offload(load));
        } catch (Exception | LinkageError e) { // there is none for this system, say
            LOG.log(Level.DEBUG, "the library with " + type + " is there, and cannot be used", e);
        }
    }

    private static InputStream inflate(InputStream in) throws IOException {
        var ahead = new PushbackInputStream(in, 2);
        int first = ahead.read();
        int second = ahead.read();
        boolean framed =
                first >= 0 && second >= 0 && (first & 0x0F) == ZLIB_METHOD && ((first << 8) | second) % ZLIB_CHECK == 0;
        if (second >= 0) {
            ahead.unread(second);
        }
        if (first >= 0) {
            ahead.unread(first);
        }
        var inflater = new Inflater(!framed);
        return new InflaterInputStream(ahead, inflater, BUFFER) {
            @Override
            public void close() throws IOException {
                super.close();
                inflater.end();
            }
        };
    }

    /**
     * Undoes the codings of a body. Bytes are decoded as they are read, into a buffer of fixed size, however much they
     * swell.
     *
     * @param encoding the value of Content-Encoding, or null
     * @param body the encoded bytes
     * @param known what can be undone
     * @return the decoded bytes; {@code body} itself if there is nothing to undo, or a coding is unknown
     * @throws IOException what reading throws
     */
    public static InputStream decode(@Nullable String encoding, InputStream body, List<ContentCoding> known)
            throws IOException {
        if (encoding == null || encoding.isBlank()) {
            return body;
        }
        String[] names = encoding.split(",", -1);
        if (names.length > MOST_LAYERS) {
            throw new IOException("the body is encoded " + names.length + " times (" + encoding + "), and at most "
                    + MOST_LAYERS + " codings are undone");
        }
        for (String name : names) {
            if (!isIdentity(name) && find(name, known) == null) {
                return body;
            }
        }
        InputStream decoded = body;
        for (int i = names.length - 1; i >= 0; i--) {
            ContentCoding coding = find(names[i], known);
            if (coding != null) {
                decoded = new Lazy(coding, decoded);
            }
        }
        return decoded;
    }

    private static boolean isIdentity(String name) {
        return name.isBlank() || name.strip().equalsIgnoreCase("identity");
    }

    private static @Nullable ContentCoding find(String name, List<ContentCoding> known) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        String plain = wanted.startsWith("x-") ? wanted.substring(2) : wanted;
        for (ContentCoding coding : known) {
            if (coding.name().equals(plain)) {
                return coding;
            }
        }
        return null;
    }

    /**
     * Decoders read ahead when they are made; this one is made at the first read. An empty body stays empty, encoded or
     * not.
     */
    private static final class Lazy extends InputStream {
        private final ContentCoding coding;
        private final PushbackInputStream encoded;
        private @Nullable InputStream decoded;
        private boolean empty;

        Lazy(ContentCoding coding, InputStream encoded) {
            this.coding = coding;
            this.encoded = new PushbackInputStream(encoded, 1);
        }

        private @Nullable InputStream decoded() throws IOException {
            InputStream ready = decoded;
            if (ready == null && !empty) {
                int first = encoded.read();
                if (first < 0) {
                    empty = true;
                    return null;
                }
                encoded.unread(first);
                ready = coding.decode(encoded);
                decoded = ready;
            }
            return ready;
        }

        @Override
        public int read() throws IOException {
            InputStream ready = decoded();
            return ready == null ? -1 : ready.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            InputStream ready = decoded();
            return ready == null ? -1 : ready.read(into, offset, length);
        }

        @Override
        public void close() throws IOException {
            InputStream ready = decoded;
            if (ready != null) {
                ready.close();
            } else {
                encoded.close();
            }
        }
    }
}

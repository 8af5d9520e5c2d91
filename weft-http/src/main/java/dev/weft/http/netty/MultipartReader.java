package dev.weft.http.netty;

import dev.weft.http.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes a multipart body apart (RFC 2046, section 5.1) while it arrives: one part after the other, each in pieces, in a
 * buffer of fixed size.
 *
 * <pre>
 *   PREAMBLE ──delimiter──► HEADER ──empty line──► CONTENT ──delimiter──► HEADER ...
 *       └──────────────────────last delimiter─────────┴──► END; what follows is not read
 * </pre>
 *
 * <p>It is strict where the format has two readings: lines end with CR LF, header fields are not folded, a delimiter
 * stands alone on its line, and the last one must come. One caller at a time; reading waits as the underlying stream
 * does.
 */
public final class MultipartReader {
    private static final int BUFFER = 8 * 1024;
    private static final int MAX_BOUNDARY = 70;
    private static final int MAX_FIELDS = 32;
    private static final String BOUNDARY_MARKS = "'()+_,-./:=? ";

    private final InputStream in;
    private final int maxHeaderSize;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;

    /** Up to here the buffer is known to hold content and no delimiter. */
    private int clear;

    private boolean contentEnded;
    private boolean finished;
    private boolean begun;

    /** A body that is not in this format, or beyond a limit. */
    @SuppressWarnings("serial")
    public static final class Malformed extends IOException {
        private final boolean tooLarge;

        Malformed(String message, boolean tooLarge) {
            super(message);
            this.tooLarge = tooLarge;
        }

        /** {@return whether it is well-formed, but beyond a limit} */
        public boolean isTooLarge() {
            return tooLarge;
        }
    }

    /**
     * Begins to read.
     *
     * @param in the body
     * @param boundary what stands between the parts; see {@link #isBoundary}
     * @param maxHeaderSize how many bytes the header of a part may have, and what comes before the first one
     */
    public MultipartReader(InputStream in, String boundary, int maxHeaderSize) {
        this.in = in;
        this.maxHeaderSize = maxHeaderSize;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        // The delimiter begins with the end of a line. Before the first line there is none: so put one there.
        buffer[0] = '\r';
        buffer[1] = '\n';
        end = 2;
    }

    /**
     * {@return whether this is a boundary by RFC 2046: 1 to 70 of certain characters, the last one no space}
     *
     * @param text the text
     */
    public static boolean isBoundary(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_BOUNDARY
                && text.charAt(text.length() - 1) != ' '
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || BOUNDARY_MARKS.indexOf(c) >= 0);
    }

    /**
     * Goes to the next part; what is left of the current one is dropped.
     *
     * @return the header of the part, or null if there are no more
     * @throws Malformed if the body is not in this format
     * @throws IOException what reading throws
     */
    public @Nullable Headers next() throws IOException {
        if (finished) {
            return null;
        }
        if (begun) {
            while (ready()) {
                at = clear;
            }
        } else {
            begun = true;
            skipPreamble();
        }
        if (endsHere()) {
            finished = true;
            return null;
        }
        Headers header = header();
        contentEnded = false;
        clear = at;
        skipDelimiterWithoutContent();
        return header;
    }

    private void skipPreamble() throws IOException {
        int skipped = 0;
        while (ready()) {
            skipped += clear - at;
            at = clear;
            if (skipped > maxHeaderSize) {
                throw new Malformed("there is no delimiter in the first " + maxHeaderSize + " bytes", false);
            }
        }
    }

    /** Reads what stands behind a delimiter, and says whether it was the last one. */
    private boolean endsHere() throws IOException {
        byte first = take();
        if (first == '-') {
            if (take() != '-') {
                throw new Malformed("a delimiter is followed by something else than the end of its line", false);
            }
            return true;
        }
        int padding = 0;
        while (first == ' ' || first == '\t') {
            if (++padding > MAX_BOUNDARY) {
                throw new Malformed("a delimiter is followed by too much space", false);
            }
            first = take();
        }
        if (first != '\r' || take() != '\n') {
            throw new Malformed("a delimiter is followed by something else than the end of its line", false);
        }
        return false;
    }

    private Headers header() throws IOException {
        List<String> fields = new ArrayList<>();
        int left = maxHeaderSize;
        while (true) {
            String line = line(left);
            if (line.isEmpty()) {
                break;
            }
            left -= line.length() + 2;
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new Malformed("the header of a part has a line that is no field", false);
            }
            fields.add(line.substring(0, colon));
            fields.add(line.substring(colon + 1).strip());
            if (fields.size() > 2 * MAX_FIELDS) {
                throw new Malformed("a part has more than " + MAX_FIELDS + " header fields", true);
            }
        }
        try {
            return Headers.of(fields.toArray(String[]::new));
        } catch (IllegalArgumentException e) {
            throw new Malformed("the header of a part is not well-formed: " + e.getMessage(), false);
        }
    }

    private String line(int most) throws IOException {
        var line = new ByteArrayOutputStream(80);
        while (true) {
            byte b = take();
            if (b == '\r') {
                if (take() != '\n') {
                    throw new Malformed("the header of a part holds a carriage return within a line", false);
                }
                return line.toString(StandardCharsets.UTF_8);
            }
            if (b == '\n') {
                throw new Malformed("the header of a part has a line that ends without a carriage return", false);
            }
            if (line.size() >= most) {
                throw new Malformed("the header of a part is larger than " + maxHeaderSize + " bytes", true);
            }
            line.write(b);
        }
    }

    /**
     * A part without content may end with the empty line of its header, which is then the beginning of the delimiter.
     */
    private void skipDelimiterWithoutContent() throws IOException {
        for (int i = 0; i < delimiter.length - 2; i++) {
            if (at + i == end) {
                fill();
            }
            if (buffer[at + i] != delimiter[i + 2]) {
                return;
            }
        }
        at += delimiter.length - 2;
        clear = at;
        contentEnded = true;
    }

    /**
     * Reads content of the current part.
     *
     * @param into where it goes
     * @param offset where there
     * @param length how much at most
     * @return how much, at least 1 if {@code length} is; -1 at the end of the part
     * @throws Malformed if the body ends before the last delimiter
     * @throws IOException what reading throws
     */
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!begun || finished || !ready()) {
            return -1;
        }
        int count = Math.min(length, clear - at);
        System.arraycopy(buffer, at, into, offset, count);
        at += count;
        return count;
    }

    /**
     * {@return whether the buffer holds content; false if the content has ended, and then the delimiter has been taken}
     */
    private boolean ready() throws IOException {
        while (!contentEnded && at == clear) {
            scan();
            if (at == clear) {
                if (end - at >= delimiter.length) {
                    at += delimiter.length;
                    clear = at;
                    contentEnded = true;
                } else {
                    fill();
                }
            }
        }
        return !contentEnded;
    }

    /** Moves {@code clear} to the next delimiter, or to what may be the beginning of one. */
    private void scan() {
        int candidate = at;
        while (candidate < end) {
            if (buffer[candidate] == '\r') {
                int most = Math.min(delimiter.length, end - candidate);
                int same = 1;
                while (same < most && buffer[candidate + same] == delimiter[same]) {
                    same++;
                }
                if (same == most) {
                    break;
                }
            }
            candidate++;
        }
        clear = candidate;
    }

    private byte take() throws IOException {
        if (at == end) {
            fill();
        }
        byte b = buffer[at++];
        clear = at;
        return b;
    }

    private void fill() throws IOException {
        if (at > 0) {
            System.arraycopy(buffer, at, buffer, 0, end - at);
            clear -= at;
            end -= at;
            at = 0;
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            throw new Malformed("the body ends before its last delimiter", false);
        }
        end += count;
    }
}

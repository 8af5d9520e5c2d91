package dev.weft.cli.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.Objects;

/** Reads a stream as {@link RawText}: UTF-8 in which no byte is lost. Not thread-safe. */
public final class RawReader extends Reader {
    private static final int BUFFER = 32 * 1024;
    private static final int LONGEST_CHARACTER = 4;

    private final InputStream in;
    private final byte[] bytes = new byte[BUFFER];
    private int kept;
    private String text = "";
    private int next;
    private boolean ended;

    /**
     * Makes a reader.
     *
     * @param in the stream; closed with this
     */
    public RawReader(InputStream in) {
        this.in = in;
    }

    @Override
    public int read(char[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        while (next == text.length()) {
            if (ended) {
                return -1;
            }
            fill();
        }
        int count = Math.min(length, text.length() - next);
        text.getChars(next, next + count, into, offset);
        next += count;
        return count;
    }

    private void fill() throws IOException {
        int read = in.read(bytes, kept, bytes.length - kept);
        ended = read < 0;
        int length = kept + Math.max(0, read);
        int whole = ended ? length : length - unfinished(length);
        text = RawText.decode(bytes, 0, whole);
        next = 0;
        kept = length - whole;
        System.arraycopy(bytes, whole, bytes, 0, kept);
    }

    /** How many bytes at the end may be the beginning of a character. */
    private int unfinished(int length) {
        for (int i = 1; i < LONGEST_CHARACTER && i <= length; i++) {
            int each = bytes[length - i] & 0xFF;
            if (each >= 0xC0) {
                int needed = each >= 0xF0 ? 4 : each >= 0xE0 ? 3 : 2;
                return needed > i ? i : 0;
            }
            if (each < 0x80) {
                return 0;
            }
        }
        return 0;
    }

    @Override
    public boolean ready() throws IOException {
        return next < text.length() || in.available() > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

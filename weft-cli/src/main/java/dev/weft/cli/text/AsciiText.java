package dev.weft.cli.text;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * ASCII that grows, as the bytes that are written in the end: what a log of a million lines is made of. Not
 * thread-safe.
 */
public final class AsciiText {
    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final int LONGEST_NUMBER = 20;
    private static final int LONGEST_ESCAPE = 6;

    private byte[] bytes;
    private int length;

    /**
     * Begins with nothing.
     *
     * @param capacity how much there is likely to be
     */
    public AsciiText(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    /**
     * {@return how many characters there are}
     */
    public int length() {
        return length;
    }

    /** Forgets all that there is. */
    public void clear() {
        length = 0;
    }

    /**
     * Adds a character.
     *
     * @param c the character, in ASCII
     * @return this
     */
    public AsciiText add(char c) {
        ensure(1);
        bytes[length++] = (byte) c;
        return this;
    }

    /**
     * Adds text as it is.
     *
     * @param text the text, in ASCII
     * @return this
     */
    @SuppressWarnings(
            "deprecation") // the one method that copies the low bytes of characters; the high ones are known to be 0
    public AsciiText add(String text) {
        int count = text.length();
        ensure(count);
        text.getBytes(0, count, bytes, length);
        length += count;
        return this;
    }

    /**
     * Adds a whole number.
     *
     * @param number the number
     * @return this
     */
    public AsciiText add(long number) {
        if (number < 0) {
            return add(Long.toString(number));
        }
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return add(number, digits);
    }

    /**
     * Adds a whole number with zeros before it.
     *
     * @param number the number, not negative
     * @param digits how many digits
     * @return this
     */
    public AsciiText add(long number, int digits) {
        ensure(Math.max(digits, LONGEST_NUMBER));
        long rest = number;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /**
     * Adds text as it stands between the quotes of JSON, with escapes for what is not ASCII.
     *
     * @param text the text
     * @return this
     */
    public AsciiText addEscaped(String text) {
        int plain = 0;
        while (plain < text.length() && isPlain(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            return add(text);
        }
        for (int i = 0; i < text.length(); i++) {
            escaped(text.charAt(i));
        }
        return this;
    }

    private void escaped(char c) {
        ensure(LONGEST_ESCAPE);
        if (isPlain(c)) {
            bytes[length++] = (byte) c;
            return;
        }
        add('\\');
        switch (c) {
            case '"', '\\' -> add(c);
            case '\n' -> add('n');
            case '\r' -> add('r');
            case '\t' -> add('t');
            default ->
                add('u').add(HEX[c >> 12])
                        .add(HEX[(c >> 8) & 15])
                        .add(HEX[(c >> 4) & 15])
                        .add(HEX[c & 15]);
        }
    }

    /** Whether a character stands for itself in a string of JSON. */
    private static boolean isPlain(char c) {
        return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, more)));
        }
    }

    /**
     * {@return the bytes, which are these until something is added}
     */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    /**
     * Writes what there is.
     *
     * @param out where to
     * @throws IOException if it cannot be written
     */
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, length);
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}

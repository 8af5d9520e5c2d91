package dev.weft.http.netty;

import dev.weft.net.netty.NettyIo;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Puts the header of a message of HTTP/1.1 together, and the message into one buffer. Its texts have been checked:
 * names are tokens, and values hold no control characters. Used again and again, by one coroutine at a time.
 */
public final class HeadBytes {
    private static final int FIRST = 512;
    private static final int KEPT = 8 * 1024;
    private static final int LONGEST_NUMBER = 20;

    private byte[] bytes = new byte[FIRST];
    private int length;

    /** Makes an empty header. */
    public HeadBytes() {}

    /** Begins anew. */
    public void clear() {
        length = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[FIRST];
        }
    }

    /**
     * Adds bytes as they are: whole lines, or parts of the first one.
     *
     * @param text the bytes
     */
    public void add(byte[] text) {
        room(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
    }

    /**
     * Adds characters of Latin-1; others become question marks.
     *
     * @param text the characters
     */
    public void add(String text) {
        add(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Adds a field.
     *
     * @param name its name
     * @param value its value
     */
    public void field(String name, String value) {
        add(name);
        separator();
        add(value);
        endLine();
    }

    /**
     * Adds a field with a number.
     *
     * @param name its name and the separator
     * @param value its value, not negative
     */
    public void field(byte[] name, long value) {
        add(name);
        room(LONGEST_NUMBER);
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        endLine();
    }

    private void separator() {
        room(2);
        bytes[length++] = ':';
        bytes[length++] = ' ';
    }

    /** Ends a line: that of a field, or the empty one behind the last. */
    public void endLine() {
        room(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * bytes.length));
        }
    }

    /**
     * {@return the message, in a buffer to be sent now; on the I/O coroutine}
     *
     * @param io the I/O that sends it
     * @param body its body
     */
    public ByteBuf with(byte[] body, NettyIo io) {
        return io.bufferToSend(length + body.length)
                .writeBytes(bytes, 0, length)
                .writeBytes(body);
    }
}

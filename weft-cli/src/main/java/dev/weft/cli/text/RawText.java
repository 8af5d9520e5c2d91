package dev.weft.cli.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text that keeps every byte: UTF-8, where a byte that is none becomes the lone surrogate U+DC80 to U+DCFF and turns
 * back into that byte. File names are bytes; this is how they pass through strings unharmed (PEP 383).
 */
public final class RawText {
    private static final int ESCAPE = 0xDC00;

    private RawText() {}

    /**
     * Reads bytes as text.
     *
     * @param bytes the bytes
     * @return the text, which {@link #encode} turns into the same bytes
     */
    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /**
     * Reads a part of an array as text.
     *
     * @param bytes the array
     * @param offset where the part begins
     * @param length how long it is
     * @return the text
     */
    public static String decode(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] < 0) {
                return decodeBeyondAscii(ByteBuffer.wrap(bytes, offset, length));
            }
        }
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    private static String decodeBeyondAscii(ByteBuffer in) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer out = CharBuffer.allocate(in.remaining());
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE + (in.get() & 0xFF)));
            }
            decoder.reset();
        }
    }

    /**
     * Turns text into the bytes that it stands for.
     *
     * @param text the text
     * @return its bytes
     */
    public static byte[] encode(String text) {
        if (isWithoutSurrogates(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (CharacterCodingException e) {
            return encodeEscapes(text);
        }
    }

    private static boolean isWithoutSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static byte[] encodeEscapes(String text) {
        var bytes = new ByteArrayOutputStream(text.length() + 16);
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            if (point >= ESCAPE + 0x80 && point <= ESCAPE + 0xFF) {
                bytes.write(point - ESCAPE);
            } else {
                // A surrogate that no decoder made becomes a question mark, as everywhere in Java.
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    /**
     * Makes text fit to be shown: bytes that are no text, and control characters, are written as {@code \xNN}, and
     * what turns the direction of writing around, so that a line reads as something else, as
     * <code>&#92;u{202e}</code>.
     *
     * @param text the text
     * @return what can be printed
     */
    public static String printable(String text) {
        StringBuilder shown = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lone = c >= ESCAPE + 0x80
                    && c <= ESCAPE + 0xFF
                    && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
            if (lone || Character.isISOControl(c)) {
                if (shown == null) {
                    shown = new StringBuilder(text.substring(0, i));
                }
                shown.append(
                        c == '\n' ? "\\n" : c == '\t' ? "\\t" : String.format("\\x%02x", lone ? c - ESCAPE : (int) c));
            } else if (isDeceptive(c)) {
                if (shown == null) {
                    shown = new StringBuilder(text.substring(0, i));
                }
                shown.append(String.format("\\u{%04x}", (int) c));
            } else if (shown != null) {
                shown.append(c);
            }
        }
        return shown == null ? text : shown.toString();
    }

    /**
     * Marks, embeddings, overrides and isolates of direction, and the separators that only some programs take for
     * line ends.
     */
    private static boolean isDeceptive(char c) {
        return c == '\u061C'
                || c == '\u200E'
                || c == '\u200F'
                || (c >= '\u2028' && c <= '\u202E')
                || (c >= '\u2066' && c <= '\u2069');
    }
}

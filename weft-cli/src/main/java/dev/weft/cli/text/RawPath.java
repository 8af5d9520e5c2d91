package dev.weft.cli.text;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Paths whose names are any bytes. Java makes paths of text in the encoding of the locale, in which a name may not be,
 * and shows what is no text in it as U+FFFD; {@link RawText} has all bytes. On Unix, a path and its URI have them, too.
 */
public final class RawPath {
    private static final String UNRESERVED = "-._~/";
    private static final int ASCII = 0x80;

    private RawPath() {}

    /**
     * Makes a path.
     *
     * @param text its text, as {@link RawText} has it
     * @return the path; absolute if the locale cannot say it
     * @throws InvalidPathException if there is no such path
     */
    public static Path of(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            if (text.indexOf('\0') >= 0) {
                throw e;
            }
            return raw(text, e);
        }
    }

    private static Path raw(String text, InvalidPathException problem) {
        StringBuilder uri = new StringBuilder("file://");
        if (!text.startsWith("/")) {
            uri.append(Path.of("").toUri().getRawPath());
        }
        for (byte each : RawText.encode(text)) {
            char c = (char) (each & 0xFF);
            if (c < ASCII && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                uri.append(c);
            } else {
                uri.append(String.format("%%%02X", (int) c));
            }
        }
        try {
            return Path.of(URI.create(uri.toString()));
        } catch (IllegalArgumentException e) {
            throw problem; // not Unix
        }
    }

    /**
     * Writes a path with all its bytes.
     *
     * @param path the path
     * @return its text, as {@link RawText} has it
     */
    public static String text(Path path) {
        String text = path.toString();
        if (text.chars().allMatch(c -> c < ASCII)
                || !path.getFileSystem().getSeparator().equals("/")) {
            return text;
        }
        String uri = path.toUri().getRawPath();
        String[] names = (uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri).split("/", -1);
        StringBuilder raw = new StringBuilder(path.isAbsolute() ? "/" : "");
        for (int i = names.length - path.getNameCount(); i < names.length; i++) {
            raw.append(names[i]).append(i + 1 < names.length ? "/" : "");
        }
        return decoded(raw.toString());
    }

    private static String decoded(String uri) {
        byte[] from = uri.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[from.length];
        int length = 0;
        for (int i = 0; i < from.length; i++) {
            if (from[i] == '%') {
                bytes[length++] = (byte) Integer.parseInt(uri.substring(i + 1, i + 3), 16);
                i += 2;
            } else {
                bytes[length++] = from[i];
            }
        }
        return RawText.decode(bytes, 0, length);
    }
}

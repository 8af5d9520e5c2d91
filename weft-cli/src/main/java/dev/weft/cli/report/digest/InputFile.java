package dev.weft.cli.report.digest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many inputs a run has.
 *
 * @param count how many have been read
 * @param complete whether these are all
 * @param sha256 the hash of the file that they are in; null while it is not complete
 */
record InputFile(long count, boolean complete, @Nullable String sha256) {
    private static final Pattern END = Pattern.compile("(?:^|\n)\\{\"end\":(\\d{1,18})}\n$");
    private static final int TAIL = 64;

    /** Counts the inputs of a run, which may go on. */
    static InputFile read(Path file) throws IOException {
        long lines = 0;
        byte[] tail = new byte[0];
        MessageDigest digest = hashing();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
                tail = joined(tail, buffer, read);
            }
        } catch (NoSuchFileException e) {
            return new InputFile(0, false, null);
        }
        Matcher end = END.matcher(new String(tail, StandardCharsets.ISO_8859_1));
        return end.find()
                ? new InputFile(
                        Long.parseLong(end.group(1)), true, HexFormat.of().formatHex(digest.digest()))
                : new InputFile(lines, false, null);
    }

    /** The last bytes of one array and another. */
    private static byte[] joined(byte[] before, byte[] buffer, int length) {
        int kept = Math.min(before.length, Math.max(0, TAIL - length));
        int added = Math.min(length, TAIL);
        byte[] tail = new byte[kept + added];
        System.arraycopy(before, before.length - kept, tail, 0, kept);
        System.arraycopy(buffer, length - added, tail, kept, added);
        return tail;
    }

    private static MessageDigest hashing() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}

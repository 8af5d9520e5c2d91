package dev.weft.cli.function;

import dev.weft.process.internal.UserCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Where compiled sources and resolved dependencies are kept: {@code weft} in the user's cache directory. */
final class Cache {
    private static final int NAME = 32;

    private Cache() {}

    /**
     * Names the place for something.
     *
     * @param kind a directory for things of its kind; made if there is none, for its user only
     * @param parts all that it depends on
     * @return the place, where nothing may be yet
     * @throws IOException if there can be none, or others could write there: what is in it is run
     */
    static Path place(String kind, List<String> parts) throws IOException {
        Path cache = UserCache.directory()
                .orElseThrow(() -> new IOException(
                        "no place for compiled classes: set XDG_CACHE_HOME to a directory, as there is no home"));
        UserCache.claim(cache);
        UserCache.claim(cache.resolve(kind));
        return cache.resolve(kind).resolve(hash(parts));
    }

    private static String hash(List<String> parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, NAME);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

package dev.weft.cluster.agent;

import dev.weft.process.internal.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The files that drivers have shipped, by the SHA-256 of their content, for all drivers and agents of this user. Only
 * the user can enter the directory. A file is there whole or
 * not at all: it is written under another name, compared with the name that it is to have, and then moved.
 *
 * <p>What was not used for longest is removed when there is more than {@link #MOST_BYTES}; workers that run keep what
 * they have open. Any thread.
 */
final class BlobStore {
    private static final long MOST_BYTES = 4L << 30;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final Path directory;

    private BlobStore(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens the store of this user.
     *
     * @throws IOException if there can be none, or others could write there: what is in it is run
     */
    static BlobStore open() throws IOException {
        Path cache = UserCache.directory()
                .orElseThrow(() -> new IOException(
                        "no place for what drivers ship: set XDG_CACHE_HOME to a directory, as there is no home"));
        UserCache.claim(cache);
        return in(cache.resolve("blobs"));
    }

    /** Opens a store in a directory, which is made if need be. */
    static BlobStore in(Path directory) throws IOException {
        UserCache.claim(directory);
        return new BlobStore(directory);
    }

    /**
     * Finds a file.
     *
     * @param hash its name
     * @param size how long it has to be
     * @throws IOException if the name is none, which would be a way out of the directory
     */
    Optional<Path> find(String hash, long size) throws IOException {
        Path file = directory.resolve(checked(hash));
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != size) {
            return Optional.empty();
        }
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
        return Optional.of(file);
    }

    /** {@return a new file to write to, for {@link #keep}} */
    Path draft() throws IOException {
        return Files.createTempFile(directory, "new-", "");
    }

    /**
     * Keeps a file that has been written, under the hash of its content.
     *
     * @return where it is now
     * @throws IOException if its content is another; the draft is gone then
     */
    Path keep(Path draft, String hash) throws IOException {
        try {
            String found = hash(draft);
            if (!found.equals(checked(hash))) {
                throw new IOException("expected a file with the SHA-256 " + hash + ", and was sent one with " + found);
            }
            Path file = directory.resolve(hash);
            try {
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
            }
            makeRoom(file);
            return file;
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private void makeRoom(Path newest) throws IOException {
        record Kept(Path file, long size, FileTime used) {}
        List<Kept> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                all.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
            }
        }
        long bytes = all.stream().mapToLong(Kept::size).sum();
        all.sort(Comparator.comparing(Kept::used));
        for (Kept kept : all) {
            if (bytes <= MOST_BYTES) {
                return;
            }
            if (!kept.file().equals(newest)) {
                Files.deleteIfExists(kept.file());
                bytes -= kept.size();
            }
        }
    }

    private static String checked(String hash) throws IOException {
        if (!HASH.matcher(hash).matches()) {
            throw new IOException("expected a SHA-256 in hexadecimal digits, found '" + hash + "'");
        }
        return hash;
    }

    private static String hash(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[1 << 16];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                digest.update(piece, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

package dev.weft.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one pool, which only its user can enter: {@code <java.io.tmpdir>/weft-<pid>-<random>}, with the
 * socket {@code s}, the argument file {@code args}, a {@link StartMark} {@code m<number>} for each worker, and
 * {@code lock}.
 *
 * <p>The pool holds a lock on the last one as long as its JVM lives. The system frees it however that ends, so that a
 * directory whose lock can be had belongs to nobody and is removed when the next pool opens. (A process id would not
 * do: it says nothing across containers that share the directory for temporary files, and is used again.)
 */
final class PoolDirectory {
    private static final String PREFIX = "weft-";
    /** The whole names of such directories: what else begins likewise is somebody's own. */
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,18})-[0-9a-f]{8}");

    private static final String LOCK = "lock";
    /** How long a directory may be without its lock, while it is being made. */
    private static final Duration UNDER_CONSTRUCTION = Duration.ofMinutes(1);
    /** The directories of this JVM. They are never tried: closing a file frees all locks that the process has on it. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;
    private final UserPrincipal owner;

    private PoolDirectory(Path path, FileChannel lock) throws IOException {
        this.path = path;
        this.lock = lock;
        this.owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Checks that the directory is there and the user's own. If something has cleared it away, somebody else could have
     * made one of the same name, and what is in there would be run.
     *
     * @throws IOException if it is not
     */
    void check() throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                || !Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
            throw new IOException("the directory " + path
                    + " of this pool is gone, as when something clears old temporary files away: except it"
                    + " from that, or set -Djava.io.tmpdir to another directory");
        }
    }

    static String socket(String directory) {
        return directory.concat("/s");
    }

    /** {@return the beginning of the paths of large arrays from the pool} */
    static String poolFiles(String memory) {
        return memory.concat("/p");
    }

    /** {@return the beginning of the paths of large arrays from a worker} */
    static String workerFiles(String memory, int number) {
        return memory.concat("/w").concat(Integer.toString(number)).concat("-");
    }

    static String mark(String directory, int number) {
        return directory.concat("/m").concat(Integer.toString(number));
    }

    /**
     * Makes a directory.
     *
     * @throws UncheckedIOException if that is not possible; the message names the place and the remedy
     */
    static PoolDirectory create() {
        return create(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
    }

    /**
     * Makes a directory for {@link SharedFiles}: in {@code /dev/shm}, or where {@code -Dweft.process.sharedMemory}
     * says, which is empty for nowhere.
     *
     * @return the directory, or null if there is no such place or one cannot be made there
     */
    static @Nullable PoolDirectory createInMemory() {
        Path parent = memory();
        if (parent != null && Files.isDirectory(parent)) {
            try {
                return create(parent);
            } catch (UncheckedIOException e) {
                Log.debug("large arrays go with messages", e);
            }
        }
        return null;
    }

    private static @Nullable Path memory() {
        String place = System.getProperty("weft.process.sharedMemory", "/dev/shm");
        return place.isEmpty() ? null : Path.of(place).toAbsolutePath();
    }

    private static PoolDirectory create(Path parent) {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        Path path = parent.resolve(
                PREFIX + ProcessHandle.current().pid() + "-" + HexFormat.of().formatHex(random));
        OWN.add(path);
        try {
            Files.createDirectory(path, onlyForTheUser(parent));
            FileChannel lock =
                    FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                throw new IOException("another process has locked the new file " + path.resolve(LOCK));
            }
            return new PoolDirectory(path, lock);
        } catch (IOException e) {
            OWN.remove(path);
            throw new UncheckedIOException(
                    "cannot make the directory " + path + " for the socket of a process pool (" + e
                            + "): make room there or make it writable, or set -Djava.io.tmpdir to another directory",
                    e);
        }
    }

    private static FileAttribute<?>[] onlyForTheUser(Path parent) throws IOException {
        return Files.getFileStore(parent).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    Path path() {
        return path;
    }

    Path socket() {
        return Path.of(socket(path.toString()));
    }

    Path mark(int number) {
        return Path.of(mark(path.toString(), number));
    }

    Path argumentFile() {
        return path.resolve("args");
    }

    /** Removes the large arrays that a worker has left. */
    void removeOfWorker(int number) {
        String prefix = workerFiles("", number).substring(1);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(path, prefix + "*")) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            Log.debug("large arrays of worker " + number + " stay until the pool is closed", e);
        }
    }

    /** Removes the directory. What cannot be removed now is left to the next pool. */
    void remove() {
        try {
            delete(path);
        } catch (IOException e) {
            Log.debug("the directory " + path + " stays behind", e);
        } finally {
            try {
                lock.close();
            } catch (IOException e) {
                Log.debug("the lock of " + path + " could not be closed", e);
            }
            OWN.remove(path);
        }
    }

    /** Removes the directories of pools whose JVMs have ended without doing so. */
    static void sweep() {
        sweepIn(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
        Path memory = memory();
        if (memory != null && Files.isDirectory(memory)) {
            sweepIn(memory);
        }
    }

    private static void sweepIn(Path parent) {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(
                parent, path -> NAME.matcher(path.getFileName().toString()).matches())) {
            for (Path candidate : candidates) {
                if (!OWN.contains(candidate)) {
                    try {
                        sweep(candidate);
                    } catch (IOException e) {
                        // Another user's, or another sweeper was first.
                        Log.debug("left alone: " + candidate, e);
                    }
                }
            }
        } catch (IOException e) {
            Log.debug("cannot look for left directories in " + parent, e);
        }
    }

    private static void sweep(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                delete(directory);
            }
        } catch (OverlappingFileLockException e) {
            // Held by this JVM, under another name of the same directory.
            return;
        } catch (NoSuchFileException e) {
            boolean old = Files.getLastModifiedTime(directory)
                    .toInstant()
                    .isBefore(Instant.now().minus(UNDER_CONSTRUCTION));
            if (old && !ownerLives(directory)) {
                delete(directory);
            }
        }
    }

    /** Something that clears old files away may have taken the lock of a directory that is in use. */
    private static boolean ownerLives(Path directory) {
        Matcher name = NAME.matcher(directory.getFileName().toString());
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isPresent();
    }

    private static void delete(Path directory) throws IOException {
        empty(directory);
        // The lock goes last, so that a directory that could not be emptied still tells whose it is.
        Files.deleteIfExists(directory.resolve(LOCK));
        Files.deleteIfExists(directory);
    }

    private static void empty(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    empty(file);
                }
                if (!file.endsWith(LOCK)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}

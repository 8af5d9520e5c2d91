package dev.weft.process.shared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The directory that all processes of a user have in common: {@code /dev/shm/weft.<user>}, with the blocks and the file
 * {@code presence}, which only that user can enter. It stays, nearly empty, when the last process has ended.
 *
 * <p>Where there is no {@code /dev/shm} it is in {@code java.io.tmpdir}; {@code -Dweft.process.sharedMemory} names
 * another place. All processes that share something need the same.
 */
final class Room {
    /** The file of {@link Presence}, which is opened once and never closed. */
    static final String PRESENCE = "presence";

    private static final ReentrantLock OPENING = new ReentrantLock();
    private static volatile @Nullable Room opened;

    final Path path;
    final FileChannel presence;

    private Room(Path path, FileChannel presence) {
        this.path = path;
        this.presence = presence;
    }

    /**
     * {@return the directory}
     *
     * @throws UncheckedIOException if it cannot be made or is not this user's
     */
    static Room get() {
        Room room = opened;
        if (room == null) {
            OPENING.lock();
            try {
                room = opened;
                if (room == null) {
                    room = open();
                    opened = room;
                }
            } finally {
                OPENING.unlock();
            }
        }
        return room;
    }

    private static Room open() {
        Path path = parent().resolve("weft." + System.getProperty("user.name").replaceAll("[^A-Za-z0-9_]", "_"));
        try {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                make(path);
            }
            FileChannel presence = FileChannel.open(
                    path.resolve(PRESENCE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            check(path);
            return new Room(path, presence);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot use the directory " + path + " for memory between processes (" + e
                            + "): make it writable, or have all processes that share something started with"
                            + " -Dweft.process.sharedMemory=<another directory>",
                    e);
        }
    }

    private static Path parent() {
        String place = System.getProperty("weft.process.sharedMemory", "/dev/shm");
        Path memory = Path.of(place.isEmpty() ? "/dev/shm" : place);
        return Files.isDirectory(memory)
                ? memory.toAbsolutePath()
                : Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    }

    private static void make(Path path) throws IOException {
        FileAttribute<?>[] onlyForTheUser = Files.getFileStore(path.getParent()).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.createDirectory(path, onlyForTheUser);
        } catch (IOException e) {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) { // else another process was first
                throw e;
            }
        }
    }

    /**
     * What others could have made, or could write to, is not used: what is in there moves objects between processes.
     */
    private static void check(Path path) throws IOException {
        if (!Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(path.resolve(PRESENCE)))) {
            throw new IOException("it belongs to " + Files.getOwner(path, LinkOption.NOFOLLOW_LINKS));
        }
        if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
            if (!mode.endsWith("------")) {
                throw new IOException("its mode is " + mode + " and has to be rwx------");
            }
        }
    }
}

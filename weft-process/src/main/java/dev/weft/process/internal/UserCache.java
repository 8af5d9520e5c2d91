package dev.weft.process.internal;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The directory where Weft keeps for this user what it could make anew: {@code weft} in {@code $XDG_CACHE_HOME} or
 * {@code ~/.cache}, {@code ~/Library/Caches}, {@code %LOCALAPPDATA%}. Some of what is in it is run later, so that
 * nobody else may be able to write there.
 */
public final class UserCache {
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private UserCache() {}

    /**
     * {@return the directory, which may not be there yet; empty if the user has no home}
     */
    public static Optional<Path> directory() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String home = System.getProperty("user.home", "");
        String windows = System.getenv("LOCALAPPDATA");
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches;
        if (system.startsWith("windows")) {
            caches = windows == null ? null : Path.of(windows);
        } else if (xdg != null && Path.of(xdg).isAbsolute()) {
            caches = Path.of(xdg);
        } else if (home.isEmpty() || !Files.isDirectory(Path.of(home))) {
            caches = null;
        } else {
            caches = Path.of(home, system.startsWith("mac") ? "Library/Caches" : ".cache");
        }
        return Optional.ofNullable(caches).map(path -> path.resolve("weft"));
    }

    /**
     * Makes a directory for its user only, unless it is there, and sees that nobody else can change it.
     *
     * @param directory the directory; the one above it is made if need be
     * @throws IOException if it cannot be made, or others can write to it; the message says so
     */
    public static void claim(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(directory.getParent());
            Files.createDirectory(directory, ownerOnly());
        }
        if (!Files.isWritable(directory)) {
            throw new IOException(
                    "expected a directory that can be written to in " + directory + ", found one that cannot");
        }
        if (!isPosix()) {
            return;
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        String owner = Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).getName();
        String user = System.getProperty("user.name", "");
        if (!(owner.equals(user) || owner.equals(ownerOfThisProcess())) || !Collections.disjoint(mode, OTHERS_WRITE)) {
            throw new IOException("expected a directory of " + user + " that nobody else can write to in " + directory
                    + ", found one of " + owner + " with the mode " + PosixFilePermissions.toString(mode)
                    + ": chmod 700 it, or remove it");
        }
    }

    /** A user without a name, as in a container, is a number as an owner, and "?" to the JDK. */
    private static String ownerOfThisProcess() throws IOException {
        Path process = Path.of("/proc/self");
        return Files.exists(process) ? Files.getOwner(process).getName() : "";
    }

    /**
     * {@return what keeps others out of a new directory, where the file system knows of others}
     */
    public static FileAttribute<?>[] ownerOnly() {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }
}

package dev.weft.inspect;

import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A directory with the sockets of the processes of one user, which only that user can enter: {@code $WEFT_RUNTIME_DIR},
 * or {@code weft} in {@code $XDG_RUNTIME_DIR}, or {@code weft-<user>} in {@code /tmp}, with a file {@code <pid>.sock}
 * for each process.
 *
 * <p>What others could have made, or could write to, is not used by either side.
 *
 * @param path where it is
 */
public record SocketDirectory(Path path) {
    private static final Pattern SOCKET = Pattern.compile("(\\d{1,10})\\.(sock|new)");
    private static final boolean POSIX =
            Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");

    /**
     * Finds the directory for this process, and makes it if need be.
     *
     * @return the directory
     * @throws IOException if there is none that is the user's alone
     */
    public static SocketDirectory forListening() throws IOException {
        Path given = given();
        if (given != null) {
            return made(given);
        }
        Path runtime = runtime(System.getenv("XDG_RUNTIME_DIR"));
        if (runtime != null) {
            try {
                return made(runtime.resolve("weft"));
            } catch (IOException e) {
                // it may be full, or read-only: there is another place
            }
        }
        return made(temporary());
    }

    /**
     * {@return the directories in which processes of this user may have their sockets: those that exist and are the
     * user's alone}
     */
    public static List<SocketDirectory> existing() {
        Set<Path> candidates = new LinkedHashSet<>();
        List<SocketDirectory> directories = new ArrayList<>();
        Path given = given();
        if (given != null) {
            candidates.add(given);
            addUsable(candidates, directories);
            return directories;
        }
        for (String place : new String[] {System.getenv("XDG_RUNTIME_DIR"), usual()}) {
            Path runtime = runtime(place);
            if (runtime != null) {
                candidates.add(runtime.resolve("weft"));
            }
        }
        try {
            candidates.add(temporary());
        } catch (IOException e) {
            // nobody tells who this is: then nothing can be checked there
        }
        addUsable(candidates, directories);
        return directories;
    }

    private static void addUsable(Set<Path> candidates, List<SocketDirectory> directories) {
        for (Path candidate : candidates) {
            try {
                if (Files.exists(candidate, LinkOption.NOFOLLOW_LINKS) && problem(candidate) == null) {
                    directories.add(new SocketDirectory(candidate));
                }
            } catch (IOException e) {
                // it is not there any more
            }
        }
    }

    /** The one place that is looked at if it is named; both sides need the same. */
    private static @Nullable Path given() {
        String place = System.getenv("WEFT_RUNTIME_DIR");
        return place == null || place.isEmpty() ? null : Path.of(place).toAbsolutePath();
    }

    /** Where the system keeps the user's runtime directory, although the variable may not say so, as under cron. */
    private static @Nullable String usual() {
        try {
            return "/run/user/" + Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Path runtime(@Nullable String place) {
        try {
            if (place == null || !Path.of(place).isAbsolute()) {
                return null;
            }
            Path path = Path.of(place);
            return Files.isDirectory(path) && Files.getOwner(path).equals(Owner.self()) ? path : null;
        } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
            return null;
        }
    }

    /** Not {@code java.io.tmpdir}, which programs move: both sides must find the same place. */
    private static Path temporary() throws IOException {
        String user = Owner.self().getName().replaceAll("[^A-Za-z0-9._-]", "_");
        Path parent = POSIX && new File("/tmp").isDirectory()
                ? Path.of("/tmp")
                : Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        return parent.resolve("weft-" + user);
    }

    private static SocketDirectory made(Path path) throws IOException {
        try {
            Files.createDirectory(
                    path,
                    POSIX
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                            }
                            : new FileAttribute<?>[0]);
        } catch (FileAlreadyExistsException e) {
            // looked at below
        }
        String problem = problem(path);
        if (problem != null) {
            throw new IOException(path + " cannot hold sockets: " + problem);
        }
        return new SocketDirectory(path);
    }

    /** {@return why a directory is not to be used, or null} */
    static @Nullable String problem(Path path) throws IOException {
        if (!POSIX) {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .isDirectory()
                    ? null
                    : "it is no directory";
        }
        var attributes = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isDirectory()) {
            return attributes.isSymbolicLink() ? "it is a link" : "it is no directory";
        }
        if (!attributes.owner().equals(Owner.self())) {
            return "it belongs to " + attributes.owner().getName();
        }
        String mode = PosixFilePermissions.toString(attributes.permissions());
        return mode.endsWith("------") ? null : "its mode is " + mode + ", and has to be rwx------";
    }

    /**
     * {@return where the socket of a process is}
     *
     * @param pid the process
     */
    public Path socket(long pid) {
        return path.resolve(pid + ".sock");
    }

    /** {@return where a socket is while nobody listens there yet} */
    Path unfinished(long pid) {
        return path.resolve(pid + ".new");
    }

    /**
     * {@return the processes that have a socket here; they may have ended without removing it}
     *
     * @throws IOException if the directory cannot be read
     */
    public List<Long> processes() throws IOException {
        List<Long> processes = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*.sock")) {
            for (Path file : files) {
                Matcher name = SOCKET.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    processes.add(Long.valueOf(name.group(1)));
                }
            }
        }
        return processes;
    }

    /** Removes sockets of processes that have ended, and at which nobody answers. */
    public void sweep() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Matcher name = SOCKET.matcher(String.valueOf(file.getFileName()));
                if (name.matches() && isLeftBehind(Long.parseLong(name.group(1)), file)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            // the next one tries again
        }
    }

    /** A process may live and be in another namespace of numbers, as in a container: then it answers. */
    private static boolean isLeftBehind(long pid, Path file) {
        return !lives(pid) && !answers(file) && !lives(pid);
    }

    private static boolean lives(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }

    /** {@return whether somebody listens at a socket} */
    static boolean answers(Path file) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}

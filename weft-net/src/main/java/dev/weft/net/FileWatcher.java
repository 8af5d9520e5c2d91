package dev.weft.net;

import dev.weft.loop.kernel.Offload;
import dev.weft.sync.ClosedException;
import dev.weft.sync.Queue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What changes in a directory, as it happens.
 *
 * <pre>{@code
 * try (var watcher = FileWatcher.open(Path.of("config"))) {
 *     for (FileWatcher.Change change : watcher) {
 *         reload(change.path());
 *     }
 * }
 * }</pre>
 *
 * <p>What happens after {@link #open} has returned is reported, in order. It says that something is different, not what
 * was done: several writes may be one change, one write several, and what an editor calls saving is often a new file
 * that takes the place of the old one. Look at the file when its change is reported. To watch one file, watch its
 * directory.
 *
 * <p>{@link #next} suspends its coroutine. Any thread and any number of tasks may take changes; each goes to one of
 * them. The system is asked by a virtual thread of the watcher's own, and on macOS, where the JDK has to look for
 * itself, every two seconds.
 */
public final class FileWatcher implements Iterable<FileWatcher.Change>, AutoCloseable {
    private static final int MOST_WAITING = 10_000;

    private final Path root;
    private final boolean tree;
    private final WatchService service;
    private final Map<WatchKey, Path> directories = new ConcurrentHashMap<>();
    private final Queue<Change> changes = Queue.bounded(MOST_WAITING);
    private final AtomicBoolean lost = new AtomicBoolean();

    /** What happened. */
    public enum Kind {
        /** There is something that was not there; moved here, maybe. */
        CREATED,
        /** Its content or its attributes changed. */
        CHANGED,
        /** It is no longer there; moved away, maybe. */
        REMOVED,
        /** There was more than could be kept: look at everything. Its path is the directory that is watched. */
        OVERFLOW
    }

    /**
     * A change.
     *
     * @param kind what happened
     * @param path what it happened to; begins with the path of the directory as it was given
     */
    public record Change(Kind kind, Path path) {}

    private FileWatcher(Path root, boolean tree, WatchService service) {
        this.root = root;
        this.tree = tree;
        this.service = service;
    }

    /**
     * Watches what is directly in a directory.
     *
     * @param directory the directory
     * @return the watcher; close it
     * @throws NotDirectoryException if it is none
     * @throws IOException if it cannot be watched: the system has limits of its own
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static FileWatcher open(Path directory) throws IOException {
        return open(directory, false);
    }

    /**
     * Watches a directory and all below it, directories that come later included. Symbolic links are not followed. What
     * is made in a new directory in its first moment may be reported twice.
     *
     * @param directory the directory
     * @return the watcher; close it
     * @throws NotDirectoryException if it is none
     * @throws IOException if it cannot be watched: Linux allows a user {@code fs.inotify.max_user_watches} directories
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static FileWatcher openTree(Path directory) throws IOException {
        return open(directory, true);
    }

    private static FileWatcher open(Path directory, boolean tree) throws IOException {
        try {
            return Offload.open(() -> start(directory, tree), FileWatcher::close);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("watching throws no other checked exception", e);
        }
    }

    private static FileWatcher start(Path directory, boolean tree) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory + " is no directory; to watch a file, watch its directory");
        }
        var watcher = new FileWatcher(directory, tree, directory.getFileSystem().newWatchService());
        try {
            if (tree) {
                watcher.registerAll(directory, false);
            } else {
                watcher.register(directory);
            }
        } catch (Throwable e) {
            watcher.service.close();
            throw e;
        }
        Thread.ofVirtual().name("weft-watch-" + directory).start(watcher::watch);
        return watcher;
    }

    private void register(Path directory) throws IOException {
        WatchKey key = directory.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        directories.put(key, directory);
    }

    /** Registers a directory and those in it; and reports what is in there already, if it is new. */
    private void registerAll(Path from, boolean isNew) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                register(directory);
                return found(directory);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                return found(file);
            }

            private FileVisitResult found(Path path) {
                if (isNew && !path.equals(from)) {
                    report(Kind.CREATED, path);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // it is gone again
            }
        });
    }

    private void watch() {
        try {
            while (!directories.isEmpty()) {
                WatchKey key = service.take();
                Path directory = directories.get(key);
                if (directory != null) {
                    key.pollEvents().forEach(event -> noticed(directory, event));
                    if (!key.reset()) {
                        directories.remove(key); // the directory is gone
                    }
                }
            }
            report(Kind.REMOVED, root);
        } catch (ClosedWatchServiceException | InterruptedException e) {
            // closed
        } finally {
            changes.shutdown();
        }
    }

    private void noticed(Path directory, WatchEvent<?> event) {
        if (!(event.context() instanceof Path name)) {
            report(Kind.OVERFLOW, root);
            return;
        }
        Path path = directory.resolve(name);
        if (event.kind() == StandardWatchEventKinds.ENTRY_DELETE) {
            report(Kind.REMOVED, path);
        } else if (event.kind() == StandardWatchEventKinds.ENTRY_MODIFY) {
            report(Kind.CHANGED, path);
        } else {
            report(Kind.CREATED, path);
            if (tree && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                registerNew(path);
            }
        }
    }

    private void registerNew(Path directory) {
        try {
            registerAll(directory, true);
        } catch (IOException | UncheckedIOException e) {
            // Gone again, or more directories than the system watches: then what is in it goes unseen, which is said.
            report(Kind.OVERFLOW, root);
        }
    }

    private void report(Kind kind, Path path) {
        if (lost.get() && changes.tryPut(new Change(Kind.OVERFLOW, root))) {
            lost.set(false);
        }
        if (lost.get() || !changes.tryPut(new Change(kind, path))) {
            lost.set(true);
        }
    }

    /**
     * Waits for the next change.
     *
     * @return the change, or null once this is closed or the directory is gone, and all changes before have been taken
     * @throws dev.weft.Cancelled if the calling task is cancelled; no change is lost
     */
    public @Nullable Change next() {
        try {
            Change next = changes.tryGet();
            if (next == null && lost.compareAndSet(true, false)) {
                return new Change(Kind.OVERFLOW, root);
            }
            return next == null ? changes.get() : next;
        } catch (ClosedException e) {
            return null;
        }
    }

    /** {@return the changes, until this is closed or the directory is gone; taking one waits as {@link #next} does} */
    @Override
    public Iterator<Change> iterator() {
        return new Iterator<>() {
            private @Nullable Change ahead;

            @Override
            public boolean hasNext() {
                if (ahead == null) {
                    ahead = FileWatcher.this.next();
                }
                return ahead != null;
            }

            @Override
            public Change next() {
                Change taken = hasNext() ? ahead : null;
                if (taken == null) {
                    throw new NoSuchElementException("the watcher of " + root + " is closed");
                }
                ahead = null;
                return taken;
            }
        };
    }

    /** Ends the watch; whoever waits for a change is told. Idempotent. Any thread; does not wait. */
    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the watch of " + root + " cannot be ended", e);
        } finally {
            changes.shutdown();
        }
    }

    @Override
    public String toString() {
        return "FileWatcher[" + root + (tree ? ", with all below" : "") + "]";
    }
}

package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.net.FileWatcher.Change;
import dev.weft.net.FileWatcher.Kind;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileWatcherTest {
    @TempDir
    private Path directory;

    /** Takes changes until one of this kind and path is there. */
    private static List<Change> until(FileWatcher watcher, Kind kind, Path path) {
        List<Change> seen = new ArrayList<>();
        for (Change change : watcher) {
            seen.add(change);
            if (change.equals(new Change(kind, path))) {
                return seen;
            }
        }
        throw new AssertionError("expected " + kind + " of " + path + ", found the end after " + seen);
    }

    @Test
    void changesComeInTheirOrder() throws Exception {
        Path file = directory.resolve("a");
        Weft.run(() -> {
            try (var watcher = FileWatcher.open(directory)) {
                Files.writeString(file, "1");
                until(watcher, Kind.CREATED, file);
                Files.writeString(file, "2");
                until(watcher, Kind.CHANGED, file);
                Files.delete(file);
                assertThat(until(watcher, Kind.REMOVED, file))
                        .allMatch(change -> change.path().equals(file));
            }
        });
    }

    @Test
    void whoWaitsSuspendsItsCoroutineOnlyAndMayBeCancelled() throws Exception {
        Path file = directory.resolve("a");
        Weft.run(() -> {
            try (var watcher = FileWatcher.open(directory)) {
                assertThat(Weft.moveOnAfter(Duration.ofMillis(10), () -> {
                            watcher.next();
                        }))
                        .isFalse();
                try (var group = TaskGroup.open()) {
                    var change = group.spawn(watcher::next);
                    Weft.sleep(Duration.ZERO); // it waits by now
                    Files.createFile(file);
                    assertThat(change.await()).isEqualTo(new Change(Kind.CREATED, file));
                }
            }
        });
    }

    @Test
    void aTreeIncludesDirectoriesThatComeLater() throws Exception {
        Path later = directory.resolve("later");
        Path below = later.resolve("below");
        Weft.run(() -> {
            try (var watcher = FileWatcher.openTree(directory)) {
                Files.createDirectories(below);
                until(watcher, Kind.CREATED, below);
                Path file = below.resolve("file");
                Files.createFile(file);
                until(watcher, Kind.CREATED, file);
            }
        });
    }

    @Test
    void closingEndsTheWait() throws Exception {
        Weft.run(() -> {
            var watcher = FileWatcher.open(directory);
            try (var group = TaskGroup.open()) {
                var waiting = group.spawn(() -> String.valueOf(watcher.next()));
                Weft.sleep(Duration.ZERO); // it waits by now
                watcher.close();
                assertThat(waiting.await()).isEqualTo("null");
            }
            watcher.close();
            assertThat(watcher.iterator().hasNext()).isFalse();
        });
    }

    @Test
    void theEndOfTheDirectoryIsTheLastChange() throws Exception {
        Path watched = Files.createDirectory(directory.resolve("watched"));
        Weft.run(() -> {
            try (var watcher = FileWatcher.open(watched)) {
                Files.delete(watched);
                assertThat(watcher).containsExactly(new Change(Kind.REMOVED, watched));
            }
        });
    }

    @Test
    void moreThanCanBeKeptIsSaid() throws Exception {
        Path file = directory.resolve("file");
        Weft.run(() -> {
            try (var watcher = FileWatcher.open(directory)) {
                for (int i = 0; i < 12_000; i++) {
                    Files.createFile(file);
                    Files.delete(file);
                }
                until(watcher, Kind.OVERFLOW, directory);
            }
        });
    }

    @Test
    void aFileIsNoDirectory() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> Weft.run(() -> FileWatcher.open(file)))
                .isInstanceOf(NotDirectoryException.class)
                .hasMessageContaining("watch its directory");
    }
}

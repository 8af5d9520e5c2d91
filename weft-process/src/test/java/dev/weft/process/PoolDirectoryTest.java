package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class PoolDirectoryTest {
    @TempDir
    Path temporary;

    private final String before = System.getProperty("java.io.tmpdir");

    @BeforeEach
    void use() {
        System.setProperty("java.io.tmpdir", temporary.toString());
    }

    @AfterEach
    void restore() {
        System.setProperty("java.io.tmpdir", before);
    }

    @Test
    void onlyTheUserCanEnter() throws IOException {
        PoolDirectory directory = PoolDirectory.create();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                .isEqualTo("rwx------");
        directory.remove();
        assertThat(directory.path()).doesNotExist();
    }

    @Test
    void theDirectoryOfALivePoolIsLeftAlone() {
        PoolDirectory directory = PoolDirectory.create();
        PoolDirectory.sweep();
        PoolDirectory.sweep();
        assertThat(directory.path()).exists();
        directory.remove();
    }

    @Test
    void aDirectoryWhoseLockNobodyHoldsIsRemovedWithItsFiles() throws IOException {
        Path left = Files.createDirectory(temporary.resolve("weft-4711-0badcafe"));
        Files.createFile(left.resolve("lock"));
        Files.createFile(left.resolve("s"));
        Files.createFile(left.resolve("m1"));
        PoolDirectory.sweep();
        assertThat(left).doesNotExist();
    }

    @Test
    void aDirectoryWithoutALockIsRemovedOnceItIsOldAndItsProcessGone() throws IOException {
        Path left = Files.createDirectory(temporary.resolve("weft-999999999-0badcafe"));
        Path mine = Files.createDirectory(
                temporary.resolve("weft-" + ProcessHandle.current().pid() + "-0badcafe"));
        PoolDirectory.sweep();
        assertThat(left).exists();
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(120)));
        Files.setLastModifiedTime(mine, FileTime.from(Instant.now().minusSeconds(120)));
        PoolDirectory.sweep();
        assertThat(left).doesNotExist();
        assertThat(mine).exists();
    }

    @Test
    void aDirectoryThatWasClearedAwayOrReplacedIsNotUsed() throws IOException {
        PoolDirectory directory = PoolDirectory.create();
        directory.check();
        Files.delete(directory.path().resolve("lock"));
        Files.delete(directory.path());
        assertThatThrownBy(directory::check)
                .hasMessageContaining(directory.path().toString())
                .hasMessageContaining("clears old temporary files");
        Files.createSymbolicLink(directory.path(), temporary);
        assertThatThrownBy(directory::check).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNotOursIsLeftAlone() throws IOException {
        Path file = Files.createFile(temporary.resolve("weft-crash-1.log"));
        Path directory = Files.createDirectory(temporary.resolve("other-1-2"));
        PoolDirectory.sweep();
        assertThat(file).exists();
        assertThat(directory).exists();
    }

    @Test
    void directoriesOfUsersWithSimilarNamesAreLeftAlone() throws IOException {
        FileTime old = FileTime.from(Instant.now().minusSeconds(7200));
        for (String name :
                new String[] {"weft-my-notes", "weft-bench-map-4711", "weft-4711-0badcafe-copy", "weft-1-2"}) {
            Path directory = Files.createDirectory(temporary.resolve(name));
            Path file = Files.createFile(directory.resolve("lock"));
            Path other = Files.createDirectory(temporary.resolve(name + "-unlocked"));
            Files.setLastModifiedTime(directory, old);
            Files.setLastModifiedTime(other, old);
            PoolDirectory.sweep();
            assertThat(file).exists();
            assertThat(other).exists();
        }
    }

    @Test
    void aMissingTemporaryDirectoryIsNamedWithTheRemedy() {
        System.setProperty("java.io.tmpdir", temporary.resolve("missing").toString());
        assertThatThrownBy(() -> ProcessPool.of(1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(temporary.resolve("missing").toString())
                .hasMessageContaining("-Djava.io.tmpdir");
    }

    @Test
    void aPathThatIsTooLongForASocketIsNamedWithTheRemedy() throws IOException {
        Path deep = Files.createDirectories(temporary.resolve("d".repeat(100)));
        System.setProperty("java.io.tmpdir", deep.toString());
        assertThatThrownBy(() -> ProcessPool.of(1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("room for about 100 bytes")
                .hasMessageContaining("-Djava.io.tmpdir");
        assertThat(deep).isEmptyDirectory();
    }
}

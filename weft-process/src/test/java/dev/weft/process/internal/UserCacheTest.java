package dev.weft.process.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserCacheTest {
    @TempDir
    Path home;

    @BeforeEach
    void posix() {
        assumeTrue(home.getFileSystem().supportedFileAttributeViews().contains("posix"));
    }

    @Test
    @DisplayName("a directory that is made is the user's alone, and can be claimed again")
    void made() throws IOException {
        Path cache = home.resolve("above/weft");
        UserCache.claim(cache);
        UserCache.claim(cache);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                .isEqualTo("rwx------");
    }

    @Test
    @DisplayName("a directory that others can write to is refused, with what to do")
    void writable() throws IOException {
        Path cache = Files.createDirectory(home.resolve("weft"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwx---"));
        assertThatThrownBy(() -> UserCache.claim(cache))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rwxrwx---")
                .hasMessageContaining("chmod 700");
    }

    @Test
    @DisplayName("a link in the place of the directory is refused, wherever it leads")
    void link() throws IOException {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        Path cache = Files.createSymbolicLink(home.resolve("weft"), elsewhere);
        assertThatThrownBy(() -> UserCache.claim(cache)).isInstanceOf(IOException.class);
    }
}

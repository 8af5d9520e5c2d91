package dev.weft.cluster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
    @TempDir
    private Path directory;

    private BlobStore store() throws IOException {
        return BlobStore.in(directory.resolve("blobs"));
    }

    private static String hash(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    @DisplayName("a file is found by the hash of its content, and only its user can look")
    void keeps() throws Exception {
        byte[] content = {1, 2, 3};
        Path draft = store().draft();
        Files.write(draft, content);
        Path kept = store().keep(draft, hash(content));

        assertThat(store().find(hash(content), 3)).contains(kept);
        assertThat(store().find(hash(content), 4)).isEmpty();
        assertThat(store().find(hash(new byte[0]), 0)).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    @DisplayName("a file with another content than its hash says is not kept")
    void compares() throws Exception {
        Path draft = store().draft();
        Files.write(draft, new byte[] {4});
        assertThatThrownBy(() -> store().keep(draft, hash(new byte[] {5})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was sent one with " + hash(new byte[] {4}));
        assertThat(draft).doesNotExist();
    }

    @Test
    @DisplayName("a hash that is none leads nowhere")
    void refusesNames() {
        for (String name : new String[] {"../../etc/passwd", "", "AB".repeat(32), "0".repeat(63) + "/"}) {
            assertThatThrownBy(() -> store().find(name, 1)).isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("a directory that others can write to is refused")
    void refusesOpenDirectory() throws IOException {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> BlobStore.in(open))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 700");
    }
}

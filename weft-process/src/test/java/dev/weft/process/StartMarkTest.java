package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pool reads of a dead worker, in whatever state that has left its file. */
class StartMarkTest {
    private static final long BEYOND_ANY_ARRAY = 3L << 30;

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void create() throws IOException {
        file = directory.resolve("m1");
        StartMark.create(file);
    }

    @Test
    void whatWasMarkedLastIsRead() throws IOException {
        StartMark.open(file.toString()).set(7);

        assertThat(StartMark.read(file).task()).isEqualTo(7);
        assertThat(StartMark.readMany(file).begun()).containsExactly(7L);
    }

    @Test
    void theRunningElementAndTheEntriesBeforeItAreRead() throws IOException {
        StartMark mark = StartMark.open(file.toString());
        mark.book().begin(7, 2);
        mark.book().add(new byte[] {1, 2, 3}, 3, 3);

        StartMark.Remains remains = StartMark.read(file);

        assertThat(remains.task()).isEqualTo(7);
        assertThat(remains.element()).isEqualTo(3);
        assertThat(remains.entries()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void aFileThatWasCutShortSaysNothing() throws IOException {
        for (int length = 0; length < Long.BYTES; length++) {
            Files.write(file, new byte[length]);

            assertThat(StartMark.read(file)).isEqualTo(StartMark.Remains.NOTHING);
            assertThat(StartMark.readMany(file).begun()).isEmpty();
        }
    }

    @Test
    void ofAFileThatHasGrownOnlyTheBeginningIsRead() throws IOException {
        StartMark mark = StartMark.open(file.toString());
        mark.book().begin(7, 2);
        try (var grown = new RandomAccessFile(file.toFile(), "rw")) {
            grown.setLength(BEYOND_ANY_ARRAY);
        }

        assertThat(StartMark.read(file).element()).isEqualTo(2);
        assertThat(StartMark.readMany(file).begun()).contains(7L);
    }
}

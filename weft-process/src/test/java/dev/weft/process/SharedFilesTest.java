package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SharedFilesTest {
    @TempDir
    Path directory;

    private SharedFiles files() {
        return new SharedFiles(directory + "/p");
    }

    private long count() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.count();
        }
    }

    static Stream<Object> arrays() {
        var random = new Random(1);
        byte[] bytes = new byte[300_001];
        random.nextBytes(bytes);
        return Stream.of(
                bytes,
                random.ints(70_000).toArray(),
                random.longs(40_000).toArray(),
                random.doubles(40_000).toArray(),
                new float[] {1.5f, -0.0f, Float.NaN},
                "characters".repeat(20_000).toCharArray(),
                new short[] {1, -1},
                new int[0]);
    }

    private static byte kind(Object array) {
        return switch (array) {
            case byte[] _ -> Kind.BYTES;
            case int[] _ -> Kind.INTS;
            case long[] _ -> Kind.LONGS;
            case double[] _ -> Kind.DOUBLES;
            case float[] _ -> Kind.FLOATS;
            case char[] _ -> Kind.CHARS;
            default -> Kind.SHORTS;
        };
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void anArrayThatWasWrittenIsReadAgainAndAgain(Object array) throws IOException {
        var writer = files();
        var reader = files();
        int length = java.lang.reflect.Array.getLength(array) * Kind.width(kind(array));
        for (int i = 0; i < 3; i++) {
            long number = writer.write(array);
            assertThat(number).isEqualTo(1); // written again once it was released
            if (length > 0) {
                assertThat(reader.read(number, kind(array), length)).isEqualTo(array);
            }
            writer.release(number);
        }
        reader.close();
        writer.close();
    }

    @Test
    void aFileGrowsAndIsReadInItsNewLength() throws IOException {
        var writer = files();
        var reader = files();
        for (int length : new int[] {10, 100_000, 1, 300_000}) {
            byte[] bytes = new byte[length];
            new Random(length).nextBytes(bytes);
            long number = writer.write(bytes);
            assertThat(reader.read(number, Kind.BYTES, length)).isEqualTo(bytes);
            writer.release(number);
        }
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void noMoreIsKeptThanIsWorthIt() throws IOException {
        var writer = files();
        byte[] bytes = new byte[30 << 20];
        long[] numbers = {writer.write(bytes), writer.write(bytes), writer.write(bytes)};
        assertThat(count()).isEqualTo(3);
        for (long number : numbers) {
            writer.release(number);
        }
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void whereThereIsNoRoomTheArrayIsNotWritten() {
        assertThat(new SharedFiles(directory.resolve("missing") + "/p").write(new byte[10]))
                .isEqualTo(-1);
    }

    @Test
    void whatIsNotThereOrTooShortOrNoArrayIsRefused() {
        var writer = files();
        long number = writer.write(new byte[100]);
        assertThatThrownBy(() -> files().read(number, Kind.BYTES, 101)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> files().read(number, Kind.INTS, 99)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> files().read(number, Kind.GRAPH, 100)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> files().read(number, Kind.BYTES, -1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> files().read(number + 1, Kind.BYTES, 100)).isInstanceOf(IOException.class);
    }
}

package dev.weft.cli.map.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.store.Outcome;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrinterTest {
    @TempDir
    Path directory;

    private final List<Long> recorded = new ArrayList<>();
    private FileOutputStream out;
    private FileOutputStream err;

    /** Both to one file, as they often go to one terminal. */
    @BeforeEach
    void open() throws IOException {
        out = new FileOutputStream(directory.resolve("out").toFile(), true);
        err = new FileOutputStream(directory.resolve("out").toFile(), true);
    }

    @AfterEach
    void close() throws IOException {
        out.close();
        err.close();
    }

    private Printer printer(boolean keepOrder) {
        var layout = new Plan.Layout(keepOrder, false, false, false);
        return new Printer(
                layout,
                false,
                new BitSet(),
                new Streams(out, err),
                () -> {},
                printed ->
                        printed.forEach(outcome -> recorded.add(outcome.input().index())));
    }

    private static Printer.Written written(long index, Captured output, Captured error) throws IOException {
        var outcome = new Outcome(
                new Input(index, List.of(Value.of("x"))),
                1,
                1,
                0,
                Instant.EPOCH,
                1,
                Outcome.Result.OK,
                0,
                0,
                -1,
                output.size(),
                error.size(),
                true,
                null);
        return new Printer.Written(outcome, output, error, false);
    }

    private static Captured bytes(String text) {
        return new Captured.Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void outputAndErrorsOfALotStayInTheirOrderWhereBothGoToOnePlace() throws IOException {
        Path file = Files.writeString(directory.resolve("large"), "large 3\n");

        printer(false)
                .print(List.of(
                        written(1, bytes("out 1\n"), bytes("err 1\n")),
                        written(2, bytes("out 2\n"), bytes("")),
                        written(3, new Captured.InFile(file), bytes("err 3\n")),
                        written(4, bytes("x".repeat(1 << 17) + "\n"), bytes("err 4\n"))));

        assertThat(Files.readAllLines(directory.resolve("out")))
                .containsExactly("out 1", "err 1", "out 2", "large 3", "err 3", "x".repeat(1 << 17), "err 4");
        assertThat(recorded).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void withKeepOrderALotIsRecordedAsFarAsItsTurnHasCome() throws IOException {
        Printer printer = printer(true);

        printer.print(List.of(written(2, bytes("2\n"), bytes("")), written(4, bytes("4\n"), bytes(""))));
        assertThat(recorded).isEmpty();
        printer.print(List.of(written(1, bytes("1\n"), bytes(""))));
        assertThat(recorded).containsExactly(1L, 2L);
        printer.finish();

        assertThat(recorded).containsExactly(1L, 2L, 4L);
        assertThat(Files.readString(directory.resolve("out"))).isEqualTo("1\n2\n4\n");
    }

    @Test
    void whatCouldNotBePrintedIsNotRecordedNeitherThenNorLater() throws IOException {
        Printer printer = printer(false);
        var gone = new Captured.InFile(directory.resolve("gone"));
        Printer.Written missing =
                new Printer.Written(written(2, bytes("12"), bytes("")).outcome(), gone, Captured.nothing(), false);

        assertThatThrownBy(() -> printer.print(List.of(written(1, bytes("1\n"), bytes("")), missing)))
                .isInstanceOf(IOException.class);
        printer.print(List.of(written(3, bytes("3\n"), bytes(""))));

        assertThat(recorded).containsExactly(3L);
    }
}

package dev.weft.cli.map.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.ListSource;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    @TempDir
    Path directory;

    private static Outcome outcome(long index, Outcome.Result result, boolean last) {
        var input = new Input(index, List.of(Value.of("x" + index)));
        return new Outcome(input, 1, 1, 42, Instant.EPOCH, 1_500_000, result, 0, 0, 0, 0, 0, last, null);
    }

    @Test
    void anInputComesBackAsItWas() throws IOException {
        var input = new Input(
                3,
                List.of(
                        Value.of(RawText.decode(new byte[] {'a', (byte) 0xFE, '\n', '"'})),
                        new Value("1,é", Map.of("n", "1", "s", "é"))));

        assertThat(InputLine.read(InputLine.write(input))).isEqualTo(input);
        assertThat(InputLine.write(input)).doesNotContain("\n").isPrintable();
    }

    @Test
    void theLastOutcomeOfAnInputCounts() throws IOException {
        Path file = directory.resolve("outcomes.jsonl");
        try (OutcomeLog log = OutcomeLog.open(file)) {
            log.append(List.of(outcome(1, Outcome.Result.OK, true)));
            log.append(List.of(outcome(2, Outcome.Result.FAILED, true)));
            log.append(List.of(outcome(3, Outcome.Result.FAILED, false)));
            log.append(List.of(outcome(4, Outcome.Result.STOPPED, false)));
            log.append(List.of(outcome(5, Outcome.Result.TIMEOUT, true)));
            log.append(List.of(outcome(5, Outcome.Result.OK, true)));
        }

        try (OutcomeLog log = OutcomeLog.open(file)) {
            assertThat(log.ok().stream()).containsExactly(1, 5);
            assertThat(log.failed().stream()).containsExactly(2);
        }
    }

    @Test
    void aTornLastLineIsCutOffAndTheNextFollowsWhole() throws IOException {
        Path file = directory.resolve("outcomes.jsonl");
        try (OutcomeLog log = OutcomeLog.open(file)) {
            log.append(List.of(outcome(1, Outcome.Result.OK, true)));
        }
        Files.writeString(file, "{\"index\":2,\"resu", StandardOpenOption.APPEND);

        try (OutcomeLog log = OutcomeLog.open(file)) {
            assertThat(log.ok().stream()).containsExactly(1);
            log.append(List.of(outcome(2, Outcome.Result.OK, true)));
        }
        try (OutcomeLog log = OutcomeLog.open(file)) {
            assertThat(log.ok().stream()).containsExactly(1, 2);
        }
    }

    @Test
    void inputsAreTakenWhileTheyAreReadAndAgainLater() throws Exception {
        Path file = directory.resolve("inputs.jsonl");
        var more = new Semaphore(0);
        List<String> taken = new ArrayList<>();
        try (InputSpool spool = InputSpool.open(file, more::release)) {
            spool.feed(new ListSource(List.of("a", "b", "c")));
            while (!spool.isExhausted()) {
                Input input = spool.poll();
                if (input == null) {
                    assertThat(more.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
                } else {
                    taken.add(input.index() + input.text());
                }
            }
        }
        assertThat(taken).containsExactly("1a", "2b", "3c");

        try (InputSpool spool = InputSpool.open(file, more::release)) {
            assertThat(spool.isComplete()).isTrue();
            assertThat(spool.written()).isEqualTo(3);
            assertThat(spool.poll()).isEqualTo(new Input(1, List.of(Value.of("a"))));
        }
    }

    @Test
    void whatWasReadBeforeIsSkippedWhenASourceIsReadAgain() throws Exception {
        Path file = directory.resolve("inputs.jsonl");
        Files.writeString(file, InputLine.write(new Input(1, List.of(Value.of("a")))) + "\n");
        var more = new Semaphore(0);

        try (InputSpool spool = InputSpool.open(file, more::release)) {
            assertThat(spool.isComplete()).isFalse();
            spool.feed(new ListSource(List.of("a", "b")));
            while (!spool.isComplete()) {
                assertThat(more.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(file).content().isEqualToIgnoringNewLines("""
                {"index":1,"values":["a"]}
                {"index":2,"values":["b"]}
                {"end":2}
                """);
    }

    @Test
    void aRunThatGoesOnIsNotTakenUp() throws IOException {
        try (RunDirectory run = RunDirectory.create(directory.resolve("runs"), "map", List.of("map", "echo"))) {
            Path path = RunDirectory.find(directory.resolve("runs"), "last");

            assertThat(path.getFileName()).hasToString(run.name());
            assertThatThrownBy(() -> RunDirectory.open(path))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("goes on in another process");
        }
        try (RunDirectory again = RunDirectory.open(RunDirectory.find(directory.resolve("runs"), "last"))) {
            assertThat(again.arguments()).containsExactly("map", "echo");
        }
    }

    @Test
    void aRunIsForItsUserOnlyWhateverTheDirectoryAboveAllows() throws IOException {
        Path root = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));

        try (RunDirectory run = RunDirectory.create(root, "map", List.of("echo"))) {
            assertThat(Files.getPosixFilePermissions(root.resolve(run.name())))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void runsThatAreNotThereOrOfAnotherVersionAreRefused() throws IOException {
        Path old = Files.createDirectories(directory.resolve("runs/20200101-000000-aa"));
        Files.writeString(old.resolve("run.json"), "{\"version\":99}");

        assertThatThrownBy(() -> RunDirectory.open(old))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("found version 99");
        assertThatThrownBy(() -> RunDirectory.find(directory.resolve("runs"), "2019"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no run 2019");
    }
}

package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.OutcomeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the real program over functions that take so little time that their inputs are taken in lots. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class LotsIT extends Program {
    private static final String SOURCE = """
            import java.nio.file.*;
            import java.nio.channels.FileChannel;
            import java.nio.ByteBuffer;
            public class Work {
                static FileChannel ran;
                static synchronized FileChannel ran() throws Exception {
                    if (ran == null) ran = FileChannel.open(Path.of("ran"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    return ran;
                }
                static int runs(int number) throws Exception {
                    ran().write(ByteBuffer.wrap((number + "\\n").getBytes()));
                    return number;
                }
                static String mixed(String text) throws Exception {
                    if (text.startsWith("slow")) while (!Files.exists(Path.of("go"))) Thread.sleep(5);
                    if (text.startsWith("stuck")) while (true) Thread.onSpinWait();
                    if (text.startsWith("fails")) throw new IllegalStateException(text);
                    if (text.startsWith("exits")) System.exit(9);
                    if (text.startsWith("flaky") && !Files.exists(Path.of(text))) { Files.createFile(Path.of(text)); throw new Exception("not yet"); }
                    return text;
                }
                static int dies(int number) throws Exception {
                    if (number == 2000) new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();
                    return runs(number);
                }
            }
            """;

    /** More than any lot, and so many slots as these tests have at most. */
    private static final int IN_FLIGHT = 4 * 1024;

    @BeforeEach
    void writeTheSource() throws IOException {
        Files.writeString(directory.resolve("Work.java"), SOURCE);
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    }

    /** How often each input has an outcome that counts, and how many of these are what. */
    private Map<Long, Outcome.Result> results() throws IOException {
        Map<Long, Outcome.Result> results = new HashMap<>();
        try (OutcomeReader reader = OutcomeReader.open(run().resolve("outcomes.jsonl"))) {
            for (Outcome outcome = reader.next(); outcome != null; outcome = reader.next()) {
                if (outcome.last()) {
                    assertThat(results.put(outcome.input().index(), outcome.result()))
                            .as("input " + outcome.input().index() + " has one outcome")
                            .isNull();
                }
            }
            assertThat(reader.badLines()).isZero();
        }
        return results;
    }

    private static String lines(int count, Map<Integer, String> others) {
        StringBuilder lines = new StringBuilder();
        IntStream.rangeClosed(1, count)
                .forEach(i -> lines.append(others.getOrDefault(i, "t" + i)).append('\n'));
        return lines.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "virtual", "loop", "processes"})
    void aKilledRunIsResumedAndEveryInputHasOneOutcome(String model) throws Exception {
        int inputs = 150_000;
        Path ran = directory.resolve("ran");
        Process first = start(numbers(inputs), weft("map", "-q", "-j2", "--with", model, "--java", "Work.java::runs"));
        until("some inputs to have run", () -> Files.exists(ran) && Files.size(ran) > 100_000);
        first.descendants().forEach(ProcessHandle::destroyForcibly);
        first.destroyForcibly();
        end(first);
        List<String> printed = new ArrayList<>(out().lines().toList());
        int recorded = results().size();
        assertThat(recorded).as("it was killed on the way").isBetween(1, inputs - 1);

        assertThat(run(numbers(inputs), "resume")).as(err()).isZero();

        assertThat(results())
                .hasSize(inputs)
                .allSatisfy((_, result) -> assertThat(result).isEqualTo(Outcome.Result.OK));
        List<String> runs = Files.readAllLines(ran);
        assertThat(new HashSet<>(runs)).hasSize(inputs);
        assertThat(runs.size()).as("at most what was in flight ran twice").isLessThanOrEqualTo(inputs + IN_FLIGHT);
        assertThat(printed.size()).as("what is recorded has been printed").isGreaterThanOrEqualTo(recorded);
        printed.addAll(out().lines().toList());
        assertThat(new HashSet<>(printed)).hasSize(inputs);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequential", "threads", "virtual", "loop", "processes", "hybrid", "auto"})
    void manyShortCallsAreInOrderUnderEveryModel(String model) throws Exception {
        int inputs = 20_000;

        assertThat(run(numbers(inputs), "map", "-qk", "--with", model, "--java", "Work.java::runs"))
                .as(err())
                .isZero();

        assertThat(out()).isEqualTo(numbers(inputs));
        assertThat(results()).hasSize(inputs);
    }

    @ParameterizedTest
    @CsvSource({"threads, 1", "threads, 2", "loop, 2", "virtual, 2", "processes, 2"})
    void aSlowCallHoldsUpNeitherResultsNorInputs(String model, int jobs) throws Exception {
        int inputs = 3_000;
        int slow = 1_500;
        Process weft = start(
                lines(inputs, Map.of(slow, "slow")),
                weft("map", "-q", "-j" + jobs, "--with", model, "--java", "Work.java::mixed"));

        // With one slot, all that came before; with two, all but the slow one.
        int ready = jobs == 1 ? slow - 1 : inputs - 1;
        until("the others to be printed", () -> out().lines().count() == ready);
        until("the others to be recorded", () -> results().size() == ready);
        Files.createFile(directory.resolve("go"));

        assertThat(end(weft)).isZero();
        assertThat(new HashSet<>(out().lines().toList())).hasSize(inputs).contains("slow");
    }

    @Test
    void eachInputOfALotHasItsOwnTimeLimitFailuresAndRetries() throws Exception {
        int code = run(
                lines(4_000, Map.of(1_000, "stuck", 2_000, "fails", 2_001, "flaky1", 3_000, "flaky2", 3_500, "exits")),
                "map",
                "-j2",
                "--timeout",
                "2s",
                "--kill-grace",
                "100ms",
                "--retries",
                "1",
                "--backoff",
                "1ms",
                "--java",
                "Work.java::mixed");

        assertThat(code).isEqualTo(1);
        Map<Long, Outcome.Result> results = results();
        assertThat(results).hasSize(4_000);
        assertThat(results.entrySet().stream().filter(each -> each.getValue() != Outcome.Result.OK))
                .containsExactlyInAnyOrder(
                        Map.entry(1_000L, Outcome.Result.TIMEOUT),
                        Map.entry(2_000L, Outcome.Result.FAILED),
                        Map.entry(3_500L, Outcome.Result.FAILED));
        assertThat(out().lines()).hasSize(3_997).doesNotHaveDuplicates().contains("flaky1", "flaky2");
    }

    @Test
    void aCrashOfAWorkerCostsOneInputOfALot() throws Exception {
        assertThat(run(numbers(4_000), "map", "--with", "processes", "-j2", "--java", "Work.java::dies"))
                .as(err())
                .isEqualTo(1);

        Map<Long, Outcome.Result> results = results();
        assertThat(results).hasSize(4_000).containsEntry(2_000L, Outcome.Result.FAILED);
        assertThat(results.values().stream().filter(result -> result == Outcome.Result.OK))
                .hasSize(3_999);
        assertThat(err()).contains("weft: input 2000 (2000): worker process ");
        assertThat(Files.readAllLines(directory.resolve("ran")))
                .as("none ran twice")
                .hasSize(3_999)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "processes"})
    void controlCEndsBetweenTwoInputsAndTheRestIsResumed(String model) throws Exception {
        int inputs = 300_000;
        Path ran = directory.resolve("ran");
        Process first = start(numbers(inputs), weft("map", "-q", "-j2", "--with", model, "--java", "Work.java::runs"));
        until("some inputs to have run", () -> Files.exists(ran) && Files.size(ran) > 50_000);
        signal("INT", first.pid());
        assertThat(end(first)).as(err()).isEqualTo(130);
        List<String> printed = new ArrayList<>(out().lines().toList());
        assertThat(results()).hasSize(printed.size());

        assertThat(run(numbers(inputs), "resume")).as(err()).isZero();

        printed.addAll(out().lines().toList());
        assertThat(printed.size()).isEqualTo(inputs);
        assertThat(new HashSet<>(printed)).hasSize(inputs);
        assertThat(Files.readAllLines(ran).size()).as("none ran twice").isEqualTo(inputs);
    }

    @Test
    void haltCountsOneByOne() throws Exception {
        assertThat(run(numbers(5_000), "map", "-j1", "--halt", "soon,success=1234", "--java", "Work.java::runs"))
                .isEqualTo(3);

        assertThat(Files.readAllLines(directory.resolve("ran"))).hasSize(1_234);
    }
}

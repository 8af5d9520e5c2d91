package dev.weft.cli.report;

import dev.weft.cli.machine.Host;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.store.InputLine;
import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.Outcome.Result;
import dev.weft.cli.map.store.RunSettings;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.digest.RunReader;
import dev.weft.cli.text.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the directory of a run as {@code weft map} does, with times that a test chooses: milliseconds from {@link
 * #BEGIN} on.
 */
public final class SampleRun {
    /** When sample runs begin. */
    public static final Instant BEGIN = Instant.parse("2026-11-21T10:00:00Z");

    private static final Host HOST = new Host(
            "Linux 6", "amd64", "A processor", 4, null, 8_000_000_000L, "25.0.3+9", "A vendor", List.of("-Xmx1g"));

    private final Path path;
    private final List<String> outcomes = new ArrayList<>();
    private final List<String> sessions = new ArrayList<>();
    private LongFunction<String> names = index -> "file-" + index + ".txt";

    /** Makes a run in a directory. */
    public SampleRun(Path path) throws IOException {
        this.path = Files.createDirectories(path);
        settings("map", "-j4", "gzip", "{}");
    }

    /** The command line, behind the name of the program. */
    public SampleRun settings(String command, String... arguments) throws IOException {
        var json =
                new JsonText().object().name("version").value(1).name("created").value(BEGIN.toString());
        json.name("directory")
                .value("/tmp")
                .name("command")
                .value(command)
                .name("arguments")
                .array();
        List.of(arguments).forEach(json::value);
        Files.writeString(path.resolve("run.json"), json.endArray().endObject() + "\n");
        return this;
    }

    /** What inputs are called. */
    public SampleRun names(LongFunction<String> function) {
        names = function;
        return this;
    }

    public SampleRun begin(long at, String command) {
        var json = new JsonText()
                .object()
                .name("began")
                .value(time(at).toString())
                .name("pid")
                .value(77);
        json.name("command")
                .value(command)
                .name("weft")
                .value("0.1.0")
                .name("os")
                .value(HOST.os());
        json.name("arch")
                .value(HOST.arch())
                .name("cpu")
                .value(HOST.cpu())
                .name("cores")
                .value(HOST.cores());
        json.name("memoryBytes").value(HOST.memoryBytes()).name("jdk").value(HOST.jdk());
        json.name("vendor")
                .value(HOST.vendor())
                .name("flags")
                .array()
                .value("-Xmx1g")
                .endArray();
        sessions.add(json.endObject().toString());
        return this;
    }

    public SampleRun jobs(long at, int jobs) {
        sessions.add("{\"at\":\"%s\",\"jobs\":%d}".formatted(time(at), jobs));
        return this;
    }

    public SampleRun end(long at, String ending) {
        sessions.add("{\"ended\":\"%s\",\"ending\":\"%s\"}".formatted(time(at), ending));
        return this;
    }

    /** As {@link #end(long, String)}, with so many threads of all programs for each processor. */
    public SampleRun end(long at, String ending, String runnable) {
        sessions.add("{\"ended\":\"%s\",\"ending\":\"%s\",\"runnable\":\"%s\"}".formatted(time(at), ending, runnable));
        return this;
    }

    /** A try that went well, half of it computing. */
    public SampleRun ok(long index, int slot, long at, long millis) {
        return add(outcome(index, 1, slot, at, millis, Result.OK, 0, millis / 2, true, null));
    }

    public SampleRun failed(
            long index, int attempt, int slot, long at, long millis, boolean last, @Nullable String message) {
        return add(outcome(index, attempt, slot, at, millis, Result.FAILED, 3, 0, last, message));
    }

    public SampleRun add(Outcome outcome) {
        outcomes.add(outcome.line());
        return this;
    }

    public SampleRun line(String line) {
        outcomes.add(line);
        return this;
    }

    /** Any try; processor time is unknown if it is negative. */
    public Outcome outcome(
            long index,
            int attempt,
            int slot,
            long at,
            long millis,
            Result result,
            int exit,
            long cpuMillis,
            boolean last,
            @Nullable String message) {
        var input = new Input(index, List.of(Value.of(names.apply(index))));
        return new Outcome(
                input,
                attempt,
                slot,
                100 + index,
                time(at),
                millis * 1_000_000,
                result,
                exit,
                0,
                cpuMillis < 0 ? -1 : cpuMillis * 1_000_000,
                10,
                1,
                last,
                message);
    }

    private static Instant time(long millis) {
        return BEGIN.plusMillis(millis);
    }

    /** Writes the files; this many inputs have been read, and perhaps these are all. */
    public RunSettings write(long inputs, boolean all) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (long i = 1; i <= inputs; i++) {
            lines.append(InputLine.write(new Input(i, List.of(Value.of(names.apply(i))))))
                    .append('\n');
        }
        Files.writeString(path.resolve("inputs.jsonl"), lines + (all ? "{\"end\":" + inputs + "}\n" : ""));
        Files.write(path.resolve("outcomes.jsonl"), outcomes);
        if (!sessions.isEmpty()) {
            Files.write(path.resolve("sessions.jsonl"), sessions);
        }
        return RunSettings.read(path);
    }

    /** Appends what is no whole line. */
    public void tear(String text) throws IOException {
        Files.writeString(path.resolve("outcomes.jsonl"), text, StandardOpenOption.APPEND);
    }

    public RunReport report(long inputs, boolean all) throws IOException {
        return RunReader.read(write(inputs, all), false, "test");
    }

    /** A finished run of 200 inputs in four slots, with failures, retries and every part of a report. */
    public static SampleRun full(Path path) throws IOException {
        return full(path, index -> "file-" + index + ".txt");
    }

    /** The same with other names of inputs. */
    public static SampleRun full(Path path, LongFunction<String> names) throws IOException {
        SampleRun run = new SampleRun(path).names(names).begin(0, "map").jobs(0, 4);
        for (int i = 1; i <= 200; i++) {
            int slot = 1 + i % 4;
            long at = 100 + (i - 1) / 4 * 50L;
            if (i % 20 == 0) {
                run.failed(i, 1, slot, at, 20, false, null);
                run.failed(i, 2, slot, at + 20, 20, true, i == 100 ? "cannot read " + names.apply(i) + ": gone" : null);
            } else {
                run.ok(i, slot, at, i == 7 ? 49 : 30 + i % 13);
            }
        }
        return run.end(2700, "finished");
    }
}

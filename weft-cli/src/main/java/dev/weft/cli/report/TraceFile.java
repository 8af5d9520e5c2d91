package dev.weft.cli.report;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.Outcome.Result;
import dev.weft.cli.map.store.OutcomeReader;
import dev.weft.cli.map.store.RunSettings;
import dev.weft.cli.text.JsonText;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes every try of a run as a Chrome trace, which Perfetto and {@code chrome://tracing} open: the run is the
 * process, a slot is a thread, a try is a complete event. Tries in one slot follow one another, so nothing overlaps.
 * The name of an event is how the try ended, by which viewers choose colours; the input is among its arguments. Times
 * are those of the clock, from the begin of the run on.
 *
 * <p>Outcomes are written as they are read, so memory does not grow with them.
 */
final class TraceFile {
    private static final int PID = 1;

    private TraceFile() {}

    /**
     * Writes a trace.
     *
     * @param settings the run
     * @param file where to
     * @param compressed whether with gzip
     * @throws IOException if the run cannot be read or the file not written
     */
    static void write(RunSettings settings, Path file, boolean compressed) throws IOException {
        try (OutcomeReader outcomes = OutcomeReader.open(settings.outcomes());
                OutputStream to = Files.newOutputStream(file);
                OutputStream bytes = compressed ? new GZIPOutputStream(to) : to;
                Writer out = new BufferedWriter(new OutputStreamWriter(bytes, US_ASCII))) {
            write(settings, outcomes, out);
        }
    }

    private static void write(RunSettings settings, OutcomeReader outcomes, Writer out) throws IOException {
        out.write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
        out.write(named("process_name", 0, "weft run " + settings.name()));
        BitSet slots = new BitSet();
        Instant origin = settings.created();
        for (Outcome outcome = outcomes.next(); outcome != null; outcome = outcomes.next()) {
            if (origin == null) {
                origin = outcome.began();
            }
            if (!slots.get(outcome.slot())) {
                slots.set(outcome.slot());
                out.write(",\n" + named("thread_name", outcome.slot(), "slot " + outcome.slot()));
                out.write(",\n" + sorted(outcome.slot()));
            }
            out.write(",\n" + event(outcome, origin));
        }
        out.write("\n]}\n");
    }

    private static String named(String what, int thread, String name) {
        var json = begun(what, "M", thread).name("args").object();
        return json.name("name").value(name).endObject().endObject().toString();
    }

    private static String sorted(int slot) {
        var json = begun("thread_sort_index", "M", slot).name("args").object();
        return json.name("sort_index").value(slot).endObject().endObject().toString();
    }

    private static JsonText begun(String name, String phase, int thread) {
        var json = new JsonText().object().name("name").value(name).name("ph").value(phase);
        return json.name("pid").value(PID).name("tid").value(thread);
    }

    private static String event(Outcome outcome, Instant origin) {
        boolean hasFailed = outcome.result() != Result.OK;
        String name = outcome.reason()
                + (hasFailed && !outcome.last() && outcome.result() != Result.STOPPED ? ", tried again" : "");
        var json = begun(name, "X", outcome.slot());
        json.name("cat")
                .value(
                        outcome.attempt() > 1
                                ? outcome.result().word() + ",retry"
                                : outcome.result().word());
        json.name("ts")
                .value(Math.max(0, Duration.between(origin, outcome.began()).toNanos() / 1000));
        json.name("dur").value(outcome.nanos() / 1000);
        String colour = colour(outcome);
        if (colour != null) {
            json.name("cname").value(colour);
        }
        json.name("args").object();
        json.name("input")
                .value(outcome.input().text())
                .name("index")
                .value(outcome.input().index());
        json.name("try")
                .value(outcome.attempt())
                .name("result")
                .value(outcome.result().word());
        if (outcome.pid() != 0) {
            json.name("process").value(outcome.pid());
        }
        if (outcome.cpuNanos() >= 0) {
            json.name("cpuSeconds").seconds(outcome.cpuNanos());
        }
        json.name("outputBytes").value(outcome.outputBytes()).name("errorBytes").value(outcome.errorBytes());
        return json.endObject().endObject().toString();
    }

    /** A name of the palette of {@code chrome://tracing}; Perfetto goes by the event's name instead. */
    private static @Nullable String colour(Outcome outcome) {
        return switch (outcome.result()) {
            case OK -> outcome.attempt() > 1 ? "bad" : "good";
            case STOPPED -> "grey";
            case FAILED, SIGNALLED, TIMEOUT, NOT_STARTED -> outcome.last() ? "terrible" : "bad";
        };
    }
}

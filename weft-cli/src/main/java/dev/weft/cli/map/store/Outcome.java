package dev.weft.cli.map.store;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.text.AsciiText;
import dev.weft.cli.text.JsonText;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * How one try of one input ended.
 *
 * @param input the input
 * @param attempt the number of the try, from 1
 * @param slot the slot that ran it, from 1
 * @param pid its process; 0 if it was not started
 * @param began when it began
 * @param nanos how long it took
 * @param result what came of it
 * @param exit its exit code; 0 if a signal ended it
 * @param signal the signal that ended it, or 0
 * @param cpuNanos the processor time that it took; -1 if unknown
 * @param outputBytes what it wrote to standard output
 * @param errorBytes what it wrote to standard error
 * @param last whether the input is done with it: false if another try follows
 * @param message why it failed, where somebody says so in a line; null otherwise
 */
public record Outcome(
        Input input,
        int attempt,
        int slot,
        long pid,
        Instant began,
        long nanos,
        Result result,
        int exit,
        int signal,
        long cpuNanos,
        long outputBytes,
        long errorBytes,
        boolean last,
        @Nullable String message) {

    /** What came of a try. */
    public enum Result {
        /** Exit code 0. */
        OK,
        /** Another exit code. */
        FAILED,
        /** A signal ended it that Weft had not sent. */
        SIGNALLED,
        /** It took too long, and was ended. */
        TIMEOUT,
        /** It could not be started. */
        NOT_STARTED,
        /** It was ended since the run was: it counts as not run. */
        STOPPED;

        private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

        static Result of(String word) throws IOException {
            for (Result each : values()) {
                if (each.word().equals(word)) {
                    return each;
                }
            }
            throw new IOException("expected a result, found '" + word + "'");
        }

        /**
         * {@return the word for it in the log}
         */
        public String word() {
            return word;
        }
    }

    /**
     * {@return in words how it ended, for messages}
     */
    public String reason() {
        return switch (result) {
            case OK -> "ok";
            case FAILED -> message != null ? message : "exit code " + exit;
            case SIGNALLED -> "signal " + signal;
            case TIMEOUT -> "time-out";
            case NOT_STARTED -> "not started";
            case STOPPED -> "stopped";
        };
    }

    /**
     * {@return the line of the log for this outcome, without its end}
     */
    public String line() {
        var line = new AsciiText(256);
        appendTo(line);
        return line.toString();
    }

    /**
     * Writes the line of the log for this outcome, without its end.
     *
     * @param line where it is written
     */
    public void appendTo(AsciiText line) {
        var json = new JsonText(line).object().number("index", input.index()).name("values");
        InputLine.values(input.values(), json);
        json.word("result", result.word()).name("last").value(last).number("try", attempt);
        json.number("slot", slot).number("pid", pid);
        json.name("began").value(began).name("seconds").seconds(nanos);
        if (signal != 0) {
            json.number("signal", signal);
        } else if (result != Result.NOT_STARTED) {
            json.number("exit", exit);
        }
        if (cpuNanos >= 0) {
            json.name("cpuSeconds").seconds(cpuNanos);
        }
        if (message != null) {
            json.name("message").value(message);
        }
        json.number("outputBytes", outputBytes).number("errorBytes", errorBytes).endObject();
    }

    /**
     * What a later run needs to know of an outcome.
     *
     * @param index the index of the input
     * @param result what came of it
     * @param last whether the input was done with it
     */
    record Brief(long index, Result result, boolean last) {
        static Brief read(String line) throws IOException {
            try {
                JsonNode json = Json.MAPPER.readTree(line);
                return new Brief(
                        json.path("index").asLong(0),
                        Result.of(json.path("result").asString("")),
                        json.path("last").asBoolean(false));
            } catch (JacksonException e) {
                throw new IOException("expected an outcome as JSON, found: " + line, e);
            }
        }
    }
}

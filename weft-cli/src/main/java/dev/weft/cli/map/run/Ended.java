package dev.weft.cli.map.run;

import dev.weft.cli.command.Exit;
import dev.weft.cli.map.store.Outcome;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a try came to, before it is known whether another follows.
 *
 * @param attempt the try
 * @param slot the slot that ran it
 * @param pid its process; 0 if it had none of its own
 * @param began when it began
 * @param nanos how long it took
 * @param result what came of it
 * @param exit how it ended
 * @param message why it failed, in a line; null if nobody said so
 * @param output what it wrote to standard output
 * @param error what it wrote to standard error
 * @param json whether the output is one JSON document
 */
record Ended(
        Attempt attempt,
        int slot,
        long pid,
        Instant began,
        long nanos,
        Outcome.Result result,
        Exit exit,
        @Nullable String message,
        Captured output,
        Captured error,
        boolean json) {
    Outcome outcome(boolean last) throws IOException {
        return new Outcome(
                attempt.input(),
                attempt.number(),
                slot,
                pid,
                began,
                nanos,
                result,
                exit.code(),
                exit.signal(),
                exit.cpuNanos(),
                output.size(),
                error.size(),
                last,
                message);
    }
}

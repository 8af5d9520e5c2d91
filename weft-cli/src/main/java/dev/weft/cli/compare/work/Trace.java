package dev.weft.cli.compare.work;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What one task did and when.
 *
 * @param lane what it ran on: the id of a platform thread or of a worker process, or 0 where tasks have no place of
 *     their own
 * @param start when it began, in nanoseconds since the epoch, so that traces of several processes fit together
 * @param marks nanoseconds from the start at which computing turned into waiting (even positions) and back (odd
 *     positions); the last is the end of the task
 * @param result what the work returned; 0 if it failed
 * @param failure what it failed with, or null
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, and a list of boxes would cost what is being measured
public record Trace(
        long lane,
        long start,
        long[] marks,
        long result,
        @Nullable String failure) implements Serializable {
    /**
     * {@return the time from start to end, in nanoseconds}
     */
    public long nanos() {
        return marks[marks.length - 1];
    }

    /**
     * {@return when the task ended, in nanoseconds since the epoch}
     */
    public long end() {
        return start + nanos();
    }

    /**
     * {@return the time that it waited, in nanoseconds}
     */
    public long waited() {
        long waited = 0;
        for (int i = 1; i < marks.length; i += 2) {
            waited += marks[i] - marks[i - 1];
        }
        return waited;
    }

    /**
     * {@return the time that it computed, or could have if it had got a processor, in nanoseconds}
     */
    public long computed() {
        return nanos() - waited();
    }
}

package dev.weft.cli.map.run;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param ok inputs that went well
 * @param failed inputs that failed for good
 * @param retried tries beyond the first of an input
 * @param before inputs that were done before this run, and were not run
 * @param left inputs that were read and have no outcome; what was not read is not counted
 * @param known inputs that were read, these included that were done before
 * @param complete whether these are all that there are
 * @param nanos how long it took
 * @param halted whether the policy for it ended the run
 * @param timeOver whether the time for the whole run was over
 * @param signal the signal that ended it, or 0
 * @param readerGone whether nobody read the results any more
 * @param failure why it could not go on; null if it could
 */
public record Summary(
        long ok,
        long failed,
        long retried,
        long before,
        long left,
        long known,
        boolean complete,
        long nanos,
        boolean halted,
        boolean timeOver,
        int signal,
        boolean readerGone,
        @Nullable IOException failure) {
    /**
     * {@return whether every input has an outcome}
     */
    public boolean finished() {
        return complete && left == 0;
    }
}

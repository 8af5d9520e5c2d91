package dev.weft.cli.compare.model;

import dev.weft.cli.compare.work.Trace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened when some tasks ran once.
 *
 * @param start when it began, in nanoseconds since the epoch
 * @param nanos how long it took
 * @param traces what each task did, in the order of the tasks; null for one that was lost
 * @param losses the tasks that never reported, because their worker died or could not be reached
 */
public record Pass(long start, long nanos, List<@Nullable Trace> traces, List<Loss> losses) {
    /**
     * Tasks that never reported.
     *
     * @param task which, as a failure names them
     * @param message why
     */
    public record Loss(String task, String message) {}
}

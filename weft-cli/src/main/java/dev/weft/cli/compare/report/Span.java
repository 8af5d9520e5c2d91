package dev.weft.cli.compare.report;

/**
 * A stretch of time in which one task did one thing.
 *
 * @param start its beginning, from the start of the round
 * @param end its end
 * @param kind {@link #WAIT} or {@link #COMPUTE}
 * @param task the number of the task
 */
public record Span(double start, double end, String kind, int task) {
    /** The task waited: for the network, a disk, a lock. */
    public static final String WAIT = "wait";

    /** The task computed, or wanted to and waited for a processor. */
    public static final String COMPUTE = "compute";
}

package dev.weft.cli.compare.report;

import java.util.List;

/**
 * The outcome of one run of {@code weft compare}.
 *
 * @param schema {@link #SCHEMA}
 * @param weft the version of the program
 * @param command the arguments it was called with, the command's name first
 * @param startedAt when the run began, as an ISO-8601 instant
 * @param seconds how long the whole run took, start of workers and of the page server included
 * @param interrupted whether it was stopped before its end, so that rounds or workloads are missing
 * @param settings how it measured
 * @param machine what it measured on
 * @param workloads the workloads, in the order in which they ran
 * @param caveats what a reader must know before trusting the numbers, one sentence each
 */
public record Report(
        String schema,
        String weft,
        List<String> command,
        String startedAt,
        double seconds,
        boolean interrupted,
        Settings settings,
        Machine machine,
        List<WorkloadReport> workloads,
        List<String> caveats) {
    /** The name and version of this format. */
    public static final String SCHEMA = "weft-compare/1";
}

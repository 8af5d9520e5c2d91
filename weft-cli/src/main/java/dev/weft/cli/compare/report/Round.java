package dev.weft.cli.compare.report;

/**
 * One measured pass over all tasks of a workload under one model.
 *
 * @param round its number, from 1; the same number under two models means the same moment of the run
 * @param seconds wall time
 * @param cpuSeconds processor time of all processes together
 * @param waitSeconds the time that tasks waited, summed over the tasks
 * @param computeSeconds the time that tasks computed, summed over the tasks
 * @param peakMemoryBytes the highest resident memory of all processes together; 0 where it could not be read
 * @param inFlight how many tasks were under way at the same moment at most
 * @param failures how many tasks failed
 */
public record Round(
        int round,
        double seconds,
        double cpuSeconds,
        double waitSeconds,
        double computeSeconds,
        long peakMemoryBytes,
        int inFlight,
        int failures) {}

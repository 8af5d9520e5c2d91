package dev.weft.cli.compare.engine;

import java.util.List;

/** Measures what processes use of the machine. */
interface Meter {
    /**
     * Begins a measurement, and ends the one before.
     *
     * @param workers the processes to measure besides this one
     */
    void start(List<Long> workers);

    /**
     * Ends a measurement.
     *
     * @return what was used since {@link #start}
     */
    Usage stop();

    /**
     * What was used.
     *
     * @param cpuNanos processor time of all measured processes
     * @param peakMemoryBytes their highest resident memory, summed; 0 where it cannot be read
     */
    record Usage(long cpuNanos, long peakMemoryBytes) {}
}

package dev.weft.cli.compare.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the throughput of a workload follows the number of threads.
 *
 * @param rounds how often each number was measured
 * @param points what was measured, by number of threads
 * @param amdahl Amdahl's law, fitted to it; null with fewer than six numbers
 * @param usl the universal scalability law, fitted to it; null with fewer than six numbers
 * @param text what it says, in a few sentences
 */
public record Scaling(
        int rounds,
        List<Point> points,
        @Nullable Law amdahl,
        @Nullable Law usl,
        String text) {
    /**
     * A number of threads, and what came of it.
     *
     * @param threads how many there were
     * @param perSecond the tasks that they did in a second
     * @param speedup how many times as fast as the first number, which is one, in the same rounds
     */
    public record Point(int threads, Interval perSecond, Interval speedup) {}
}

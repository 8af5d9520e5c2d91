package dev.weft.cli.compare.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One workload under one model. The totals are those of a typical round: medians over the rounds.
 *
 * @param model its name on the command line
 * @param title its name for people
 * @param explanation what it consisted of in this run, such as {@code one thread, 200 coroutines}
 * @param rounds every measured round, in the order in which they ran
 * @param seconds the wall time of a round
 * @param speedup how many times faster than {@code sequential} in the same rounds; null if that did not run
 * @param cpuShare the processor time used, of what the cores offered during the round
 * @param waitShare of the time that tasks were under way, the part in which they waited instead of computing
 * @param cpuSeconds the processor time of all processes together, the JVM's own work included
 * @param waitSeconds the time that tasks waited, summed over the tasks
 * @param computeSeconds the time that tasks computed, summed over the tasks
 * @param peakMemoryBytes the highest resident memory of all processes together; 0 where it could not be read
 * @param inFlight how many tasks were under way at the same moment at most
 * @param failures how many tasks failed, in all rounds
 * @param startSeconds what it took to open the pool, the loop or the workers, once; not part of any round
 * @param timeline who did what when in the round with the median time; null if it was not recorded
 */
public record ModelReport(
        String model,
        String title,
        String explanation,
        List<Round> rounds,
        Interval seconds,
        @Nullable Interval speedup,
        double cpuShare,
        double waitShare,
        double cpuSeconds,
        double waitSeconds,
        double computeSeconds,
        long peakMemoryBytes,
        int inFlight,
        int failures,
        double startSeconds,
        @Nullable Timeline timeline) {}

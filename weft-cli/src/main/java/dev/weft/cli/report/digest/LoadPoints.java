package dev.weft.cli.report.digest;

import dev.weft.cli.compare.report.Law;
import dev.weft.cli.compare.statistics.ScalabilityLaw;
import dev.weft.cli.compare.statistics.ScalabilityLaw.Point;
import dev.weft.cli.report.data.RunReport.Load;
import dev.weft.cli.report.data.RunReport.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The throughput of a run whose number at once was changed while it went on, and what the laws of scalability make of
 * it.
 *
 * <p>A load is all steps of the timeline during which the number was the same. What a load needs to count: three
 * steps and twenty tries, and slots that were busy most of the time, since otherwise something else than the number
 * at once was the limit. The time behind the begin of the last try does not count.
 */
final class LoadPoints {
    private static final int FEWEST_STEPS = 3;
    private static final int FEWEST_TRIES = 20;
    private static final double BUSY = 0.8;

    private LoadPoints() {}

    private static final class Sum {
        int steps;
        double tries;
        double busy;
    }

    static @Nullable Scaling of(TimeSteps steps, double[] busy, double[] ended, Capacity capacity, long until) {
        Map<Integer, Sum> sums = new TreeMap<>();
        long step = steps.stepNanos();
        for (int i = 0; i < TimeSteps.COUNT && (i + 1) * step <= until; i++) {
            int jobs = capacity.during(i * step, (i + 1) * step);
            if (jobs > 0) {
                Sum sum = sums.computeIfAbsent(jobs, _ -> new Sum());
                sum.steps++;
                sum.tries += ended[i];
                sum.busy += busy[i];
            }
        }
        List<Load> loads = new ArrayList<>();
        sums.forEach((jobs, sum) -> {
            double inFlight = sum.busy / sum.steps / step;
            if (sum.steps >= FEWEST_STEPS && sum.tries >= FEWEST_TRIES && inFlight >= BUSY * jobs) {
                double seconds = sum.steps * step / 1e9;
                loads.add(new Load(inFlight, sum.tries / seconds, seconds));
            }
        });
        if (loads.size() < ScalabilityLaw.FEWEST_POINTS) {
            return null;
        }
        List<Point> points = loads.stream()
                .map(load -> new Point(load.inFlight(), load.perSecond()))
                .toList();
        return new Scaling(loads, Law.of(ScalabilityLaw.amdahl(points)), Law.of(ScalabilityLaw.universal(points)));
    }
}

package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.Law;
import dev.weft.cli.compare.report.Scaling;
import dev.weft.cli.compare.report.Scaling.Point;
import dev.weft.cli.compare.statistics.Estimate;
import dev.weft.cli.compare.statistics.ScalabilityLaw;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Turns the rounds of a measurement of scaling into its part of the report. */
final class Curve {
    /** From this share of the processors on, they are what limits threads. */
    private static final double BUSY = 0.85;

    private Curve() {}

    /**
     * Makes the curve.
     *
     * @param rounds the seconds of a pass by number of threads, the same numbers in each round, one among them
     * @param tasks how many tasks a pass has
     * @param unit what a task works on, singular
     * @param cores how many processors there are
     * @param cpuShare how busy the threads of the comparison kept them
     * @param confidence the coverage of the intervals
     * @return the curve; null if there is no round
     */
    static @Nullable Scaling of(
            List<SortedMap<Integer, Double>> rounds,
            int tasks,
            String unit,
            int cores,
            double cpuShare,
            double confidence) {
        if (rounds.isEmpty()) {
            return null;
        }
        double[] one = ScalingRounds.seconds(rounds, 1);
        List<Point> points = new ArrayList<>();
        for (int threads : rounds.getFirst().keySet()) {
            double[] seconds = ScalingRounds.seconds(rounds, threads);
            Estimate time = Estimate.of(seconds, confidence);
            Estimate speedup = Estimate.ofRatio(one, seconds, confidence);
            points.add(new Point(
                    threads,
                    new Interval(tasks / time.median(), tasks / time.high(), tasks / time.low()),
                    new Interval(speedup.median(), speedup.low(), speedup.high())));
        }
        List<ScalabilityLaw.Point> loads = points.stream()
                .map(point -> new ScalabilityLaw.Point(
                        point.threads(), point.perSecond().median()))
                .toList();
        boolean enough = loads.size() >= ScalabilityLaw.FEWEST_POINTS;
        Law usl = enough ? Law.of(ScalabilityLaw.universal(loads)) : null;
        return new Scaling(
                rounds.size(),
                List.copyOf(points),
                enough ? Law.of(ScalabilityLaw.amdahl(loads)) : null,
                usl,
                text(points, unit, usl) + (usl != null && cpuShare >= BUSY ? processors(cores) : ""));
    }

    private static String text(List<Point> points, String unit, @Nullable Law usl) {
        Point most = points.stream()
                .max(Comparator.comparingDouble(point -> point.perSecond().median()))
                .orElseThrow();
        String best = Words.count(most.threads(), "thread") + " did most: "
                + Words.rate(most.perSecond().median()) + " " + Words.plural(unit) + " a second"
                + (most.threads() == 1
                        ? "."
                        : ", " + Words.factor(most.speedup().median()) + " times as many as one.");
        return usl == null ? best : best + " " + usl.inWords();
    }

    /** Neither law knows that processors end. */
    private static String processors(int cores) {
        return " The threads kept the " + (cores == 1 ? "processor" : Words.count(cores, "processor"))
                + " busy, which the laws take for work that only one can do.";
    }
}

package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Round;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.compare.statistics.Estimate;
import dev.weft.cli.compare.statistics.Ranking;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Turns the samples of a workload into its part of the report. */
final class Summary {
    private final Workload workload;
    private final Samples samples;
    private final Map<Model, Opened> opened;
    private final int cores;
    private final double confidence;
    private final List<SortedMap<Integer, Double>> curve;

    /**
     * What is known of a model beside its times.
     *
     * @param explanation what it consists of
     * @param startSeconds what it took to open
     */
    record Opened(String explanation, double startSeconds) {}

    /**
     * Prepares a summary.
     *
     * @param workload the workload
     * @param samples what was measured
     * @param opened the models that ran
     * @param cores how many processors there are
     * @param confidence the coverage of the intervals
     * @param curve the rounds of its scaling; empty if that was not measured
     */
    Summary(
            Workload workload,
            Samples samples,
            Map<Model, Opened> opened,
            int cores,
            double confidence,
            List<SortedMap<Integer, Double>> curve) {
        this.workload = workload;
        this.samples = samples;
        this.opened = opened;
        this.cores = cores;
        this.confidence = confidence;
        this.curve = curve;
    }

    WorkloadReport report() {
        Map<Model, Samples.Series> all = samples.snapshot();
        List<Failure> failures = samples.failures();
        List<ModelReport> models = new ArrayList<>();
        Map<String, double[]> seconds = new LinkedHashMap<>();
        all.forEach((model, series) -> {
            models.add(model(model, series, all.get(Model.SEQUENTIAL), failures));
            seconds.put(model.id(), series.seconds());
        });
        Ranking ranking = Ranking.of(seconds, confidence);
        return new WorkloadReport(
                workload.name(),
                workload.title(),
                workload.description(),
                workload.tasks().size(),
                workload.unit(),
                workload.settings(),
                models,
                ranking.order(),
                ranking.ties(),
                Verdicts.of(workload.unit(), workload.tasks().size(), cores, longestTask(all), models, ranking),
                failures,
                Curve.of(curve, workload.tasks().size(), workload.unit(), cores, busy(models), confidence));
    }

    /** How busy threads kept the processors. */
    private static double busy(List<ModelReport> models) {
        return models.stream()
                .filter(model -> model.model().equals(Model.THREADS.id()))
                .mapToDouble(ModelReport::cpuShare)
                .findFirst()
                .orElse(0);
    }

    private ModelReport model(
            Model model, Samples.Series series, Samples.@Nullable Series reference, List<Failure> failures) {
        List<Round> rounds = series.rounds();
        double time = median(rounds, Round::seconds);
        double cpu = median(rounds, Round::cpuSeconds);
        double waited = median(rounds, Round::waitSeconds);
        double computed = median(rounds, Round::computeSeconds);
        Pass typical = series.typical();
        Opened open = Objects.requireNonNull(opened.get(model));
        return new ModelReport(
                model.id(),
                model.title(),
                open.explanation(),
                rounds,
                interval(Estimate.of(series.seconds(), confidence)),
                reference == null ? null : interval(Pairs.ratio(reference, series, confidence)),
                Math.min(1, cpu / (cores * time)),
                waited + computed > 0 ? waited / (waited + computed) : 0,
                cpu,
                waited,
                computed,
                (long) median(rounds, Round::peakMemoryBytes),
                (int) Math.round(median(rounds, Round::inFlight)),
                failures.stream()
                        .filter(failure -> failure.model().equals(model.id()))
                        .mapToInt(Failure::count)
                        .sum(),
                open.startSeconds(),
                typical == null ? null : Timelines.of(model, typical));
    }

    /** Measured where tasks do not get into each other's way, if that is possible. */
    private static double longestTask(Map<Model, Samples.Series> all) {
        Samples.Series series = all.values().stream().findFirst().orElse(null); // in the order of the models
        Pass pass = series == null ? null : series.typical();
        return pass == null
                ? 0
                : pass.traces().stream()
                                .filter(Objects::nonNull)
                                .mapToDouble(Trace::nanos)
                                .max()
                                .orElse(0)
                        / 1e9;
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        return Estimate.median(rounds.stream().mapToDouble(value).toArray());
    }

    private static Interval interval(Estimate estimate) {
        return new Interval(estimate.median(), estimate.low(), estimate.high());
    }
}

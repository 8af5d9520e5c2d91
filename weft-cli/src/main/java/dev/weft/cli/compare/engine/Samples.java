package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Round;
import dev.weft.cli.compare.statistics.Estimate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has been measured of one workload so far. The measuring thread adds; any thread may take a {@link #snapshot}, so
 * that an interrupted comparison can show what it has.
 */
final class Samples {
    /**
     * What has been measured of one model.
     *
     * @param rounds the rounds, in order
     * @param typical the pass whose time was nearest to the median when it was added
     */
    record Series(List<Round> rounds, @Nullable Pass typical) {
        double[] seconds() {
            return rounds.stream().mapToDouble(Round::seconds).toArray();
        }
    }

    private record Key(String model, String task, String message) {}

    private final Map<Model, Series> series = new EnumMap<>(Model.class);
    private final Map<Key, Failure> failures = new LinkedHashMap<>();

    synchronized void add(Model model, Round round, Pass pass) {
        Series before = series.getOrDefault(model, new Series(List.of(), null));
        List<Round> rounds = new ArrayList<>(before.rounds());
        rounds.add(round);
        Series after = new Series(List.copyOf(rounds), before.typical());
        double median = Estimate.median(after.seconds());
        Pass kept = before.typical();
        boolean nearer = kept == null || Math.abs(round.seconds() - median) <= Math.abs(kept.nanos() / 1e9 - median);
        series.put(model, new Series(after.rounds(), nearer ? pass : kept));
    }

    /** Counts a failure; the same one again only raises its count. */
    synchronized void fail(Failure failure) {
        failures.merge(
                new Key(failure.model(), failure.task(), failure.message()),
                failure,
                (first, again) -> new Failure(
                        first.model(), first.round(), first.task(), first.message(), first.count() + again.count()));
    }

    synchronized Map<Model, Series> snapshot() {
        return new EnumMap<>(series);
    }

    synchronized List<Failure> failures() {
        return List.copyOf(failures.values());
    }
}

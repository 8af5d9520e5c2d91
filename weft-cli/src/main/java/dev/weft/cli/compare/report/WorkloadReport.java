package dev.weft.cli.compare.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One workload under every model that was asked for.
 *
 * @param name its name on the command line
 * @param title what it does, in a few words with the amount
 * @param description what one task is, and what makes it like real work
 * @param tasks how many tasks a round has
 * @param unit what one task works on, singular
 * @param settings what the work was made from, as words
 * @param models the models that completed at least one round, in the order of their declaration
 * @param ranking the names of those models, fastest first
 * @param ties groups of models, at least two each, that cannot be told apart
 * @param verdict which model to use, and why
 * @param failures what went wrong, without repetitions
 * @param scaling how the throughput follows the number of threads; null if that was not measured
 */
public record WorkloadReport(
        String name,
        String title,
        String description,
        int tasks,
        String unit,
        Map<String, String> settings,
        List<ModelReport> models,
        List<String> ranking,
        List<List<String>> ties,
        Verdict verdict,
        List<Failure> failures,
        @Nullable Scaling scaling) {}

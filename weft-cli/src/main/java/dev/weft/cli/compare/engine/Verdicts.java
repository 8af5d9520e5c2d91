package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Verdict;
import dev.weft.cli.compare.statistics.Ranking;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Says which model to use for a workload, and why, from what was measured.
 *
 * <p>Among models that cannot be told apart the simplest is chosen. The model under a global lock is never chosen: it
 * is there to be compared with.
 */
final class Verdicts {
    private static final double MOSTLY = 0.75;
    private static final double HARDLY = 0.15;

    /** From the simplest to the one that needs most. */
    private static final List<Model> SIMPLEST_FIRST =
            List.of(Model.SEQUENTIAL, Model.VIRTUAL, Model.THREADS, Model.LOOP, Model.PROCESSES, Model.HYBRID);

    /** The same for work that only computes, where more virtual threads than cores gain nothing. */
    private static final List<Model> SIMPLEST_COMPUTING =
            List.of(Model.SEQUENTIAL, Model.THREADS, Model.VIRTUAL, Model.LOOP, Model.PROCESSES, Model.HYBRID);

    private final String unit;
    private final int tasks;
    private final int cores;
    private final double longestTask;
    private final Map<Model, ModelReport> measured;

    private Verdicts(String unit, int tasks, int cores, double longestTask, List<ModelReport> models) {
        this.unit = unit;
        this.tasks = tasks;
        this.cores = cores;
        this.longestTask = longestTask;
        this.measured = models.stream()
                .collect(Collectors.toMap(report -> Model.named(report.model()).orElseThrow(), Function.identity()));
    }

    /**
     * Judges.
     *
     * @param unit what a task works on
     * @param tasks how many there are
     * @param cores how many processors there are
     * @param longestTask the seconds that the longest task takes
     * @param models what was measured
     * @param ranking who is faster
     * @return the verdict
     */
    static Verdict of(
            String unit, int tasks, int cores, double longestTask, List<ModelReport> models, Ranking ranking) {
        return new Verdicts(unit, tasks, cores, longestTask, models).judge(ranking);
    }

    private Verdict judge(Ranking ranking) {
        List<Model> leaders = ranking.leaders().stream()
                .map(id -> Model.named(id).orElseThrow())
                .filter(model -> model != Model.GIL)
                .toList();
        if (leaders.isEmpty()) {
            leaders = ranking.order().stream()
                    .map(id -> Model.named(id).orElseThrow())
                    .filter(model -> model != Model.GIL)
                    .limit(1)
                    .toList();
        }
        if (leaders.isEmpty()) {
            return new Verdict(
                    null,
                    false,
                    "No verdict: no model completed a round.",
                    "Nothing was measured.",
                    "See the failures.");
        }
        List<Model> preferred = computesOnly() ? SIMPLEST_COMPUTING : SIMPLEST_FIRST;
        Model choice = preferred.stream().filter(leaders::contains).findFirst().orElseThrow();
        boolean tooClose = leaders.size() > 1;
        return new Verdict(choice.id(), tooClose, text(choice, leaders), reason(choice), advice(choice));
    }

    private boolean computesOnly() {
        ModelReport plain = measured.get(Model.SEQUENTIAL);
        return plain != null && plain.waitShare() <= HARDLY;
    }

    private String text(Model choice, List<Model> leaders) {
        if (choice == Model.SEQUENTIAL) {
            return measured.size() == 1
                    ? "Only one model was measured."
                    : "Keep it simple: one after the other. No other model is faster, as far as this run can tell.";
        }
        StringBuilder text = new StringBuilder();
        if (leaders.size() > 1) {
            text.append("Too close to call between ")
                    .append(Words.list(leaders.stream().map(Model::inSentence).toList()))
                    .append(". Use ")
                    .append(choice.inSentence())
                    .append(computesOnly() ? ", the usual choice for computing" : ", the simplest of them");
        } else {
            text.append("Use ").append(choice.inSentence());
        }
        Interval speedup = report(choice).speedup();
        if (speedup == null) {
            return text.append(": the fastest of those measured, with ")
                    .append(Words.time(report(choice).seconds().median()))
                    .append('.')
                    .toString();
        }
        text.append(": ").append(Words.factor(speedup.median())).append(" times faster than one after the other");
        return report(choice).rounds().size() < 2
                ? text.append(" in the only round.").toString()
                : text.append(" (95 % interval ")
                        .append(Words.factor(speedup.low()))
                        .append(" to ")
                        .append(Words.factor(speedup.high()))
                        .append(").")
                        .toString();
    }

    private String reason(Model choice) {
        ModelReport plain = measured.getOrDefault(Model.SEQUENTIAL, report(choice));
        ModelReport chosen = report(choice);
        String reason;
        if (choice == Model.SEQUENTIAL) {
            reason = cores == 1 && plain.waitShare() < HARDLY
                    ? "CPU-bound on one core: tasks compute " + Words.percent(1 - plain.waitShare()) + " of their time."
                    : "A " + unit + " takes " + Words.time(plain.seconds().median() / tasks)
                            + " and waits " + Words.percent(plain.waitShare())
                            + " of that: what overlapping saves, handing over costs again.";
        } else if (plain.waitShare() >= MOSTLY) {
            reason = "I/O-bound: tasks wait " + Words.percent(plain.waitShare()) + " of their time, and "
                    + choice.inSentence() + " kept " + Words.count(chosen.inFlight(), unit)
                    + " in flight, which hid waits of "
                    + Words.time(plain.waitSeconds() / tasks) + " each, with " + Words.percent(chosen.cpuShare())
                    + " of the CPU.";
        } else if (plain.waitShare() <= HARDLY) {
            reason = "CPU-bound: tasks compute " + Words.percent(1 - plain.waitShare()) + " of their time, and "
                    + choice.inSentence() + " used " + Words.percent(chosen.cpuShare()) + " of "
                    + Words.count(cores, "core") + ".";
        } else {
            reason = "Both: tasks wait " + Words.percent(plain.waitShare()) + " of their time and compute the rest; "
                    + choice.inSentence() + " kept " + Words.count(chosen.inFlight(), unit) + " in flight and used "
                    + Words.percent(chosen.cpuShare()) + " of " + Words.count(cores, "core") + ".";
        }
        double best = chosen.seconds().median();
        if (tasks > 1 && choice != Model.SEQUENTIAL && longestTask > best / 2) {
            reason += " The longest " + unit + " alone takes " + Words.time(longestTask) + " of " + Words.time(best)
                    + ": no model gets below that.";
        }
        return reason;
    }

    private String advice(Model choice) {
        List<String> advice = new ArrayList<>();
        ModelReport gil = measured.get(Model.GIL);
        ModelReport threads = measured.get(Model.THREADS);
        if (gil != null
                && threads != null
                && gil.seconds().median() > 1.3 * threads.seconds().median()) {
            advice.add("Under a global lock the same threads took "
                    + Words.factor(gil.seconds().median() / threads.seconds().median()) + " times as long.");
        }
        ModelReport processes = measured.get(Model.PROCESSES);
        if (processes != null
                && !choice.usesWorkers()
                && processes.seconds().median() >= report(choice).seconds().median()) {
            advice.add("Processes took " + Words.time(processes.startSeconds()) + " to start and "
                    + Words.factor(processes.seconds().median()
                            / report(choice).seconds().median())
                    + " times as long: take them to survive crashes or to kill a task, not for speed.");
        } else if (choice.usesWorkers()) {
            advice.add("Starting the workers took " + Words.time(report(choice).startSeconds())
                    + ", which is not in the times above.");
        }
        if (choice == Model.VIRTUAL && near(choice, Model.LOOP)) {
            advice.add(
                    "The event loop is about as fast with one thread, on which no two tasks run at once: take it where tasks"
                            + " share state.");
        }
        return String.join(" ", advice);
    }

    private boolean near(Model choice, Model other) {
        ModelReport report = measured.get(other);
        return report != null
                && report.seconds().median() < 1.15 * report(choice).seconds().median();
    }

    private ModelReport report(Model model) {
        return Objects.requireNonNull(measured.get(model));
    }
}

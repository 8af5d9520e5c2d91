package dev.weft.cli.compare;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.Scaling;
import dev.weft.cli.compare.report.Verdict;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.terminal.Style;
import dev.weft.cli.text.Paragraph;
import dev.weft.cli.text.Table;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Shows a report as text for the terminal, at most 80 columns wide but for names. */
final class TextReport {
    private static final int WIDTH = 80;
    private static final int LABEL = 9;
    private static final int FAILURES_SHOWN = 5;
    private static final double NOTABLE_START = 0.02;

    /** An interval whose ends are further apart than this factor says nothing, and is not shown. */
    private static final double UNKNOWN = 10;

    private final Style style;

    TextReport(Style style) {
        this.style = style;
    }

    /** One workload: its table, the verdict and what failed. */
    List<String> workload(WorkloadReport workload) {
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(workload.name()) + "  " + workload.title());
        String settings = workload.settings().entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining("; "));
        if (!settings.isEmpty()) {
            Paragraph.wrap(settings, WIDTH - 2).forEach(line -> lines.add("  " + style.faint(line)));
        }
        lines.add("");
        if (!workload.models().isEmpty()) {
            table(workload, lines);
            lines.add("");
        }
        Verdict verdict = workload.verdict();
        labelled(lines, "Verdict", style.bold("Verdict"), verdict.text());
        labelled(lines, "Why", "Why", verdict.reason());
        if (!verdict.advice().isEmpty()) {
            labelled(lines, "Note", "Note", verdict.advice());
        }
        if (workload.scaling() != null) {
            scaling(workload.scaling(), workload.unit(), lines);
        }
        failures(workload, lines);
        lines.add("");
        return lines;
    }

    private void table(WorkloadReport workload, List<String> lines) {
        Table table = new Table();
        table.add("model", "time", "speed-up (95 %)", "CPU", "waits", "memory", "at once");
        Map<String, ModelReport> models =
                workload.models().stream().collect(Collectors.toMap(ModelReport::model, Function.identity()));
        for (String name : workload.ranking()) {
            ModelReport model = models.get(name);
            if (model != null) {
                table.add(row(model));
            }
        }
        List<String> rows = table.lines();
        lines.add("  " + style.faint(rows.getFirst()));
        for (int i = 1; i < rows.size(); i++) {
            boolean chosen =
                    workload.ranking().get(i - 1).equals(workload.verdict().choice());
            lines.add((chosen ? style.green("> ") : "  ") + (chosen ? style.bold(rows.get(i)) : rows.get(i)));
        }
        starts(workload, lines);
    }

    private static String[] row(ModelReport model) {
        Interval time = model.seconds();
        boolean once = model.rounds().size() < 2;
        double share = (time.high() - time.low()) / 2 / time.median();
        String spread = once ? "" : share > 1 ? " ±>100%" : " ±" + percent(share);
        return new String[] {
            Model.named(model.model()).map(Model::label).orElse(model.model()),
            Words.time(time.median()) + spread,
            speedup(model, once),
            percent(model.cpuShare()),
            percent(model.waitShare()),
            model.peakMemoryBytes() == 0 ? "?" : Words.size(model.peakMemoryBytes()),
            Integer.toString(model.inFlight())
        };
    }

    private static String speedup(ModelReport model, boolean once) {
        Interval speedup = model.speedup();
        if (speedup == null || model.model().equals(Model.SEQUENTIAL.id())) {
            return "";
        }
        String median = Words.factor(speedup.median()) + "x";
        if (!once && speedup.high() > UNKNOWN * speedup.low()) {
            return median + " (?)";
        }
        return once ? median : median + " (" + Words.factor(speedup.low()) + "-" + Words.factor(speedup.high()) + ")";
    }

    /** Without the blank and the decimals of a sentence: a column has little room. */
    private static String percent(double share) {
        return Math.round(share * 100) + "%";
    }

    /** What it takes to get a model going is paid once and shown apart. */
    private void starts(WorkloadReport workload, List<String> lines) {
        String starts = workload.models().stream()
                .filter(model -> model.startSeconds() >= NOTABLE_START)
                .map(model -> Model.named(model.model()).map(Model::label).orElse(model.model()) + " "
                        + Words.time(model.startSeconds()))
                .collect(Collectors.joining(", "));
        if (!starts.isEmpty()) {
            Paragraph.wrap("Started once, not in the times: " + starts, WIDTH - 2)
                    .forEach(line -> lines.add("  " + style.faint(line)));
        }
    }

    private void labelled(List<String> lines, String label, String shown, String text) {
        boolean first = true;
        for (String line : Paragraph.wrap(text, WIDTH - 2 - LABEL)) {
            lines.add("  " + (first ? shown + " ".repeat(LABEL - label.length()) : " ".repeat(LABEL)) + line);
            first = false;
        }
    }

    private void scaling(Scaling scaling, String unit, List<String> lines) {
        labelled(lines, "Scaling", "Scaling", scaling.text());
        String points = scaling.points().stream()
                .map(point -> point.threads() + ":" + Paragraph.NO_BREAK
                        + Words.rate(point.perSecond().median()))
                .collect(Collectors.joining(", "));
        Paragraph.wrap(Words.plural(unit) + " a second by threads: " + points, WIDTH - 2 - LABEL)
                .forEach(line -> lines.add(" ".repeat(2 + LABEL) + style.faint(line)));
    }

    private void failures(WorkloadReport workload, List<String> lines) {
        List<Failure> failures = workload.failures();
        if (failures.isEmpty()) {
            return;
        }
        int all = failures.stream().mapToInt(Failure::count).sum();
        lines.add("  " + style.red("Failed   " + Words.count(all, "task")));
        for (Failure failure : failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))) {
            String times = failure.count() == 1 ? "" : " (" + failure.count() + " times)";
            String where = failure.round() == 0 ? "before the rounds" : "round " + failure.round();
            Paragraph.wrap(
                            failure.task() + " under " + failure.model() + ", " + where + times + ": "
                                    + failure.message(),
                            WIDTH - 4 - LABEL)
                    .forEach(line -> lines.add(" ".repeat(2 + LABEL) + line));
        }
        if (failures.size() > FAILURES_SHOWN) {
            lines.add(" ".repeat(2 + LABEL) + "and " + (failures.size() - FAILURES_SHOWN) + " more; --json has all");
        }
    }

    /** What belongs to the whole run: the machine, and what to be careful about. */
    List<String> end(Report report) {
        List<String> lines = new ArrayList<>();
        if (report.interrupted()) {
            lines.add(style.yellow("Interrupted: this is what was measured until then."));
        }
        lines.add(style.faint(
                report.machine().os() + ", " + Words.count(report.machine().cores(), "core") + ", JDK "
                        + report.machine().jdk() + ", " + report.machine().scheduler() + " scheduler, "
                        + report.machine().transport() + "; seed "
                        + report.settings().seed() + ", " + Words.time(report.seconds())));
        for (String caveat : report.caveats()) {
            List<String> wrapped = Paragraph.wrap(caveat, WIDTH - 2);
            for (int i = 0; i < wrapped.size(); i++) {
                lines.add(style.yellow((i == 0 ? "! " : "  ") + wrapped.get(i)));
            }
        }
        return lines;
    }
}

package dev.weft.cli.report;

import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.FailureReason;
import dev.weft.cli.report.data.RunReport.Latency;
import dev.weft.cli.report.data.RunReport.Slow;
import dev.weft.cli.report.data.RunReport.Step;
import dev.weft.cli.report.data.RunReport.Timeline;
import dev.weft.cli.terminal.Style;
import dev.weft.cli.text.Paragraph;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Table;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Shows the report of a run as text for the terminal, at most 80 columns wide but for names. */
final class RunText {
    private static final int WIDTH = 80;
    private static final int LABEL = 11;
    private static final int SLOW_SHOWN = 3;
    private static final int FAILURES_SHOWN = 5;

    private final Style style;

    RunText(Style style) {
        this.style = style;
    }

    List<String> lines(RunReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(Figures.command(report)));
        lines.add(style.faint("run " + report.run()
                + (report.startedAt() == null ? "" : ", begun " + Figures.when(report.startedAt())) + ", in "
                + RawText.printable(report.directory())));
        lines.add("");
        labelled(lines, "Verdict", style.bold("Verdict"), report.verdict());
        labelled(
                lines,
                "Why",
                "Why",
                report.why().text()
                        + (report.why().advice().isEmpty()
                                ? ""
                                : " " + report.why().advice()));
        labelled(lines, "Inputs", "Inputs", Figures.counts(report.counts()));
        String processors = Figures.processors(report.time());
        if (processors != null) {
            labelled(lines, "Processors", "Processors", processors + " busy on average");
        }
        split(report, lines);
        latency(report, lines);
        timeline(report, lines);
        failures(report, lines);
        slowest(report, lines);
        if (report.scaling() != null) {
            labelled(lines, "Scaling", "Scaling", report.scaling().usl().inWords());
        }
        lines.add("");
        Paragraph.wrap(Figures.host(report.host()) + ", Weft " + report.weft(), WIDTH)
                .forEach(line -> lines.add(style.faint(line)));
        for (String caveat : report.caveats()) {
            List<String> wrapped = Paragraph.wrap(caveat, WIDTH - 2);
            for (int i = 0; i < wrapped.size(); i++) {
                lines.add(style.yellow((i == 0 ? "! " : "  ") + wrapped.get(i)));
            }
        }
        return lines;
    }

    private void split(RunReport report, List<String> lines) {
        String parts = Figures.split(report.time()).stream()
                .map(part -> Words.percent(part.share()) + " " + part.name())
                .collect(Collectors.joining(", "));
        if (!parts.isEmpty()) {
            labelled(lines, "Slots", "Slots", Words.number(report.slots().total()) + ": " + parts);
        }
    }

    private void latency(RunReport report, List<String> lines) {
        Latency latency = report.latency();
        if (latency == null) {
            return;
        }
        Table table = new Table();
        List<String> head = new ArrayList<>(List.of("tries", "mean"));
        List<String> row = new ArrayList<>(List.of(Words.number(latency.count()), Words.time(latency.mean())));
        latency.percentiles().forEach(each -> {
            head.add(percentile(each.percentile()));
            row.add(Words.time(each.seconds()));
        });
        head.add("longest");
        row.add(Words.time(latency.max()));
        table.add(head.toArray(String[]::new));
        table.add(row.toArray(String[]::new));
        List<String> rows = table.lines();
        lines.add("");
        lines.add("  " + style.faint(rows.getFirst()));
        lines.add("  " + rows.getLast());
        lines.add("");
    }

    static String percentile(double percentile) {
        return "p"
                + (percentile == Math.rint(percentile)
                        ? Long.toString((long) percentile)
                        : Double.toString(percentile));
    }

    private void timeline(RunReport report, List<String> lines) {
        if (report.timeline().steps().size() < 2) {
            return;
        }
        Timeline coarse = Figures.coarse(report);
        graph(lines, "A second", coarse, each -> (each.ok() + each.failed()) / coarse.stepSeconds(), true);
        graph(lines, "At once", report.timeline(), Step::inFlight, false);
        lines.add(style.faint(" ".repeat(2 + LABEL) + "0 to " + Words.time(report.seconds())));
    }

    private static void graph(
            List<String> lines, String label, Timeline timeline, ToDoubleFunction<Step> value, boolean rate) {
        double[] values = timeline.steps().stream().mapToDouble(value).toArray();
        double most = timeline.steps().stream().mapToDouble(value).max().orElse(0);
        int width = WIDTH - 2 - LABEL - 14;
        lines.add("  " + label + " ".repeat(LABEL - label.length()) + Sparkline.of(values, width) + "  at most "
                + (rate ? Words.rate(most) : Words.factor(most)));
    }

    private void failures(RunReport report, List<String> lines) {
        List<FailureReason> failures = report.failures();
        if (failures.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("  " + style.red("Failed"));
        for (FailureReason failure : failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))) {
            String count = Words.count(failure.inputs(), "input")
                    + (failure.tries() == failure.inputs() ? "" : " (" + Words.count(failure.tries(), "try") + ")");
            Paragraph.wrap(
                            count + ": " + RawText.printable(failure.reason()) + " - such as "
                                    + Figures.examples(failure),
                            WIDTH - 4)
                    .forEach(line -> lines.add("    " + line));
        }
        int more = failures.size() - FAILURES_SHOWN + report.failuresOmitted();
        if (more > 0) {
            lines.add("    and " + Words.count(more, "other reason") + "; --json has more");
        }
    }

    private void slowest(RunReport report, List<String> lines) {
        if (report.slowest().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("  Longest");
        for (Slow slow : report.slowest()
                .subList(0, Math.min(SLOW_SHOWN, report.slowest().size()))) {
            lines.add("    " + Words.time(slow.seconds()) + "  " + RawText.printable(slow.input()) + " (input "
                    + slow.index() + ")");
        }
    }

    private static void labelled(List<String> lines, String label, String shown, String text) {
        boolean first = true;
        for (String line : Paragraph.wrap(text, WIDTH - 2 - LABEL)) {
            lines.add("  " + (first ? shown + " ".repeat(LABEL - label.length()) : " ".repeat(LABEL)) + line);
            first = false;
        }
    }
}

package dev.weft.cli.compare;

import static dev.weft.cli.text.Markdown.cell;
import static dev.weft.cli.text.Markdown.code;
import static dev.weft.cli.text.Markdown.table;
import static dev.weft.cli.text.Markdown.text;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.Law;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.Scaling;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.ShellWords;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the report of a comparison as Markdown, to be pasted into an issue. What comes from users is code or escaped.
 */
final class MarkdownReport {
    private static final int FAILURES_SHOWN = 20;

    private MarkdownReport() {}

    static String render(Report report) {
        StringBuilder out = new StringBuilder();
        List<String> command = new ArrayList<>(List.of("weft"));
        command.addAll(report.command());
        out.append("## ")
                .append(code(RawText.printable(ShellWords.shown(command))))
                .append("\n\n");
        if (report.interrupted()) {
            out.append("Interrupted: this is what was measured until then.\n\n");
        }
        report.workloads().forEach(workload -> workload(workload, out));
        out.append(shown(report.machine().os()))
                .append(", ")
                .append(Words.count(report.machine().cores(), "core"))
                .append(", JDK ")
                .append(shown(report.machine().jdk()))
                .append(", ")
                .append(shown(report.machine().scheduler()))
                .append(" scheduler, ")
                .append(shown(report.machine().transport()))
                .append("; seed ")
                .append(report.settings().seed())
                .append(", ")
                .append(Words.time(report.seconds()))
                .append("; Weft ")
                .append(shown(report.weft()))
                .append('\n');
        if (!report.caveats().isEmpty()) {
            out.append('\n');
            report.caveats()
                    .forEach(caveat -> out.append("- ").append(shown(caveat)).append('\n'));
        }
        return out.toString();
    }

    private static void workload(WorkloadReport workload, StringBuilder out) {
        out.append("### ").append(shown(workload.title())).append("\n\n");
        out.append("**").append(shown(workload.verdict().text())).append("** ");
        out.append(shown(workload.verdict().reason()));
        if (!workload.verdict().advice().isEmpty()) {
            out.append(' ').append(shown(workload.verdict().advice()));
        }
        out.append("\n\n");
        if (!workload.settings().isEmpty()) {
            for (Map.Entry<String, String> setting : workload.settings().entrySet()) {
                out.append("- ").append(shown(setting.getKey())).append(": ");
                out.append(shown(setting.getValue())).append('\n');
            }
            out.append('\n');
        }
        if (!workload.models().isEmpty()) {
            List<String[]> rows = workload.models().stream()
                    .sorted(Comparator.comparingInt(model -> workload.ranking().indexOf(model.model())))
                    .map(MarkdownReport::row)
                    .toList();
            table(out, List.of("model", "time", "speed-up (95 %)", "CPU", "waits", "memory", "at once"), rows);
        }
        if (workload.scaling() != null) {
            scaling(workload.scaling(), workload.unit(), out);
        }
        failures(workload.failures(), out);
    }

    private static String[] row(ModelReport model) {
        return new String[] {
            shown(model.title()),
            Words.time(model.seconds().median()),
            model.model().equals(Model.SEQUENTIAL.id())
                    ? ""
                    : times(model.speedup(), model.rounds().size()),
            Words.percent(model.cpuShare()),
            Words.percent(model.waitShare()),
            model.peakMemoryBytes() == 0 ? "?" : Words.size(model.peakMemoryBytes()),
            Words.number(model.inFlight())
        };
    }

    private static String times(@Nullable Interval speedup, int rounds) {
        if (speedup == null) {
            return "";
        }
        String median = Words.factor(speedup.median()) + "x";
        return rounds < 2
                ? median
                : median + " (" + Words.factor(speedup.low()) + "-" + Words.factor(speedup.high()) + ")";
    }

    private static void scaling(Scaling scaling, String unit, StringBuilder out) {
        out.append("#### Scaling\n\n").append(shown(scaling.text())).append("\n\n");
        List<String> head =
                new ArrayList<>(List.of("threads", shown(Words.plural(unit)) + " a second", "speed-up (95 %)"));
        Law usl = scaling.usl();
        Law amdahl = scaling.amdahl();
        if (usl != null && amdahl != null) {
            head.addAll(List.of("universal law", "Amdahl's law"));
        }
        List<String[]> rows = new ArrayList<>();
        for (Scaling.Point point : scaling.points()) {
            List<String> row = new ArrayList<>(List.of(
                    Words.number(point.threads()),
                    Words.rate(point.perSecond().median()),
                    point.threads() == 1 ? "" : times(point.speedup(), scaling.rounds())));
            if (usl != null && amdahl != null) {
                row.addAll(List.of(Words.rate(usl.at(point.threads())), Words.rate(amdahl.at(point.threads()))));
            }
            rows.add(row.toArray(String[]::new));
        }
        table(out, head, rows);
    }

    private static void failures(List<Failure> failures, StringBuilder out) {
        if (failures.isEmpty()) {
            return;
        }
        out.append("#### Failures\n\n");
        List<String[]> rows = new ArrayList<>();
        for (Failure failure : failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))) {
            rows.add(new String[] {
                quoted(failure.task()),
                quoted(failure.model()),
                failure.round() == 0 ? "before the rounds" : "round " + failure.round(),
                Words.number(failure.count()),
                quoted(failure.message())
            });
        }
        table(out, List.of("task", "under", "first in", "times", "message"), rows);
        if (failures.size() > FAILURES_SHOWN) {
            out.append("And ")
                    .append(Words.count(failures.size() - FAILURES_SHOWN, "other failure"))
                    .append(".\n\n");
        }
    }

    /** Text without what a terminal or browser would obey, and without markup. */
    private static String shown(String text) {
        return text(RawText.printable(text));
    }

    private static String quoted(String text) {
        return cell(RawText.printable(text));
    }
}

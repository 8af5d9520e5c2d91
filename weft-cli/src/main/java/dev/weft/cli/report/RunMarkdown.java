package dev.weft.cli.report;

import static dev.weft.cli.text.Markdown.cell;
import static dev.weft.cli.text.Markdown.code;
import static dev.weft.cli.text.Markdown.table;
import static dev.weft.cli.text.Markdown.text;

import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.FailureReason;
import dev.weft.cli.report.data.RunReport.Latency;
import dev.weft.cli.report.data.RunReport.Slow;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the report of a run as Markdown, to be pasted into an issue. What comes from users is code, in which nothing
 * is markup.
 */
final class RunMarkdown {
    private RunMarkdown() {}

    static String render(RunReport report) {
        StringBuilder out = new StringBuilder();
        out.append("## ").append(code(Figures.command(report))).append("\n\n");
        out.append(text(report.verdict())).append("\n\n");
        out.append(text(report.why().text()));
        if (!report.why().advice().isEmpty()) {
            out.append(' ').append(text(report.why().advice()));
        }
        out.append("\n\n");
        List<String[]> figures = new ArrayList<>();
        figures.add(new String[] {"inputs", text(Figures.counts(report.counts()))});
        figures.add(new String[] {"time", Words.time(report.seconds())});
        figures.add(new String[] {"inputs a second", Words.rate(report.perSecond())});
        String processors = Figures.processors(report.time());
        if (processors != null) {
            figures.add(new String[] {"processors busy", processors});
        }
        figures.add(new String[] {"slots", Words.number(report.slots().total())});
        Figures.split(report.time())
                .forEach(part ->
                        figures.add(new String[] {"of their time " + part.name(), Words.percent(part.share())}));
        table(out, List.of("", ""), figures);
        latency(report, out);
        failures(report, out);
        slowest(report, out);
        if (report.scaling() != null) {
            out.append("### Scaling\n\n")
                    .append(text(report.scaling().usl().inWords()))
                    .append("\n\n");
        }
        out.append("Run ").append(code(report.run()));
        if (report.startedAt() != null) {
            out.append(", begun ").append(text(Figures.when(report.startedAt())));
        }
        out.append(", Weft ").append(text(report.weft())).append(", ").append(text(Figures.host(report.host())));
        out.append("\n");
        if (!report.caveats().isEmpty()) {
            out.append('\n');
            report.caveats()
                    .forEach(caveat -> out.append("- ").append(text(caveat)).append('\n'));
        }
        return out.toString();
    }

    private static void latency(RunReport report, StringBuilder out) {
        Latency latency = report.latency();
        if (latency == null) {
            return;
        }
        List<String> head = new ArrayList<>(List.of("tries", "mean"));
        List<String> row = new ArrayList<>(List.of(Words.number(latency.count()), Words.time(latency.mean())));
        latency.percentiles().forEach(each -> {
            head.add(RunText.percentile(each.percentile()));
            row.add(Words.time(each.seconds()));
        });
        head.add("longest");
        row.add(Words.time(latency.max()));
        out.append("### How long tries took\n\n");
        table(out, head, List.<String[]>of(row.toArray(String[]::new)));
    }

    private static void failures(RunReport report, StringBuilder out) {
        if (report.failures().isEmpty()) {
            return;
        }
        out.append("### Failures\n\n");
        List<String[]> rows = new ArrayList<>();
        for (FailureReason failure : report.failures()) {
            rows.add(new String[] {
                cell(RawText.printable(failure.reason())),
                Words.number(failure.inputs()),
                Words.number(failure.tries()),
                cell(Figures.examples(failure))
            });
        }
        table(out, List.of("reason", "inputs", "tries", "such as"), rows);
        if (report.failuresOmitted() > 0) {
            out.append("And ")
                    .append(Words.count(report.failuresOmitted(), "other reason"))
                    .append(".\n\n");
        }
    }

    private static void slowest(RunReport report, StringBuilder out) {
        if (report.slowest().isEmpty()) {
            return;
        }
        out.append("### Longest\n\n");
        List<String[]> rows = new ArrayList<>();
        for (Slow slow : report.slowest()) {
            rows.add(new String[] {
                Words.number(slow.index()),
                cell(RawText.printable(slow.input())),
                Words.time(slow.seconds()),
                cell(RawText.printable(slow.reason()))
            });
        }
        table(out, List.of("input", "", "time", "outcome"), rows);
    }
}

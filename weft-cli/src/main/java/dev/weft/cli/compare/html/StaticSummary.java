package dev.weft.cli.compare.html;

import static dev.weft.cli.html.Markup.text;

import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.Scaling;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.text.Words;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a reader without JavaScript sees: every verdict, the times behind it, and the caveats. */
final class StaticSummary {
    private StaticSummary() {}

    /** Returns markup in which everything that comes from the report is escaped. */
    static String render(Report report) {
        var out = new StringBuilder();
        out.append("<h1>Weft compare</h1>\n");
        if (report.interrupted()) {
            out.append("<p>Interrupted: this is what was measured until then.</p>\n");
        }
        report.workloads().forEach(workload -> workload(out, workload));
        if (!report.caveats().isEmpty()) {
            out.append("<h2>Caveats</h2>\n<ul>\n");
            report.caveats().forEach(caveat -> out.append("<li>%s</li>\n".formatted(text(caveat))));
            out.append("</ul>\n");
        }
        return out.toString();
    }

    private static void workload(StringBuilder out, WorkloadReport workload) {
        out.append("""
                <section>
                <h2>%s</h2>
                <p class="verdict-text">%s</p>
                <p>%s</p>
                <div class="scroll"><table>
                <thead><tr><th scope="col">model</th><th scope="col">wall time, ms</th><th scope="col">interval, ms</th>\
                <th scope="col">speed-up</th><th scope="col">waiting, %%</th><th scope="col">failures</th></tr></thead>
                <tbody>
                """.formatted(
                        text(workload.title()),
                        text(workload.verdict().text()),
                        text(workload.verdict().reason())));
        ranked(workload).forEach(model -> out.append(row(model)));
        out.append("</tbody>\n</table></div>\n");
        if (workload.scaling() != null) {
            scaling(out, workload.scaling());
        }
        out.append("</section>\n");
    }

    private static void scaling(StringBuilder out, Scaling scaling) {
        out.append("""
                <p>%s</p>
                <div class="scroll"><table>
                <thead><tr><th scope="col">threads</th><th scope="col">tasks a second</th><th scope="col">speed-up</th></tr></thead>
                <tbody>
                """.formatted(text(scaling.text())));
        scaling.points()
                .forEach(point -> out.append("<tr><th scope=\"row\">%d</th><td>%s</td><td>%s</td></tr>\n"
                        .formatted(point.threads(), Words.rate(point.perSecond().median()), speedup(point.speedup()))));
        out.append("</tbody>\n</table></div>\n");
    }

    private static List<ModelReport> ranked(WorkloadReport workload) {
        return workload.models().stream()
                .sorted(Comparator.comparingInt(model -> workload.ranking().indexOf(model.model())))
                .toList();
    }

    private static String row(ModelReport model) {
        Interval seconds = model.seconds();
        return String.format(
                Locale.ROOT,
                "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s to %s</td><td>%s</td><td>%.0f</td><td>%d</td></tr>\n",
                text(model.title()),
                millis(seconds.median()),
                millis(seconds.low()),
                millis(seconds.high()),
                speedup(model.speedup()),
                model.waitShare() * 100,
                model.failures());
    }

    private static String millis(double seconds) {
        return String.format(Locale.ROOT, seconds < 0.1 ? "%.2f" : "%.0f", seconds * 1000);
    }

    private static String speedup(@Nullable Interval speedup) {
        return speedup == null ? "–" : String.format(Locale.ROOT, "%.2f×", speedup.median());
    }
}

package dev.weft.cli.compare.html;

import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.html.Markup;
import dev.weft.cli.html.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Renders a comparison's report as one self-contained HTML page.
 *
 * <p>The page opens from disk and loads nothing: style, scripts and data are inside it, and its content security policy
 * admits exactly that style and that script, by their hashes. It stays below a megabyte whatever the report's size,
 * because timelines, rounds and failures are thinned out where they are too many to be seen;
 * {@link dev.weft.cli.compare.report.ReportJson} keeps them all.
 *
 * <p>All methods are free of state and may be called from any thread.
 */
public final class HtmlReport {
    /** Joined into one script, in this order; each file builds on the ones before it. */
    private static final List<String> SCRIPTS = List.of(
            "format.js",
            "dom.js",
            "scale.js",
            "ranking.js",
            "timeline-layout.js",
            "timeline-explore.js",
            "timeline-panel.js",
            "timeline.js",
            "split.js",
            "scaling.js",
            "tables.js",
            "page.js");

    private HtmlReport() {}

    /**
     * Renders a report and writes it as UTF-8, replacing the file if there is one.
     *
     * @param report the report
     * @param file where to write it
     * @throws IOException if the file cannot be written; it may then be incomplete
     */
    public static void write(Report report, Path file) throws IOException {
        Files.writeString(file, render(report));
    }

    /**
     * Renders a report. Nothing in it can become markup or script, whatever its strings contain.
     *
     * @param report the report
     * @return the whole page
     */
    public static String render(Report report) {
        String script = Page.script(HtmlReport.class, SCRIPTS);
        String body = Page.fill(
                Page.resource(HtmlReport.class, "report.html"),
                Map.of(
                        "summary", StaticSummary.render(report),
                        "data", Markup.scriptData(PageData.json(report)),
                        "script", script));
        return Page.report(title(report), report.weft(), Page.style(HtmlReport.class, "report.css"), script, body);
    }

    private static String title(Report report) {
        return report.workloads().stream()
                .map(WorkloadReport::name)
                .collect(Collectors.joining(", ", "Weft compare: ", ""));
    }
}

package dev.weft.cli.compare;

import dev.weft.cli.CliException;
import dev.weft.cli.compare.html.HtmlReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.ReportJson;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.terminal.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;

/** What {@code weft compare --json} has written, to be shown again in any form. Immutable. */
public final class SavedComparison {
    private final Report report;

    private SavedComparison(Report report) {
        this.report = report;
    }

    /**
     * Reads a comparison.
     *
     * @param file the file that has its JSON
     * @return the comparison
     * @throws CliException if it cannot be read, or has something else
     */
    public static SavedComparison read(Path file) {
        String found;
        try {
            return new SavedComparison(ReportJson.parse(Files.readString(file)));
        } catch (JacksonException e) {
            found = e.getOriginalMessage();
        } catch (IOException e) {
            found = CliException.reason(e);
        }
        throw CliException.failure("expected what weft compare --json writes (" + Report.SCHEMA + ") in " + file
                + ", found: " + found.lines().findFirst().orElse("nothing"));
    }

    /**
     * {@return it as lines for a terminal}
     *
     * @param style whether with colours
     */
    public List<String> text(Style style) {
        var text = new TextReport(style);
        List<String> lines = new ArrayList<>();
        for (WorkloadReport workload : report.workloads()) {
            lines.addAll(text.workload(workload));
        }
        lines.addAll(text.end(report));
        return lines;
    }

    /**
     * {@return it as Markdown}
     */
    public String markdown() {
        return MarkdownReport.render(report);
    }

    /**
     * {@return it as JSON, without a line end}
     */
    public String json() {
        return ReportJson.render(report);
    }

    /**
     * Writes its page.
     *
     * @param file where to
     * @throws IOException if it cannot be written
     */
    public void writePage(Path file) throws IOException {
        HtmlReport.write(report, file);
    }
}

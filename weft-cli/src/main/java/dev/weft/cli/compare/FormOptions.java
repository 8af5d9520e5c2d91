package dev.weft.cli.compare;

import dev.weft.cli.CliException;
import dev.weft.cli.ReportFile;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.ReportJson;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say in which forms a comparison is reported, beside the text. */
final class FormOptions {
    private static final String STANDARD_OUTPUT = "-";
    private static final String DEFAULT_PAGE = "weft-report.html";

    @Option(names = "--json", paramLabel = "FILE")
    private @Nullable String json;

    @Option(names = "--markdown", paramLabel = "FILE")
    private @Nullable String markdown;

    @Option(names = "--html", paramLabel = "FILE")
    private @Nullable String html;

    @Option(names = "--no-html")
    private boolean noHtml;

    /**
     * The forms that were asked for.
     *
     * @param printed what standard output gets instead of the text
     * @param json the file for the JSON
     * @param markdown the file for the Markdown
     * @param html the file for the page
     */
    record Forms(
            Optional<Function<Report, String>> printed,
            Optional<ReportFile> json,
            Optional<ReportFile> markdown,
            Optional<ReportFile> html) {
        /** Makes sure that all files can be written. */
        void check() {
            json.ifPresent(ReportFile::check);
            markdown.ifPresent(ReportFile::check);
            html.ifPresent(ReportFile::check);
        }
    }

    /**
     * {@return what was asked for}
     *
     * @throws CliException if it contradicts itself
     */
    Forms forms() {
        if (noHtml && html != null) {
            throw CliException.usage("--html " + html + " and --no-html contradict each other: leave one out");
        }
        boolean jsonPrinted = STANDARD_OUTPUT.equals(json);
        boolean markdownPrinted = STANDARD_OUTPUT.equals(markdown);
        if (jsonPrinted && markdownPrinted) {
            throw CliException.usage("--json - and --markdown - both go to standard output: name a file for one");
        }
        Function<Report, String> printed = jsonPrinted
                ? report -> ReportJson.render(report) + "\n"
                : markdownPrinted ? MarkdownReport::render : null;
        return new Forms(
                Optional.ofNullable(printed),
                file("--json", json),
                file("--markdown", markdown),
                noHtml
                        ? Optional.empty()
                        : Optional.of(new ReportFile(
                                "--html", Path.of(html == null ? DEFAULT_PAGE : html), ", or --no-html")));
    }

    private static Optional<ReportFile> file(String option, @Nullable String name) {
        return name == null || name.equals(STANDARD_OUTPUT)
                ? Optional.empty()
                : Optional.of(new ReportFile(option, Path.of(name)));
    }
}

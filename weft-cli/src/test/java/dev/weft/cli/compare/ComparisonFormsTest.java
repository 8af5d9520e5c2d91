package dev.weft.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.CliException;
import dev.weft.cli.compare.html.SampleReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.ReportJson;
import dev.weft.cli.compare.report.SchemaCheck;
import dev.weft.cli.terminal.Style;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The text, Markdown and JSON of a comparison, and what all forms make of odd strings. */
class ComparisonFormsTest {
    private static final String ODD = "|`*\u202Egpj\uDC80\n\0\"'<b>";

    @TempDir
    private Path directory;

    private SavedComparison saved(String json) throws Exception {
        return SavedComparison.read(Files.writeString(directory.resolve("compared.json"), json));
    }

    @Test
    void theCurveOfScalingIsInTheTextWithinEightyColumns() {
        var text = new TextReport(new Style(false));
        List<String> lines = text.workload(SampleReport.full().workloads().getFirst());

        assertThat(lines).anyMatch(line -> line.startsWith("  Scaling  2 threads did most."));
        assertThat(String.join("\n", lines)).contains("pages a second by threads: 1: ", "64: ");
        assertThat(lines.stream().filter(line -> !line.contains("xxxx"))).allMatch(line -> line.length() <= 80);
    }

    @Test
    void theJsonIsThatOfTheSchemaAndComesBack() throws Exception {
        String json = ReportJson.render(SampleReport.full());

        assertThat(SchemaCheck.problems(json)).isEmpty();
        assertThat(saved(json).json()).isEqualTo(json);
        assertThat(ReportJson.parse(json)).isEqualTo(SampleReport.full());
    }

    @Test
    void reportsFromBeforeThereWereCurvesAreRead() throws Exception {
        String json = ReportJson.render(SampleReport.full());
        String older = json.replaceAll(",\"scaling\":null", "");
        assertThat(older).isNotEqualTo(json);

        assertThat(saved(older).json()).isEqualTo(json);
    }

    @Test
    void aSavedComparisonIsShownInEveryForm() throws Exception {
        Report report = SampleReport.full();
        SavedComparison saved = saved(ReportJson.render(report));

        assertThat(saved.text(new Style(false)))
                .contains("fetch  Fetch 200 pages over HTTP")
                .anyMatch(line -> line.startsWith("! Only 3 rounds of processes in cpu"));
        assertThat(saved.markdown()).isEqualTo(MarkdownReport.render(report));
        saved.writePage(directory.resolve("page.html"));
        assertThat(directory.resolve("page.html")).content().startsWith("<!doctype html>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                | a document without schema",
                "{\"schema\":\"weft-report/1\"}    | weft-report/1",
                "{\"schema\":\"weft-compare/1\"}   | Missing creator property",
                "not JSON                          | Unrecognized token 'not'",
            })
    void whatIsNoComparisonIsALine(String content, String found) {
        assertThatThrownBy(() -> saved(content))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("expected what weft compare --json writes (weft-compare/1) in ")
                .hasMessageContaining(", found: " + found)
                .message()
                .hasLineCount(1);
    }

    @Test
    void markdownHasTheRankingTheCurveAndTheFailures() {
        String markdown = MarkdownReport.render(SampleReport.full());

        assertThat(markdown)
                .startsWith("## `weft compare --quick`\n")
                .contains("### Fetch 200 pages over HTTP\n")
                .contains("| model | time | speed-up (95 %) | CPU | waits | memory | at once |\n| --- |")
                .contains("#### Scaling\n")
                .contains("| threads | pages a second | speed-up (95 %) | universal law | Amdahl's law |\n")
                .contains("| threads | blocks a second | speed-up (95 %) |\n")
                .contains("| `page 17` | `processes` | round 2 | 1 | `worker 4711 was killed");
    }

    @Test
    void markdownHasNothingOfOthersAsMarkup() {
        String markdown = MarkdownReport.render(SampleReport.report(text -> text + ODD));

        assertThat(markdown).doesNotContain("\u202E", "\uDC80", "\0").doesNotContainPattern("(?<![\\\\`\"'])<b>");
        assertThat(markdown.lines()
                        .filter(line -> line.startsWith("| "))
                        .map(line -> line.replaceAll("\\\\\\|", ""))
                        .map(line -> line.chars().filter(c -> c == '|').count()))
                .isNotEmpty()
                .containsAnyOf(8L, 6L)
                .allMatch(bars -> bars == 8 || bars == 6 || bars == 4);
    }
}

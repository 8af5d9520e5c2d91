package dev.weft.cli.compare.html;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Lane;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.Round;
import dev.weft.cli.compare.report.Span;
import dev.weft.cli.compare.report.Timeline;
import dev.weft.cli.compare.report.WorkloadReport;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HtmlReportTest {
    private static final int MEGABYTE = 1_000_000;

    @TempDir
    private Path directory;

    @Test
    void fillsEverySlot() {
        assertThat(HtmlReport.render(SampleReport.full())).doesNotContain("{{", "}}</");
    }

    @Test
    void refersToNothingOutsideItself() {
        String page = HtmlReport.render(SampleReport.full());

        assertThat(page)
                .doesNotContainPattern("(src|href)\\s*=\\s*[\"']?(https?:)?//")
                .doesNotContain("@import", "<link");
    }

    @ParameterizedTest
    @ValueSource(strings = {"style", "script"})
    void admitsItsOwnStyleAndScriptByTheirHashes(String element) throws Exception {
        String page = HtmlReport.render(SampleReport.full());
        Matcher content = Pattern.compile("<" + element + ">(.*?)</" + element + ">", Pattern.DOTALL)
                .matcher(page);
        assertThat(content.find()).isTrue();

        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(content.group(1).getBytes(UTF_8));

        assertThat(page)
                .contains("%s-src 'sha256-%s';"
                        .formatted(element, Base64.getEncoder().encodeToString(hash)));
    }

    @Test
    void leavesASlotsNameInTheDataAlone() {
        String page = HtmlReport.render(SampleReport.report(text -> text + "{{script}}"));

        assertThat(page).contains("Fetch 200 pages over HTTP{{script}}");
    }

    @Test
    void escapesTheReportsStringsWhereverTheyAppear() {
        String page = HtmlReport.render(SampleReport.report(text -> text + "</script><!--"));

        assertThat(page.split("</script", -1)).as("ends of scripts").hasSize(3);
        assertThat(page.split("<!--", -1)).as("comments").hasSize(2);
    }

    @Test
    void staysBelowAMegabyteWhateverTheReportsSize() {
        String page = HtmlReport.render(huge());

        assertThat(page.getBytes(UTF_8)).hasSizeLessThan(MEGABYTE);
        JsonNode workload = data(page).get("workloads").get(0);
        assertThat(workload.get("failures")).hasSize(PageData.MAX_FAILURES);
        assertThat(workload.get("failuresOmitted").intValue()).isEqualTo(5_000 - PageData.MAX_FAILURES);
        assertThat(workload.get("models").get(0).get("rounds")).hasSizeLessThanOrEqualTo(PageData.MAX_ROUNDS);
        assertThat(workload.get("models").get(0).get("roundsTotal").intValue()).isEqualTo(3_000);
    }

    @Test
    void keepsASeedThatJavaScriptsNumbersCannotHold() {
        JsonNode data = data(HtmlReport.render(SampleReport.full()));

        assertThat(data.get("settings").get("seed").stringValue()).isEqualTo("8130642957310448274");
    }

    @Test
    void writesUtf8AndReplacesAnOlderReport() throws Exception {
        Path file = directory.resolve("weft-report.html");
        Files.writeString(file, "older");

        HtmlReport.write(SampleReport.full(), file);

        assertThat(Files.readString(file, UTF_8)).isEqualTo(HtmlReport.render(SampleReport.full()));
    }

    @Test
    void namesTheFileThatCannotBeWritten() {
        Path file = directory.resolve("missing").resolve("weft-report.html");

        assertThatThrownBy(() -> HtmlReport.write(SampleReport.full(), file))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(file.toString());
    }

    private static JsonNode data(String page) {
        Matcher matcher =
                Pattern.compile("id=\"data\">(.*?)</script>", Pattern.DOTALL).matcher(page);
        assertThat(matcher.find()).isTrue();
        return new JsonMapper().readTree(matcher.group(1));
    }

    /** Five workloads under seven models, each with thousands of rounds, spans and failures. */
    private static Report huge() {
        Report full = SampleReport.full();
        return new Report(
                full.schema(),
                full.weft(),
                full.command(),
                full.startedAt(),
                full.seconds(),
                false,
                full.settings(),
                full.machine(),
                full.workloads().stream().map(HtmlReportTest::huge).toList(),
                full.caveats());
    }

    private static WorkloadReport huge(WorkloadReport workload) {
        return new WorkloadReport(
                workload.name(),
                workload.title(),
                workload.description(),
                workload.tasks(),
                workload.unit(),
                workload.settings(),
                workload.models().stream().map(HtmlReportTest::huge).toList(),
                workload.ranking(),
                workload.ties(),
                workload.verdict(),
                IntStream.range(0, 5_000)
                        .mapToObj(i -> new Failure("loop", i, "https://example.invalid/" + i, "x".repeat(300), 1))
                        .toList(),
                workload.scaling());
    }

    private static ModelReport huge(ModelReport model) {
        Timeline timeline = model.timeline();
        return new ModelReport(
                model.model(),
                model.title(),
                model.explanation(),
                IntStream.range(0, 3_000)
                        .mapToObj(i -> new Round(i, 0.123456789012345, 1, 1, 1, 1, 1, 0))
                        .toList(),
                model.seconds(),
                model.speedup(),
                model.cpuShare(),
                model.waitShare(),
                model.cpuSeconds(),
                model.waitSeconds(),
                model.computeSeconds(),
                model.peakMemoryBytes(),
                model.inFlight(),
                model.failures(),
                model.startSeconds(),
                new Timeline(
                        10,
                        false,
                        timeline.lanes().stream()
                                .map(lane -> new Lane(
                                        lane.name(),
                                        lane.kind(),
                                        spans(5_000 / timeline.lanes().size())))
                                .toList()));
    }

    private static List<Span> spans(int count) {
        return IntStream.range(0, count)
                .mapToObj(i ->
                        new Span(10.0 * i / count, 10.0 * (i + 0.7) / count, i % 2 == 0 ? Span.WAIT : Span.COMPUTE, i))
                .toList();
    }
}

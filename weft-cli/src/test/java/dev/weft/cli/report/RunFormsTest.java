package dev.weft.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.report.SchemaCheck;
import dev.weft.cli.map.store.RunSettings;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReportJson;
import dev.weft.cli.report.html.RunPage;
import dev.weft.cli.terminal.Style;
import dev.weft.cli.text.Markdown;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The text, Markdown, JSON and trace of a run, and what all forms make of odd names. */
class RunFormsTest {
    private static final JsonNode SCHEMA = SchemaCheck.schema(RunReport.class, "weft-report-1.schema.json");
    private static final String ODD = "</script>|`*\u202Egpj\uDC80\n\0\"'<b>";

    @TempDir
    private Path directory;

    private RunReport full() throws IOException {
        return SampleRun.full(directory.resolve("full")).report(200, true);
    }

    private RunReport odd() throws IOException {
        return SampleRun.full(directory.resolve("odd"), index -> index + ODD)
                .settings("map", "echo", ODD)
                .report(200, true);
    }

    @Test
    void theTextFitsIntoEightyColumns() throws IOException {
        List<String> lines = new RunText(new Style(false)).lines(full());

        assertThat(lines).allMatch(line -> line.length() <= 80);
        assertThat(lines.getFirst()).isEqualTo("weft map -j4 gzip '{}'");
        assertThat(String.join("\n", lines))
                .contains("Verdict    190 of 200 inputs ok")
                .contains("longest")
                .contains("A second")
                .contains("Failed\n    9 inputs (19 tries): exit code 3 - such as file-20.txt (input 20)");
    }

    @Test
    void theJsonIsThatOfTheSchema() throws IOException {
        assertThat(SchemaCheck.problems(SCHEMA, RunReportJson.render(full()))).isEmpty();
        assertThat(SchemaCheck.problems(SCHEMA, RunReportJson.render(odd()))).isEmpty();
        RunReport bare = new SampleRun(directory.resolve("bare")).report(0, false);
        assertThat(SchemaCheck.problems(SCHEMA, RunReportJson.render(bare))).isEmpty();
        assertThat(SchemaCheck.problems(SCHEMA, RunReportJson.render(bare).replace("\"counts\"", "\"count\"")))
                .isNotEmpty();
    }

    @Test
    void theSchemaHasEveryPropertyAndNoOther() throws IOException {
        JsonNode json = JsonMapper.shared().readTree(RunReportJson.render(full()));

        assertThat(SCHEMA.get("properties").propertyNames()).containsExactlyInAnyOrderElementsOf(json.propertyNames());
        assertThat(SCHEMA.at("/$defs/counts/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(json.get("counts").propertyNames());
    }

    @Test
    void bytesThatAreNoTextComeBackFromTheJson() throws IOException {
        String json = RunReportJson.render(odd());

        assertThat(json).matches("\\p{ASCII}*");
        assertThat(JsonMapper.shared()
                        .readTree(json)
                        .get("slowest")
                        .get(0)
                        .get("input")
                        .asString())
                .endsWith(ODD);
    }

    @Test
    void noFormShowsControlCharactersOrTurnsTheDirectionOfText() throws IOException {
        RunReport report = odd();

        for (String form : List.of(
                String.join("\n", new RunText(new Style(false)).lines(report)),
                RunMarkdown.render(report),
                RunPage.render(report))) {
            assertThat(form).doesNotContain("\u202E", "\uDC80", "\0").contains("\\u{202e}gpj\\x80\\n\\x00");
        }
    }

    @Test
    void markdownHasNothingOfUsersAsMarkup() throws IOException {
        String markdown = RunMarkdown.render(odd());

        assertThat(markdown.lines().filter(line -> line.startsWith("| ")).map(line -> line.replaceAll("\\\\\\|", "")))
                .allSatisfy(line ->
                        assertThat(line.chars().filter(c -> c == '|').count()).isIn(3L, 5L, 10L));
        assertThat(Markdown.code("a``b")).isEqualTo("``` a``b ```");
        assertThat(Markdown.text("<b>*x*_[a](b)")).isEqualTo("\\<b\\>\\*x\\*\\_\\[a\\](b)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theTraceHasEveryTryInItsSlot(boolean compressed) throws IOException {
        RunSettings settings =
                SampleRun.full(directory.resolve("odd"), index -> index + ODD).write(200, true);
        Path file = directory.resolve("trace");

        TraceFile.write(settings, file, compressed);

        JsonNode events;
        try (InputStream bytes = Files.newInputStream(file);
                InputStream in = compressed ? new GZIPInputStream(bytes) : bytes) {
            events = JsonMapper.shared()
                    .readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .get("traceEvents");
        }
        List<JsonNode> tries = events.valueStream()
                .filter(event -> event.get("ph").asString().equals("X"))
                .toList();
        assertThat(tries).hasSize(210);
        assertThat(tries).allSatisfy(event -> {
            assertThat(event.get("tid").asInt()).isBetween(1, 4);
            assertThat(event.get("ts").asLong()).isBetween(100_000L, 2_700_000L);
            assertThat(event.at("/args/input").asString()).endsWith(ODD);
        });
        assertThat(tries.stream().map(event -> event.get("name").asString()))
                .contains("ok", "exit code 3, tried again", "exit code 3");
        assertThat(events.valueStream()
                        .filter(event -> event.get("name").asString().equals("thread_name")))
                .hasSize(4);
        for (int slot = 1; slot <= 4; slot++) {
            long end = 0;
            for (JsonNode event : tries) {
                if (event.get("tid").asInt() == slot) {
                    assertThat(event.get("ts").asLong()).isGreaterThanOrEqualTo(end);
                    end = event.get("ts").asLong() + event.get("dur").asLong();
                }
            }
        }
    }

    @Test
    void aPageStaysSmallHoweverLargeTheRunWas() throws IOException {
        SampleRun run = new SampleRun(directory.resolve("large"))
                .names(index -> "x".repeat(2000) + index)
                .begin(0, "map")
                .jobs(0, 200);
        for (int i = 1; i <= 20_000; i++) {
            if (i % 3 == 0) {
                run.failed(i, 1, 1 + i % 200, i * 7L, 900, true, "m".repeat(5000) + i % 900);
            } else {
                run.ok(i, 1 + i % 200, i * 7L, 900);
            }
        }

        RunReport report = run.end(150_000, "finished").report(20_000, true);

        assertThat(RunPage.render(report).length()).isLessThan(1_000_000);
        assertThat(RunReportJson.render(report).length()).isLessThan(2_000_000);
    }

    @Test
    void aSparklineIsAsHighAsItsLargestNumber() {
        assertThat(Sparkline.of(new double[] {0, 1, 4, 8}, 10)).isEqualTo(" ▁▄█");
        assertThat(Sparkline.of(new double[] {1, 1, 3, 3}, 2)).isEqualTo("▃█");
        assertThat(Sparkline.of(new double[0], 10)).isEmpty();
        assertThat(Sparkline.of(new double[] {0, 0}, 10)).isEqualTo("  ");
    }
}

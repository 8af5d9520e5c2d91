package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.report.SchemaCheck;
import dev.weft.cli.report.data.RunReport;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code weft report} of real runs. */
class ReportIT extends Program {
    private JsonNode json(String... arguments) throws Exception {
        int code = run("", arguments);
        assertThat(code).as(err()).isZero();
        assertThat(SchemaCheck.problems(SchemaCheck.schema(RunReport.class, "weft-report-1.schema.json"), out()))
                .isEmpty();
        return JsonMapper.shared().readTree(out());
    }

    @Test
    void aRunThatHasEnded() throws Exception {
        run(
                numbers(40),
                "map",
                "-q",
                "-j4",
                "--retries",
                "1",
                "--backoff",
                "1ms",
                "--shell",
                "sleep 0.02; exit $(({} % 10 == 0))");

        JsonNode report = json("report", "--json");

        assertThat(report.get("state").asString()).isEqualTo("finished");
        assertThat(report.at("/counts/ok").asInt()).isEqualTo(36);
        assertThat(report.at("/counts/failed").asInt()).isEqualTo(4);
        assertThat(report.at("/counts/tries").asInt()).isEqualTo(44);
        assertThat(report.at("/sessions/0/jobs").asInt()).isEqualTo(4);
        assertThat(report.at("/host/jdk").asString())
                .isEqualTo(Runtime.version().toString());
        assertThat(report.at("/host/flags").valueStream().map(JsonNode::asString))
                .contains("-XX:TieredStopAtLevel=1");
        assertThat(report.at("/latency/min").asDouble()).isGreaterThanOrEqualTo(0.02);

        assertThat(run("", "report", "--html", "a/run.html")).isEqualTo(4);
        assertThat(err())
                .isEqualTo("weft: cannot write a/run.html (no such directory): choose another place with --html\n");
        assertThat(run("", "report", run().getFileName().toString(), "--html", "run.html", "--trace", "run.json"))
                .isZero();
        assertThat(out())
                .contains("Verdict    36 of 40 inputs ok")
                .contains("Report: ")
                .contains("Trace: ");
        assertThat(directory.resolve("run.html")).content().startsWith("<!doctype html>");
        assertThat(JsonMapper.shared()
                        .readTree(Files.readString(directory.resolve("run.json")))
                        .get("traceEvents"))
                .hasSize(44 + 1 + 2 * 4);
        assertThat(run("", "report", "--markdown")).isZero();
        assertThat(out()).startsWith("## `weft map -q -j4").contains("| `exit code 1` | 4 | 8 |");
    }

    @Test
    void aRunThatGoesOnIsKilledAndTakenUpAgain() throws Exception {
        Path begun = directory.resolve("begun");
        Process weft = start(
                "",
                weft(
                        "map",
                        "-q",
                        "-j2",
                        "--shell",
                        "test {} = 1 || test -e go || { echo >> begun; sleep 60; }",
                        ":::",
                        "1",
                        "2",
                        "3"));
        until("commands to run", () -> Files.exists(begun) && Files.size(begun) == 2);

        JsonNode live = json("report", "--json");

        assertThat(live.get("state").asString()).isEqualTo("going on");
        assertThat(live.get("verdict").asString()).startsWith("It goes on: 1 of 3 inputs done in ");
        assertThat(weft.isAlive()).isTrue();

        weft.destroyForcibly();
        end(weft);
        JsonNode killed = json("report", "--json");
        assertThat(killed.get("state").asString()).isEqualTo("unfinished");
        assertThat(killed.get("verdict").asString())
                .startsWith("It was killed with 1 of 3 inputs done")
                .contains("weft resume");

        Files.createFile(directory.resolve("go"));
        assertThat(run("", "resume")).isZero();
        JsonNode resumed = json("report", "--json");
        assertThat(resumed.get("verdict").asString()).startsWith("All 3 inputs are ok");
        assertThat(resumed.get("sessions")
                        .valueStream()
                        .map(each -> each.get("ending").asString()))
                .containsExactly("killed", "finished");
    }

    @Test
    void aRunWritesItsPageAtItsEnd() throws Exception {
        assertThat(run("", "map", "-q", "--report", "page.html", "echo", ":::", "a", "b"))
                .isZero();
        assertThat(out()).contains("a\n", "b\n");
        assertThat(directory.resolve("page.html")).content().contains("All 2 inputs are ok");

        assertThat(run("", "map", "-q", "--report", "no/page.html", "touch", "ran", ":::", "a"))
                .isEqualTo(4);
        assertThat(err()).startsWith("weft: cannot write no/page.html").hasLineCount(1);
        assertThat(directory.resolve("ran")).doesNotExist();
    }

    @Test
    void whatCannotBeReportedIsALine() throws Exception {
        assertThat(run("", "report")).isEqualTo(4);
        assertThat(err()).startsWith("weft: there is no run in ").hasLineCount(1);
        assertThat(run("", "report", "nonsense")).isEqualTo(4);
        assertThat(err()).startsWith("weft: there is no run nonsense in ").hasLineCount(1);
        assertThat(run("", "report", "--json", "--markdown")).isEqualTo(2);
        assertThat(err()).hasLineCount(1);
        Path old = Files.createDirectories(directory.resolve("runs/20200101-000000-aa"));
        Files.writeString(old.resolve("run.json"), "{\"version\":0}");
        assertThat(run("", "report")).isEqualTo(4);
        assertThat(err()).contains("expected a run of version 1").hasLineCount(1);
        Files.writeString(old.resolve("run.json"), "{\"vers");
        assertThat(run("", "report")).isEqualTo(4);
        assertThat(err()).contains("expected the settings of a run").hasLineCount(1);
    }

    @Test
    void aMillionOutcomesNeedLittleMemory() throws Exception {
        int inputs = 1_000_000;
        Path run = Files.createDirectories(directory.resolve("runs/20261121-000000-aa"));
        Instant begin = Instant.parse("2026-11-21T00:00:00Z");
        Files.writeString(
                run.resolve("run.json"),
                "{\"version\":1,\"created\":\"" + begin
                        + "\",\"directory\":\"/\",\"command\":\"map\",\"arguments\":[\"x\"]}");
        try (BufferedWriter out = Files.newBufferedWriter(run.resolve("outcomes.jsonl"))) {
            for (int i = 1; i <= inputs; i++) {
                boolean failed = i % 5 == 0;
                out.write("{\"index\":" + i + ",\"values\":[\"v" + i + "\"],\"result\":\"" + (failed ? "failed" : "ok")
                        + "\",\"last\":true,\"try\":1,\"slot\":" + (1 + i % 64) + ",\"began\":\""
                        + begin.plusMillis(i / 64 * 10L)
                        + "\",\"seconds\":0.009" + i % 10 + ",\"exit\":" + (failed ? 1 : 0)
                        + (failed ? ",\"message\":\"failure number " + i + "\"" : "") + "}\n");
            }
        }
        Files.writeString(run.resolve("inputs.jsonl"), "{\"end\":" + inputs + "}\n");
        List<String> command = weft("report", "--json");
        command.add(1, "-Xmx64m");
        command.removeIf(word -> word.startsWith("-XX:TieredStopAtLevel"));

        int code = end(start("", command));

        assertThat(code).as(err()).isZero();
        JsonNode report = JsonMapper.shared().readTree(out());
        assertThat(report.at("/counts/ok").asInt()).isEqualTo(inputs / 5 * 4);
        assertThat(report.at("/counts/failed").asInt()).isEqualTo(inputs / 5);
        assertThat(report.at("/slots/merged").asBoolean()).isTrue();
        assertThat(out().length()).isLessThan(1_000_000);
    }
}

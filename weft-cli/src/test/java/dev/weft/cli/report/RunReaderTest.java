package dev.weft.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cli.map.store.Outcome.Result;
import dev.weft.cli.map.store.RunSettings;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.FailureReason;
import dev.weft.cli.report.data.RunReport.Lane;
import dev.weft.cli.report.data.RunReport.SessionReport;
import dev.weft.cli.report.data.RunReport.Step;
import dev.weft.cli.report.digest.RunReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReaderTest {
    @TempDir
    private Path directory;

    private SampleRun run;

    @BeforeEach
    void begin() throws IOException {
        run = new SampleRun(directory.resolve("20261121-100000-aa"));
    }

    @Test
    void countsWhatBecameOfEachInput() throws IOException {
        RunReport report = SampleRun.full(directory.resolve("full")).report(200, true);

        assertThat(report.state()).isEqualTo(RunReport.FINISHED);
        assertThat(report.counts().inputs()).isEqualTo(200);
        assertThat(report.counts().ok()).isEqualTo(190);
        assertThat(report.counts().failed()).isEqualTo(10);
        assertThat(report.counts().left()).isZero();
        assertThat(report.counts().tries()).isEqualTo(210);
        assertThat(report.counts().retries()).isEqualTo(10);
        assertThat(report.seconds()).isEqualTo(2.7);
        assertThat(report.perSecond()).isCloseTo(200 / 2.7, within(1e-9));
        assertThat(report.verdict())
                .isEqualTo("190 of 200 inputs ok, in 2.70 s, 74 a second; 10 failed, mostly exit code 3."
                        + " Once more: weft rerun full");
        assertThat(report.inputsSha256()).hasSize(64);
        assertThat(report.caveats()).isEmpty();
    }

    @Test
    void theTimelineHasEveryInputInItsStepAndTheMeanNumberAtOnce() throws IOException {
        RunReport report = SampleRun.full(directory.resolve("full")).report(200, true);

        double step = report.timeline().stepSeconds();
        assertThat(report.timeline().steps().size() * step)
                .isGreaterThanOrEqualTo(2.7)
                .isLessThan(2.7 + step);
        assertThat(report.timeline().steps().stream().mapToLong(Step::ok).sum()).isEqualTo(190);
        assertThat(report.timeline().steps().stream().mapToLong(Step::failed).sum())
                .isEqualTo(10);
        assertThat(report.timeline().steps().stream().mapToLong(Step::retried).sum())
                .isEqualTo(10);
        assertThat(report.timeline().steps().stream()
                                .mapToDouble(Step::inFlight)
                                .sum()
                        * step)
                .isCloseTo(report.time().busySeconds(), within(1e-6));
        assertThat(report.timeline().steps()).allMatch(each -> each.inFlight() <= 4 + 1e-9);
    }

    @Test
    void thePartsOfTheTimeOfSlotsAreAllOfIt() throws IOException {
        RunReport report = SampleRun.full(directory.resolve("full")).report(200, true);

        var time = report.time();
        assertThat(time.slotSeconds()).isCloseTo(4 * 2.7, within(1e-9));
        assertThat(time.startSeconds()).isCloseTo(0.4, within(1e-9));
        assertThat(time.busySeconds() + time.startSeconds() + time.pauseSeconds() + time.tailSeconds())
                .isCloseTo(time.slotSeconds(), within(1e-6));
        assertThat(time.computingSeconds()).isLessThan(time.busySeconds()).isPositive();
        assertThat(time.processors()).isEqualTo(4);
    }

    @Test
    void failuresAreGroupedByReasonWithoutTheirInputs() throws IOException {
        run.begin(0, "map");
        for (int i = 1; i <= 30; i++) {
            run.failed(i, 1, 1, i * 10L, 10, true, "cannot read file-" + i + ".txt: gone");
        }
        run.failed(31, 1, 1, 400, 10, false, null).ok(31, 1, 420, 10);
        run.add(run.outcome(32, 1, 1, 430, 10, Result.TIMEOUT, 0, 1, true, null));
        run.end(500, "finished");

        RunReport report = run.report(32, true);

        assertThat(report.failures())
                .extracting(FailureReason::reason)
                .containsExactly("cannot read {}: gone", "time-out", "exit code 3");
        assertThat(report.failures()).extracting(FailureReason::inputs).containsExactly(30L, 1L, 0L);
        assertThat(report.failures()).extracting(FailureReason::tries).containsExactly(30L, 1L, 1L);
        assertThat(report.failures().getFirst().examples()).hasSize(3);
        assertThat(report.counts().ok()).isEqualTo(1);
    }

    @Test
    void reasonsWithoutEndBecomeOthers() throws IOException {
        run.begin(0, "map");
        for (int i = 1; i <= 700; i++) {
            run.failed(i, 1, 1, i, 1, true, "no two are the same: " + Integer.toHexString(i * 7919));
        }
        run.end(1000, "finished");

        RunReport report = run.report(700, true);

        assertThat(report.failures().getFirst().reason()).isEqualTo("other reasons");
        assertThat(report.failures().getFirst().inputs()).isEqualTo(200);
        assertThat(report.failures()).hasSize(20);
        assertThat(report.failuresOmitted()).isEqualTo(481);
    }

    @Test
    void theLastOutcomeOfAnInputCountsAcrossSessionsAndTheTimeBetweenThemDoesNot() throws IOException {
        run.begin(0, "map").jobs(0, 1);
        run.ok(1, 1, 10, 100).failed(2, 1, 1, 110, 90, true, null).end(200, "interrupted");
        run.begin(3_600_000, "resume").jobs(3_600_000, 1).ok(3, 1, 3_600_050, 50); // killed
        run.begin(7_200_000, "rerun")
                .jobs(7_200_000, 1)
                .ok(2, 1, 7_200_000, 300)
                .end(7_200_400, "finished");

        RunReport report = run.report(3, true);

        assertThat(report.seconds()).isEqualTo(0.7);
        assertThat(report.counts().ok()).isEqualTo(3);
        assertThat(report.counts().failed()).isZero();
        assertThat(report.state()).isEqualTo(RunReport.FINISHED);
        assertThat(report.sessions())
                .extracting(SessionReport::ending)
                .containsExactly("interrupted", "killed", "finished");
        assertThat(report.sessions()).extracting(SessionReport::command).containsExactly("map", "resume", "rerun");
        assertThat(report.slots().lanes().getFirst().spans().getLast().start()).isCloseTo(0.3, within(1e-9));
        assertThat(report.caveats()).anyMatch(each -> each.contains("3 sessions one after the other"));
    }

    @Test
    void aKilledRunIsReportedAsFarAsItCame() throws IOException {
        run.begin(0, "map").jobs(0, 2).ok(1, 1, 0, 500).ok(2, 2, 0, 700);
        RunSettings settings = run.write(5, false);
        run.tear("{\"index\":3,\"resu");

        RunReport report = RunReader.read(settings, false, "test");

        assertThat(report.state()).isEqualTo(RunReport.UNFINISHED);
        assertThat(report.verdict())
                .isEqualTo("It was killed with 2 of 5 inputs that were read done in 700 ms. The rest: weft resume "
                        + "20261121-100000-aa");
        assertThat(report.counts().left()).isEqualTo(3);
        assertThat(report.sessions().getFirst().ending()).isEqualTo("killed");
        assertThat(report.caveats()).anyMatch(each -> each.startsWith("The last outcome was not written to its end"));
    }

    @Test
    void aRunThatGoesOnIsReportedSoFar() throws IOException {
        run.begin(0, "map").jobs(0, 2).ok(1, 1, 0, 500);
        RunSettings settings = run.write(5, true);
        run.tear("{\"index\":3,\"resu");

        RunReport report = RunReader.read(settings, true, "test");

        assertThat(report.state()).isEqualTo(RunReport.GOING_ON);
        assertThat(report.verdict()).startsWith("It goes on: 1 of 5 inputs done in ");
        assertThat(report.sessions().getFirst().ending()).isEqualTo("going on");
        assertThat(report.caveats()).anyMatch(each -> each.startsWith("The run goes on"));
    }

    @Test
    void linesThatAreNoOutcomesAreCountedAndLeftOut() throws IOException {
        run.begin(0, "map")
                .jobs(0, 1)
                .ok(1, 1, 0, 10)
                .line("nonsense")
                .line("{}")
                .line("[1,2]");
        run.line("{\"index\":2,\"result\":\"ok\",\"began\":\"yesterday\"}")
                .line("")
                .ok(2, 1, 20, 10)
                .end(30, "finished");

        RunReport report = run.report(2, true);

        assertThat(report.counts().ok()).isEqualTo(2);
        assertThat(report.caveats())
                .anyMatch(each -> each.startsWith("5 lines of outcomes.jsonl cannot be understood"));
    }

    @Test
    void aRunOfAnOlderVersionHasNoSessions() throws IOException {
        run.ok(1, 1, 40, 10).ok(2, 2, 40, 20);

        RunReport report = run.report(2, true);

        assertThat(report.state()).isEqualTo(RunReport.FINISHED);
        assertThat(report.seconds()).isEqualTo(0.06);
        assertThat(report.host()).isNull();
        assertThat(report.sessions()).isEmpty();
        assertThat(report.caveats()).anyMatch(each -> each.startsWith("An older version of Weft"));
    }

    @Test
    void aRunOfAnotherFormatIsRefusedInALine() throws IOException {
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.writeString(other.resolve("run.json"), "{\"version\":7}");

        assertThatThrownBy(() -> RunSettings.read(other))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected a run of version 1")
                .hasMessageContaining("found version 7");
    }

    @Test
    void aRunWithoutOutcomesSaysSo() throws IOException {
        RunReport empty = new SampleRun(directory.resolve("empty"))
                .begin(0, "map")
                .jobs(0, 4)
                .end(20, "finished")
                .report(0, true);
        RunReport early =
                new SampleRun(directory.resolve("early")).begin(0, "map").report(3, false);

        assertThat(empty.verdict()).isEqualTo("There were no inputs.");
        assertThat(early.verdict()).startsWith("It was killed with 0 of 3 inputs");
        assertThat(early.why().kind()).isEqualTo("nothing");
        assertThat(early.latency()).isNull();
    }

    @Test
    void percentilesAreThoseOfTheTries() throws IOException {
        run.begin(0, "map").jobs(0, 1);
        for (int i = 1; i <= 1000; i++) {
            run.ok(i, 1, i * 1000L, i);
        }
        run.end(1_002_000, "finished");

        var latency = run.report(1000, true).latency();

        assertThat(latency.count()).isEqualTo(1000);
        assertThat(latency.min()).isEqualTo(0.001);
        assertThat(latency.max()).isEqualTo(1.0);
        assertThat(latency.mean()).isCloseTo(0.5005, within(1e-9));
        assertThat(latency.percentiles())
                .allSatisfy(each -> assertThat(each.seconds()).isCloseTo(each.percentile() / 100, within(0.002)));
        assertThat(latency.distribution().getLast().share()).isEqualTo(1);
        assertThat(latency.distribution()).isSortedAccordingTo((a, b) -> Double.compare(a.seconds(), b.seconds()));
    }

    @Test
    void manyTriesAreMergedIntoStepsAndManySlotsLeftOut() throws IOException {
        run.begin(0, "map").jobs(0, 100);
        for (int i = 1; i <= 10_000; i++) {
            run.ok(i, 1 + (i - 1) % 100, (i - 1) / 100 * 100L, 80);
        }
        run.end(10_000, "finished");

        RunReport report = run.report(10_000, true);

        assertThat(report.slots().merged()).isTrue();
        assertThat(report.slots().total()).isEqualTo(100);
        assertThat(report.slots().lanes()).hasSize(32).allSatisfy(lane -> {
            assertThat(lane.tries()).isEqualTo(100);
            assertThat(lane.spans())
                    .hasSizeLessThanOrEqualTo(240)
                    .allMatch(span -> span.what() == null && span.busy() <= 1);
            assertThat(lane.spans().stream().mapToLong(RunReport.Span::tries).sum())
                    .isEqualTo(100);
        });
    }

    @Test
    void everyTryOfASmallRunIsNamed() throws IOException {
        RunReport report = SampleRun.full(directory.resolve("full")).report(200, true);

        assertThat(report.slots().merged()).isFalse();
        assertThat(report.slots().lanes()).extracting(Lane::slot).containsExactly(1, 2, 3, 4);
        assertThat(report.slots().lanes().stream()
                        .flatMap(lane -> lane.spans().stream())
                        .map(RunReport.Span::what))
                .hasSize(210)
                .contains("file-20.txt (input 20, try 2): exit code 3", "file-1.txt (input 1): ok");
    }

    @Test
    void aClockThatWasSetBackMakesNoNegativeTimes() throws IOException {
        run.begin(0, "map")
                .jobs(0, 1)
                .ok(1, 1, -5_000_000, 100)
                .ok(2, 1, 50, 100)
                .end(-1000, "finished");

        RunReport report = run.report(2, true);

        assertThat(report.seconds()).isEqualTo(0.15);
        assertThat(report.timeline().steps().stream().mapToLong(Step::ok).sum()).isEqualTo(2);
    }
}

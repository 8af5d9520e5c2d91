package dev.weft.cli.compare.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Round;
import dev.weft.cli.compare.report.Verdict;
import dev.weft.cli.compare.statistics.Ranking;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictsTest {
    private static ModelReport report(Model model, double seconds, double speedup, double waitShare, int inFlight) {
        double cpuShare = model == Model.SEQUENTIAL ? 0.5 * (1 - waitShare) : 0.31;
        Round round = new Round(1, seconds, 1, 1, 1, 1, inFlight, 0);
        return new ModelReport(
                model.id(),
                model.title(),
                "",
                List.of(round, round),
                new Interval(seconds, seconds, seconds),
                new Interval(speedup, speedup * 0.95, speedup * 1.05),
                cpuShare,
                waitShare,
                1,
                seconds * waitShare,
                seconds * (1 - waitShare),
                0,
                inFlight,
                0,
                0.3,
                null);
    }

    private static Ranking ranking(List<String> order, List<String> tie) {
        boolean first = !tie.isEmpty() && tie.getFirst().equals(order.getFirst());
        return new Ranking(
                order,
                tie.isEmpty() ? List.of() : List.of(tie),
                first ? tie : order.subList(0, Math.min(1, order.size())));
    }

    @Test
    void waitingWorkIsExplainedByTheWaitsThatWereHidden() {
        Verdict verdict = Verdicts.of(
                "page",
                200,
                2,
                0.02,
                List.of(report(Model.SEQUENTIAL, 2.4, 1, 0.97, 1), report(Model.LOOP, 0.08, 31, 0.99, 200)),
                ranking(List.of("loop", "sequential"), List.of()));

        assertThat(verdict.choice()).isEqualTo("loop");
        assertThat(verdict.tooClose()).isFalse();
        assertThat(verdict.text())
                .isEqualTo("Use the event loop: 31 times faster than one after the other (95 % interval 29 to 33).");
        assertThat(verdict.reason())
                .isEqualTo(
                        "I/O-bound: tasks wait 97 % of their time, and the event loop kept 200 pages in flight, which hid"
                                + " waits of 12 ms each, with 31 % of the CPU.");
    }

    @Test
    void tieIsTooCloseToCallAndGoesToTheSimplest() {
        Verdict verdict = Verdicts.of(
                "page",
                200,
                2,
                0.02,
                List.of(
                        report(Model.SEQUENTIAL, 2.4, 1, 0.97, 1),
                        report(Model.VIRTUAL, 0.081, 30, 0.99, 200),
                        report(Model.LOOP, 0.08, 31, 0.99, 200)),
                ranking(List.of("loop", "virtual", "sequential"), List.of("loop", "virtual")));

        assertThat(verdict.choice()).isEqualTo("virtual");
        assertThat(verdict.tooClose()).isTrue();
        assertThat(verdict.text())
                .startsWith("Too close to call between the event loop and virtual threads."
                        + " Use virtual threads, the simplest of them: 30 times");
    }

    @Test
    void computingWorkIsExplainedByTheCores() {
        Verdict verdict = Verdicts.of(
                "range",
                64,
                2,
                0.01,
                List.of(
                        report(Model.SEQUENTIAL, 1, 1, 0, 1),
                        report(Model.THREADS, 0.52, 1.92, 0, 2),
                        report(Model.GIL, 1.01, 0.99, 0.5, 2)),
                ranking(List.of("threads", "sequential", "gil"), List.of("sequential", "gil")));

        assertThat(verdict.choice()).isEqualTo("threads");
        assertThat(verdict.reason())
                .isEqualTo("CPU-bound: tasks compute 100 % of their time, and threads used 31 % of 2 cores.");
        assertThat(verdict.advice()).contains("Under a global lock the same threads took 1.94 times as long.");
    }

    @Test
    void nothingToGainMeansOneAfterTheOther() {
        Verdict verdict = Verdicts.of(
                "range",
                64,
                2,
                0.01,
                List.of(report(Model.SEQUENTIAL, 1, 1, 0.5, 1), report(Model.VIRTUAL, 1, 1, 0.5, 64)),
                ranking(List.of("virtual", "sequential"), List.of("virtual", "sequential")));

        assertThat(verdict.choice()).isEqualTo("sequential");
        assertThat(verdict.text()).contains("No other model is faster");
    }

    @Test
    void globalLockIsNeverRecommended() {
        Verdict verdict = Verdicts.of(
                "page",
                200,
                2,
                0.02,
                List.of(report(Model.GIL, 0.07, 33, 0.97, 64), report(Model.VIRTUAL, 0.08, 31, 0.99, 200)),
                ranking(List.of("gil", "virtual"), List.of()));

        assertThat(verdict.choice()).isEqualTo("virtual");
    }

    @Test
    void longTaskThatBoundsTheTimeIsNamed() {
        Verdict verdict = Verdicts.of(
                "file",
                190,
                8,
                0.09,
                List.of(report(Model.SEQUENTIAL, 0.25, 1, 0.1, 1), report(Model.THREADS, 0.1, 2.5, 0.1, 8)),
                ranking(List.of("threads", "sequential"), List.of()));

        assertThat(verdict.reason())
                .endsWith("The longest file alone takes 90 ms of 100 ms: no model gets below that.");
    }

    @Test
    void nothingMeasuredIsSaid() {
        Verdict verdict = Verdicts.of("file", 1, 1, 0, List.of(), ranking(List.of(), List.of()));

        assertThat(verdict.choice()).isNull();
        assertThat(verdict.text()).contains("no model completed a round");
    }
}

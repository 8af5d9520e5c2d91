package dev.weft.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.map.store.Outcome.Result;
import dev.weft.cli.report.data.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why a run was not faster. The machine has four processors. */
class WhyTest {
    @TempDir
    private Path directory;

    private SampleRun run;

    @BeforeEach
    void begin() throws IOException {
        run = new SampleRun(directory.resolve("run")).begin(0, "map");
    }

    /** Tries that follow one another in each of the slots. */
    private void tries(int slots, int each, long every, long millis, long cpuMillis) {
        for (int i = 0; i < slots * each; i++) {
            run.add(run.outcome(
                    i + 1, 1, 1 + i % slots, i / slots * every, millis, Result.OK, 0, cpuMillis, true, null));
        }
    }

    @Test
    void becauseTheProcessorsWereBusy() throws IOException {
        run.jobs(0, 4);
        tries(4, 50, 100, 100, 95);
        run.end(5000, "finished");

        var why = run.report(200, true).why();

        assertThat(why.kind()).isEqualTo("cpu");
        assertThat(why.text())
                .isEqualTo("The processors were busy: 3.80 of 4 processors, so more at once would not have helped.");
    }

    @Test
    void becauseOneInputWasMostOfIt() throws IOException {
        run.jobs(0, 4);
        tries(4, 10, 100, 100, 5);
        run.names(index -> "big.iso").ok(41, 1, 1000, 9000).end(10_000, "finished");

        var why = run.report(41, true).why();

        assertThat(why.kind()).isEqualTo("tail");
        assertThat(why.text()).startsWith("One input was most of it: input 41 (big.iso) took 9.00 s of 10.0 s; ");
        assertThat(why.advice()).contains("longest inputs first");
    }

    @Test
    void becauseThereWereFewerTriesThanSlots() throws IOException {
        run.jobs(0, 64);
        tries(3, 1, 100, 1000, 5);
        run.end(1000, "finished");

        assertThat(run.report(3, true).why().text()).startsWith("3 tries cannot fill 64 slots: 95 %");
    }

    @Test
    void becauseItTookLongToBegin() throws IOException {
        run.jobs(0, 2).ok(1, 1, 6000, 4000).ok(2, 2, 6000, 4000).end(10_000, "finished");

        var why = run.report(2, true).why();

        assertThat(why.kind()).isEqualTo("start");
        assertThat(why.text()).contains("60 % of the time of all slots was over");
    }

    @Test
    void becauseStartsTookLongerThanTries() throws IOException {
        run.jobs(0, 2);
        tries(2, 1000, 5, 2, 1);
        run.end(5000, "finished");

        var why = run.report(2000, true).why();

        assertThat(why.kind()).isEqualTo("pauses");
        assertThat(why.text()).contains("60 % of the time of 2 slots. A try took 2.0 ms on average");
        assertThat(why.advice()).contains("--java");
    }

    @Test
    void becauseSlotsHadNothingToDo() throws IOException {
        run.jobs(0, 2);
        tries(2, 20, 500, 100, 50);
        run.end(9700, "finished");

        var why = run.report(40, true).why();

        assertThat(why.kind()).isEqualTo("pauses");
        assertThat(why.advice()).contains("Inputs that came slowly");
    }

    @Test
    void becauseTriesWaited() throws IOException {
        run.jobs(0, 2);
        tries(2, 100, 100, 100, 3);
        run.end(10_000, "finished");

        var why = run.report(200, true).why();

        assertThat(why.kind()).isEqualTo("waiting");
        assertThat(why.text()).contains("they computed in 3.0 % of their time");
        assertThat(why.advice()).contains("--jobs above 2");
    }

    @Test
    void becauseOtherProgramsHadTheProcessors() throws IOException {
        run.jobs(0, 2);
        tries(2, 100, 100, 100, 30);
        run.end(10_000, "finished", "3.00");

        RunReport report = run.report(200, true);

        assertThat(report.why().kind()).isEqualTo("queueing");
        assertThat(report.why().text())
                .isEqualTo("Tries stood in line for a processor for about 60 % of their time: they computed in 30 % of"
                        + " their time, and kept 0.60 of 4 processors.");
        assertThat(report.why().advice()).contains("Other programs").doesNotContain("--jobs above");
        assertThat(report.time().queueingSeconds()).isEqualTo(12);
        assertThat(Figures.split(report.time()))
                .extracting(Figures.Part::name)
                .containsSubsequence("computing", "in line for a processor", "waiting");
    }

    @Test
    void becauseTriesWaitedThoughOthersComputed() throws IOException {
        run.jobs(0, 2);
        tries(2, 100, 100, 100, 3);
        run.end(10_000, "finished", "2.50");

        var why = run.report(200, true).why();

        assertThat(why.kind()).isEqualTo("waiting");
        assertThat(why.advice()).contains("--jobs above 2").doesNotContain("cannot tell");
    }

    @Test
    void becauseTheSlotsWereBusyAndNobodyKnowsWithWhat() throws IOException {
        run.jobs(0, 2);
        tries(2, 100, 100, 99, -1);
        run.end(10_000, "finished");

        RunReport report = run.report(200, true);

        assertThat(report.why().kind()).isEqualTo("slots");
        assertThat(report.why().text()).isEqualTo("The slots were busy: 99 % of the time of 2 slots.");
        assertThat(report.time().processorsBusy()).isNull();
        assertThat(report.caveats()).anyMatch(each -> each.startsWith("The processor time of tries is not known"));
    }
}

package dev.weft.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cli.report.data.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose number at once was changed while they went on. */
class ScalingTest {
    private static final long PERIOD = 10_000;

    @TempDir
    private Path directory;

    /**
     * Each number for ten seconds; with n at once, a try takes as long as Amdahl's law with a serial share of 5 % has
     * it.
     */
    private RunReport run(int... jobs) throws IOException {
        SampleRun run = new SampleRun(directory.resolve("run" + jobs.length)).begin(0, "map");
        int index = 0;
        for (int period = 0; period < jobs.length; period++) {
            int n = jobs[period];
            run.jobs(period * PERIOD, n);
            long millis = Math.round(100 * (1 + 0.05 * (n - 1)));
            for (int slot = 1; slot <= n; slot++) {
                for (long at = period * PERIOD; at + millis <= (period + 1) * PERIOD; at += millis) {
                    run.ok(++index, slot, at, millis);
                }
            }
        }
        return run.end(jobs.length * PERIOD, "finished").report(index, true);
    }

    @Test
    void sixLoadsGiveTheLawsOfTheRun() throws IOException {
        RunReport report = run(1, 2, 4, 8, 16, 32);

        assertThat(report.scaling()).isNotNull();
        assertThat(report.scaling().points()).hasSize(6);
        assertThat(report.scaling().amdahl().sigma()).isCloseTo(0.05, within(0.01));
        assertThat(report.scaling().amdahl().perSecond()).isCloseTo(10, within(0.5));
        assertThat(report.scaling().usl().kappa()).isLessThan(0.002);
        assertThat(report.scaling().usl().inWords()).contains("of the work is for one only");
    }

    @Test
    void fewerLoadsGiveNothing() throws IOException {
        assertThat(run(1, 2, 4, 8, 16).scaling()).isNull();
    }

    @Test
    void slotsThatWereIdleSayNothingAboutTheirNumber() throws IOException {
        SampleRun run = new SampleRun(directory.resolve("idle")).begin(0, "map");
        int index = 0;
        for (int period = 0; period < 8; period++) {
            run.jobs(period * PERIOD, 1 << period);
            for (long at = 0; at < PERIOD; at += 100) {
                run.ok(++index, 1, period * PERIOD + at, 100); // one at a time, whatever was allowed
            }
        }

        assertThat(run.end(8 * PERIOD, "finished").report(index, true).scaling())
                .isNull();
    }
}

package dev.weft.cli.map.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cli.map.advice.Measured.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeMeterTest {
    @TempDir
    Path directory;

    private Measured measured(Kind kind, String... lines) throws Exception {
        try (var meter = new OutcomeMeter()) {
            return meter.measured(kind, Files.write(directory.resolve("outcomes.jsonl"), List.of(lines)));
        }
    }

    private static String outcome(String result, int slot, double seconds, String more) {
        return "{\"index\":1,\"result\":\"" + result + "\",\"slot\":" + slot + ",\"seconds\":" + seconds + more + "}";
    }

    @Test
    void commandsThatWentWellAreSplitByTheirProcessorTime() throws Exception {
        Measured measured = measured(
                Kind.COMMANDS,
                outcome("ok", 1, 0.5, ",\"cpuSeconds\":0.1"),
                outcome("failed", 3, 9, ",\"cpuSeconds\":9"),
                outcome("ok", 2, 0.5, ",\"cpuSeconds\":0.1"));

        assertThat(measured.probes()).isEqualTo(2);
        assertThat(measured.atOnce()).isEqualTo(2);
        assertThat(measured.cpu()).isCloseTo(0.1, within(1e-6));
        assertThat(measured.waited() + measured.queue()).as("the rest").isCloseTo(0.4, within(1e-6));
        assertThat(measured.lock()).isNaN();
        assertThat(measured.allocated()).isNegative();
    }

    @Test
    void withoutTheirProcessorTimeNothingIsAdvisedBeyondOneForEachProcessor() throws Exception {
        Measured measured = measured(Kind.COMMANDS, outcome("ok", 1, 0.5, ""), outcome("ok", 2, 0.5, ""));

        assertThat(measured.cpu()).isNaN();
        Advice advice = Advisor.advise(measured, 100);
        assertThat(advice.because()).isEqualTo(Advice.Because.UNKNOWN);
        assertThat(advice.jobs()).isEqualTo(measured.processors());
    }

    @Test
    void whereNothingWentWellNothingIsKnown() throws Exception {
        assertThat(measured(Kind.REQUESTS, outcome("failed", 1, 1, "")).probes())
                .isZero();
        assertThat(Advisor.advise(measured(Kind.REQUESTS), 5).because()).isEqualTo(Advice.Because.UNKNOWN);
    }
}

package dev.weft.examples.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerOutput;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples on processes do what they say, at a smaller size. */
@Timeout(300)
class ProcessExamplesIT {
    @Test
    void aFunctionThatCrashesTheJvmCostsItsInputsAlone() {
        try (ProcessPool pool =
                ProcessPool.builder().workers(2).output(WorkerOutput.discard()).build()) {
            CrashingFunction.Report calm = CrashingFunction.run(pool, 1000, false);
            assertThat(calm.results()).isEqualTo(1000);
            assertThat(calm.crashed()).isEmpty();
            CrashingFunction.Report report = CrashingFunction.run(pool, 1000, true);
            assertThat(report.results()).isEqualTo(990);
            assertThat(report.wrong()).isZero();
            assertThat(report.crashed())
                    .isEqualTo(IntStream.range(0, 10).mapToObj(i -> i * 100).toList());
        }
    }

    @Test
    void patternBombsTimeOutAndTheOtherTextsDoNot() {
        PatternBombs.Report report = PatternBombs.run(2, 200, Duration.ofSeconds(2));
        assertThat(report.bombs()).isEqualTo(List.of(49, 99, 149, 199));
        assertThat(report.matched()).isEqualTo(100);
        assertThat(report.others()).isEqualTo(96);
    }

    @Test
    void coroutinesCrawlOverSeveralProcesses() {
        CoroutineCrawler.Report report = CoroutineCrawler.run(200, 2, 50);
        assertThat(report.pages()).isEqualTo(200);
        assertThat(report.words()).isEqualTo(200L * 4 * 25 * 4);
        assertThat(report.workers()).hasSize(2);
    }
}

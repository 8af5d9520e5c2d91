package dev.weft.cli.compare.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProcMeterTest {
    @TempDir
    Path empty;

    @Test
    @EnabledOnOs(OS.LINUX)
    void memoryAndProcessorTimeOfThisProcessAreMeasured() {
        ProcMeter meter = new ProcMeter();
        meter.start(List.of());
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 50_000_000) {
            Thread.onSpinWait();
        }

        Meter.Usage usage = meter.stop();

        assertThat(usage.cpuNanos()).isBetween(1_000_000L, 10_000_000_000L);
        assertThat(usage.peakMemoryBytes()).isGreaterThan(10_000_000);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void otherProcessIsAddedAndOneThatHasGoneIsNot() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "30").start();
        try {
            ProcMeter meter = new ProcMeter();
            meter.start(List.of());
            long alone = meter.stop().peakMemoryBytes();
            meter.start(List.of(sleeper.pid()));
            assertThat(meter.stop().peakMemoryBytes()).isGreaterThan(alone / 2);

            meter.start(List.of(sleeper.pid()));
            sleeper.destroyForcibly().waitFor();

            assertThat(meter.stop().cpuNanos()).isNotNegative();
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void withoutProcMemoryIsUnknownAndNothingFails() {
        ProcMeter meter = new ProcMeter(empty);
        meter.start(List.of(ProcessHandle.current().pid()));

        assertThat(meter.stop().peakMemoryBytes()).isZero();
    }
}

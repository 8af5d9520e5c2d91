package dev.weft.cli.map.advice;

import com.sun.management.OperatingSystemMXBean;
import dev.weft.cli.machine.RunQueue;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures commands and requests by the outcomes of their run, from when this was made.
 *
 * <p>The system tells the processor time of a command, but not how long it stood in line for a processor. That follows
 * from how many wanted one meanwhile, of all programs: with three for each processor, what computes for a second stands
 * in line for two.
 */
public final class OutcomeMeter implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(20);

    /** How much longer a process that has just begun stands in line than one that has been there for long. */
    private static final double NEW_ONES = 1.5;

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final long cpuBefore = system.getProcessCpuTime();

    private final RunQueue queue = RunQueue.watch(LOOK);

    /** Begins to measure. */
    public OutcomeMeter() {}

    /** How long one stands in line for a processor, by how long it computes. */
    private double inLine() {
        return NEW_ONES * Math.max(0, queue.forEachProcessor().orElse(0) - 1);
    }

    /**
     * Ends the measurement.
     *
     * @param kind what was done
     * @param outcomes the file of outcomes
     * @return what was measured
     * @throws IOException if the file cannot be read
     */
    public Measured measured(Measured.Kind kind, Path outcomes) throws IOException {
        long ownCpu = system.getProcessCpuTime() - cpuBefore;
        var tally = new Tally();
        boolean known = true;
        int slots = 1;
        try (BufferedReader lines = Files.newBufferedReader(outcomes, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode outcome = JsonMapper.shared().readTree(line);
                if (!outcome.path("result").asString("").equals("ok")) {
                    continue;
                }
                slots = Math.max(slots, outcome.path("slot").asInt(1));
                known &= outcome.has("cpuSeconds");
                tally.add(
                        nanos(outcome.path("seconds").asDouble(0)),
                        nanos(outcome.path("cpuSeconds").asDouble(0)),
                        0,
                        0);
            }
        }
        Tally.Means means = tally.later();
        double cpu = kind == Measured.Kind.REQUESTS
                ? Math.min(means.wall(), ownCpu / 1e9 / Math.max(1, tally.count()))
                : known ? means.cpu() : Double.NaN;
        double rest = Math.max(0, means.wall() - (Double.isNaN(cpu) ? 0 : cpu));
        double inLine = kind == Measured.Kind.COMMANDS && !Double.isNaN(cpu) ? Math.min(rest, cpu * inLine()) : 0;
        return new Measured(
                kind,
                Runtime.getRuntime().availableProcessors(),
                slots,
                (int) Math.min(Integer.MAX_VALUE, tally.count()),
                cpu,
                rest - inLine,
                Double.NaN,
                null,
                inLine,
                0,
                means.median(),
                means.longest(),
                -1);
    }

    /** Ends the looking; what was measured stays. */
    @Override
    public void close() {
        queue.close();
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}

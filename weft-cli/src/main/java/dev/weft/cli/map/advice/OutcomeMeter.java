package dev.weft.cli.map.advice;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures commands and requests by the outcomes of their run, from when this was made.
 *
 * <p>The system tells the processor time of a command, but not how long it stood in line for a processor. If hardly any processor was idle
 * meanwhile, all that a command did not compute was that.
 */
public final class OutcomeMeter {
    private static final double BUSY = 0.9;

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final long cpuBefore = system.getProcessCpuTime();

    /** Begins to measure. */
    public OutcomeMeter() {
        system.getCpuLoad(); // the next one is that since now
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
        double load = system.getCpuLoad();
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
        boolean busy = kind == Measured.Kind.COMMANDS && load > BUSY;
        return new Measured(
                kind,
                Runtime.getRuntime().availableProcessors(),
                slots,
                (int) Math.min(Integer.MAX_VALUE, tally.count()),
                cpu,
                busy ? 0 : rest,
                Double.NaN,
                null,
                busy ? rest : 0,
                0,
                means.median(),
                means.longest(),
                -1);
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}

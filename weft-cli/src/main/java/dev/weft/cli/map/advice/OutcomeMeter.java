package dev.weft.cli.map.advice;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures commands and requests by the outcomes of their run, from when this was made.
 *
 * <p>The system tells the processor time of a command, but not how long it stood in line for a processor. That follows from how many wanted
 * one meanwhile, of all programs: with three for each processor, what computes for a second stands in line for two.
 */
public final class OutcomeMeter implements AutoCloseable {
    private static final Path SYSTEM = Path.of("/proc/stat");
    private static final String RUNNING = "procs_running ";
    private static final long LOOK_MILLIS = 20;

    /** How much longer a process that has just begun stands in line than one that has been there for long. */
    private static final double NEW_ONES = 1.5;

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final long cpuBefore = system.getProcessCpuTime();

    private final Thread looker =
            Thread.ofPlatform().daemon().name("weft-probe").start(this::look);
    private int looks; // these two are guarded by this
    private long wanted;

    /** Begins to measure. */
    public OutcomeMeter() {}

    private void look() {
        while (true) {
            long running = running();
            synchronized (this) {
                looks++;
                wanted += running;
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** How many threads of all programs run or could, but this one; 0 where the system does not say. */
    private static long running() {
        try (Stream<String> lines = Files.lines(SYSTEM, StandardCharsets.US_ASCII)) {
            return lines.filter(line -> line.startsWith(RUNNING))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(RUNNING.length()).strip()) - 1)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** How long one stands in line for a processor, by how long it computes. */
    private synchronized double inLine() {
        double forEach =
                looks == 0 ? 0 : (double) wanted / looks / Runtime.getRuntime().availableProcessors();
        return NEW_ONES * Math.max(0, forEach - 1);
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
        double queue = kind == Measured.Kind.COMMANDS && !Double.isNaN(cpu) ? Math.min(rest, cpu * inLine()) : 0;
        return new Measured(
                kind,
                Runtime.getRuntime().availableProcessors(),
                slots,
                (int) Math.min(Integer.MAX_VALUE, tally.count()),
                cpu,
                rest - queue,
                Double.NaN,
                null,
                queue,
                0,
                means.median(),
                means.longest(),
                -1);
    }

    /** Ends the looking; what was measured stays. */
    @Override
    public void close() {
        looker.interrupt();
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}

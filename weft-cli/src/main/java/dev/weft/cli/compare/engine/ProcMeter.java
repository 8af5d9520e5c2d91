package dev.weft.cli.compare.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Measures with what the JVM knows of itself and with Linux's {@code /proc}; where that is missing, worker processes
 * are measured coarsely and memory not at all.
 *
 * <p>A process that ends during a measurement counts with what was seen of it at the start. Used by one thread.
 */
final class ProcMeter implements Meter {
    private static final String SELF = "self";

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final Path proc;
    private Map<String, Long> cpuAtStart = Map.of();

    /** Makes a meter for this machine. */
    ProcMeter() {
        this(Path.of("/proc"));
    }

    ProcMeter(Path proc) {
        this.proc = proc;
    }

    @Override
    public void start(List<Long> workers) {
        Map<String, Long> cpu = new LinkedHashMap<>();
        forgetPeak(SELF);
        for (long worker : workers) {
            String process = Long.toString(worker);
            forgetPeak(process);
            cpu.put(process, workerCpuNanos(process));
        }
        cpu.put(SELF, system.getProcessCpuTime());
        cpuAtStart = cpu;
    }

    @Override
    public Usage stop() {
        long cpuNanos = 0;
        long memory = 0;
        for (var before : cpuAtStart.entrySet()) {
            String process = before.getKey();
            long now = process.equals(SELF) ? system.getProcessCpuTime() : workerCpuNanos(process);
            cpuNanos += Math.max(0, now - before.getValue());
            memory += peakMemoryBytes(process);
        }
        return new Usage(cpuNanos, memory);
    }

    /**
     * The kernel's count for all threads that live, which is exact, or the process total, which comes in hundredths of
     * a second.
     */
    private long workerCpuNanos(String process) {
        long nanos = 0;
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(proc.resolve(process).resolve("task"))) {
            for (Path thread : threads) {
                String[] fields = Files.readString(thread.resolve("schedstat")).split(" ", 2);
                nanos += Long.parseLong(fields[0]);
            }
            return nanos;
        } catch (IOException | NumberFormatException e) {
            // A thread has just ended, or this kernel does not count: the total serves.
            return ProcessHandle.of(Long.parseLong(process))
                    .flatMap(handle -> handle.info().totalCpuDuration())
                    .map(Duration::toNanos)
                    .orElse(0L);
        }
    }

    /** Makes the kernel begin a new high-water mark. */
    private void forgetPeak(String process) {
        try {
            Files.writeString(proc.resolve(process).resolve("clear_refs"), "5", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // Not permitted, or not Linux: then the mark is that of the process's whole life so far, an upper bound.
        }
    }

    private long peakMemoryBytes(String process) {
        try {
            for (String line : Files.readAllLines(proc.resolve(process).resolve("status"))) {
                if (line.startsWith("VmHWM:")) {
                    return kibibytes(line).orElse(0) * 1024;
                }
            }
        } catch (IOException e) {
            // Not Linux, or the process has ended: unknown.
        }
        return 0;
    }

    private static OptionalLong kibibytes(String line) {
        String digits = line.replaceAll("\\D", "");
        return digits.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(digits));
    }
}

package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.Machine;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.machine.Machines;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a reader must know before trusting the numbers. Looks at the machine when it is made, which is before the
 * rounds.
 */
final class Caveats {
    private static final double BUSY = 0.5;
    private static final double WIDE = 0.10;
    private static final int FEW_ROUNDS = 3;
    private static final double NOTABLE_STEAL = 0.02;
    private static final int STEAL_FIELD = 8;

    private final Machine machine;
    private final double loadBefore;
    private final long[] processorTimesBefore = processorTimes();

    Caveats(Machine machine) {
        this.machine = machine;
        this.loadBefore = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    List<String> of(List<WorkloadReport> workloads) {
        List<String> caveats = new ArrayList<>();
        if (machine.scheduler().equals("portable")) {
            caveats.add("The event loop ran on the portable scheduler, which is slower: start Java with "
                    + Machines.flag() + ".");
        }
        if (loadBefore > BUSY * machine.cores()) {
            caveats.add("The machine was busy when the run began (load " + Words.factor(loadBefore) + " on "
                    + Words.count(machine.cores(), "core") + "): other programs took part of the time.");
        }
        double stolen = stolen();
        if (stolen > NOTABLE_STEAL) {
            caveats.add("The hypervisor gave " + Words.percent(stolen) + " of the processor time to other machines.");
        }
        for (WorkloadReport workload : workloads) {
            addRounds(caveats, workload);
        }
        return List.copyOf(caveats);
    }

    private static void addRounds(List<String> caveats, WorkloadReport workload) {
        int least = workload.models().stream()
                .mapToInt(model -> model.rounds().size())
                .min()
                .orElse(FEW_ROUNDS);
        if (least < FEW_ROUNDS) {
            caveats.add(workload.name() + ": only " + Words.count(least, "round") + ", so the intervals "
                    + (least == 1 ? "are unknown" : "are wide") + "; a larger --budget gives more.");
            return;
        }
        List<String> wide = workload.models().stream()
                .filter(model -> spread(model) > WIDE)
                .map(ModelReport::model)
                .toList();
        if (!wide.isEmpty()) {
            caveats.add(workload.name() + ": the speed-up of " + Words.list(wide) + " is known only within more than "
                    + Words.percent(WIDE) + "; a quieter machine or a larger --budget helps.");
        }
    }

    private static double spread(ModelReport model) {
        Interval speedup = model.speedup();
        return speedup == null ? 0 : (speedup.high() - speedup.low()) / 2 / speedup.median();
    }

    private double stolen() {
        long[] now = processorTimes();
        if (now.length <= STEAL_FIELD || processorTimesBefore.length <= STEAL_FIELD) {
            return 0;
        }
        long all = 0;
        for (int i = 1; i <= STEAL_FIELD; i++) {
            all += now[i] - processorTimesBefore[i];
        }
        return all <= 0 ? 0 : (double) (now[STEAL_FIELD] - processorTimesBefore[STEAL_FIELD]) / all;
    }

    /** The first line of {@code /proc/stat}: user, nice, system, idle, iowait, irq, softirq, steal, from position 1. */
    private static long[] processorTimes() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            String[] fields = lines.findFirst().orElse("").split(" +", -1);
            long[] times = new long[fields.length];
            for (int i = 1; i < fields.length; i++) {
                times[i] = Long.parseLong(fields[i]);
            }
            return times;
        } catch (IOException | NumberFormatException e) {
            return new long[0]; // not Linux
        }
    }
}

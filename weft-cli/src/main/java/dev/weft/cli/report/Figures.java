package dev.weft.cli.report;

import dev.weft.cli.machine.Host;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.Counts;
import dev.weft.cli.report.data.RunReport.FailureReason;
import dev.weft.cli.report.data.RunReport.Step;
import dev.weft.cli.report.data.RunReport.TimeSplit;
import dev.weft.cli.report.data.RunReport.Timeline;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.ShellWords;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What all forms of the report say in the same words. */
public final class Figures {
    private static final int FEW_TRIES = 5;
    private static final int FEWEST_STEPS = 12;
    private static final int MOST_STEPS = 80;
    private static final int SMALL = 100_000;

    private Figures() {}

    /**
     * Writes the command line of a run, fit to be shown.
     *
     * @param report the run
     * @return the line
     */
    public static String command(RunReport report) {
        return RawText.printable("weft " + ShellWords.shown(report.command()));
    }

    /**
     * Says how much of what there was.
     *
     * @param counts the counts
     * @return such as {@code 5,010 tries, 10 of them retries}
     */
    public static String counts(Counts counts) {
        List<String> parts = new ArrayList<>();
        parts.add(Words.number(counts.ok()) + " ok");
        parts.add(Words.number(counts.failed()) + " failed");
        if (counts.left() > 0 || !counts.allRead()) {
            parts.add(Words.number(counts.left()) + (counts.allRead() ? " left" : " left of those that were read"));
        }
        parts.add(Words.count(counts.tries(), "try"));
        if (counts.retries() > 0) {
            parts.add(Words.number(counts.retries()) + " of them again");
        }
        if (counts.stopped() > 0) {
            parts.add(Words.number(counts.stopped()) + " ended with the run");
        }
        return String.join(", ", parts);
    }

    /**
     * Joins steps of the timeline, so that a rate is that of a few tries and not of one or none.
     *
     * @param report the run
     * @return the timeline in fewer steps
     */
    public static Timeline coarse(RunReport report) {
        List<Step> steps = report.timeline().steps();
        long wanted = Math.clamp(report.counts().tries() / FEW_TRIES, FEWEST_STEPS, MOST_STEPS);
        int joined = (int) Math.max(1, Math.ceilDiv(steps.size(), wanted));
        List<Step> coarse = new ArrayList<>();
        for (int i = 0; i < steps.size(); i += joined) {
            List<Step> part = steps.subList(i, Math.min(steps.size(), i + joined));
            // The last one may be shorter: what is missing of it counts as idle.
            coarse.add(new Step(
                    part.stream().mapToLong(Step::ok).sum(),
                    part.stream().mapToLong(Step::failed).sum(),
                    part.stream().mapToLong(Step::retried).sum(),
                    part.stream().mapToDouble(Step::inFlight).sum() / joined,
                    part.stream().mapToDouble(Step::processors).sum() / joined));
        }
        return new Timeline(joined * report.timeline().stepSeconds(), coarse);
    }

    /**
     * Writes a time of the clock.
     *
     * @param instant such as {@code 2026-11-21T21:38:28.253940428Z}
     * @return such as {@code 2026-11-21 21:38:28 UTC}
     */
    public static String when(String instant) {
        return instant.replaceFirst("T(\\d\\d:\\d\\d:\\d\\d)(\\.\\d+)?Z", " $1 UTC");
    }

    /**
     * Writes a size, also a small one.
     *
     * @param bytes the size
     * @return such as {@code 310 bytes} or {@code 1.4 GB}
     */
    public static String size(long bytes) {
        return bytes < SMALL ? Words.count(bytes, "byte") : Words.size(bytes);
    }

    /**
     * Says where the time went.
     *
     * @param time the split
     * @return parts with their share of the time of all slots, in their order; those that are nothing are left out
     */
    public static List<Part> split(TimeSplit time) {
        List<Part> parts = new ArrayList<>();
        Double computing = time.computingSeconds();
        if (computing == null) {
            add(parts, "busy", "running", time.busySeconds(), time);
        } else {
            double within = Math.min(computing, time.busySeconds());
            add(parts, "compute", "computing", within, time);
            Double queueing = time.queueingSeconds();
            double inLine = queueing == null ? 0 : Math.min(queueing, time.busySeconds() - within);
            add(parts, "line", "in line for a processor", inLine, time);
            add(parts, "wait", "waiting", time.busySeconds() - within - inLine, time);
        }
        add(parts, "start", "before the first try", time.startSeconds(), time);
        add(parts, "pause", "between tries", time.pauseSeconds(), time);
        add(parts, "tail", "nothing left to begin", time.tailSeconds(), time);
        return parts;
    }

    private static void add(List<Part> parts, String kind, String name, double seconds, TimeSplit time) {
        if (seconds > 0 && time.slotSeconds() > 0) {
            parts.add(new Part(kind, name, seconds, Math.min(1, seconds / time.slotSeconds())));
        }
    }

    /**
     * A part of the time of all slots.
     *
     * @param kind a word for programs
     * @param name its name
     * @param seconds how long it was
     * @param share its share
     */
    public record Part(String kind, String name, double seconds, double share) {}

    /**
     * Says how busy the processors were.
     *
     * @param time the split
     * @return such as {@code 1.9 of 2}; null if that is not known
     */
    public static @Nullable String processors(TimeSplit time) {
        Double busy = time.processorsBusy();
        if (busy == null) {
            return null;
        }
        double all = time.processors();
        return Words.factor(busy) + (all > 0 ? " of " + processors(all) : "");
    }

    /**
     * Counts processors, of which a control group may grant a part.
     *
     * @param count how many
     * @return such as {@code 2} or {@code 1.50}
     */
    public static String processors(double count) {
        return count == Math.rint(count) ? Words.number((long) count) : Words.factor(count);
    }

    /**
     * Names examples of a failure.
     *
     * @param failure the failure
     * @return such as {@code a.txt (input 3), b.txt (input 9)}
     */
    public static String examples(FailureReason failure) {
        return failure.examples().stream()
                .map(example -> RawText.printable(example.input()) + " (input " + example.index() + ")")
                .collect(Collectors.joining(", "));
    }

    /**
     * Describes the machine.
     *
     * @param host the machine; null if it was not recorded
     * @return a line
     */
    public static String host(@Nullable Host host) {
        if (host == null) {
            return "machine not recorded";
        }
        Double cpus = host.cgroupCpus();
        return host.os() + " " + host.arch() + ", " + Words.count(host.cores(), "processor")
                + (cpus == null ? "" : " (" + Words.factor(cpus) + " granted)")
                + (host.cpu().equals("unknown") ? "" : " " + host.cpu())
                + (host.memoryBytes() > 0 ? ", " + Words.size(host.memoryBytes()) : "") + ", JDK " + host.jdk() + " ("
                + host.vendor() + ")";
    }
}

package dev.weft.cli.report.digest;

import dev.weft.cli.machine.Host;
import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.Outcome.Result;
import dev.weft.cli.map.store.OutcomeReader;
import dev.weft.cli.map.store.RunSettings;
import dev.weft.cli.map.store.SessionLog;
import dev.weft.cli.map.store.SessionLog.Session;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.Counts;
import dev.weft.cli.report.data.RunReport.FailureReason;
import dev.weft.cli.report.data.RunReport.Latency;
import dev.weft.cli.report.data.RunReport.SessionReport;
import dev.weft.cli.report.data.RunReport.Slow;
import dev.weft.cli.report.data.RunReport.Step;
import dev.weft.cli.report.data.RunReport.TimeSplit;
import dev.weft.cli.report.data.RunReport.Timeline;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a run into a report. Used once, by one thread. */
public final class RunReader {
    private static final int MOST_REASONS = 20;
    private static final int FEW = 100;

    private final RunSettings settings;
    private final boolean live;
    private final String weft;
    private final List<Session> sessions;
    private final WorkingTime clock;
    private final TimeSteps steps = new TimeSteps();
    private final double[] busy = steps.series();
    private final double[] cpu = steps.series();
    private final double[] ok = steps.series();
    private final double[] failed = steps.series();
    private final double[] retried = steps.series();
    private final SlotLanes lanes = new SlotLanes(steps);
    private final Reasons reasons = new Reasons();
    private final Durations durations = new Durations();
    private final Slowest slowest = new Slowest();
    private long tries;
    private long retries;
    private long stopped;
    private long outputBytes;
    private long errorBytes;
    private double busyNanos;
    private double cpuNanos;
    private long cpuUnknown;

    private RunReader(RunSettings settings, boolean live, String weft) throws IOException {
        this.settings = settings;
        this.live = live;
        this.weft = weft;
        this.sessions = SessionLog.read(settings.sessions());
        this.clock = new WorkingTime(sessions, settings.created());
    }

    /**
     * Reads a run.
     *
     * @param settings which run
     * @param live whether it goes on
     * @param weft the version of this program
     * @return what is known of it
     * @throws IOException if it cannot be read
     */
    public static RunReport read(RunSettings settings, boolean live, String weft) throws IOException {
        return new RunReader(settings, live, weft).read();
    }

    private RunReport read() throws IOException {
        boolean torn;
        long badLines;
        try (OutcomeReader outcomes = OutcomeReader.open(settings.outcomes())) {
            for (Outcome outcome = outcomes.next(); outcome != null; outcome = outcomes.next()) {
                take(outcome);
            }
            torn = outcomes.isTorn();
            badLines = outcomes.badLines();
        }
        // After the outcomes, so that a run that goes on has no outcomes of inputs that it does not have.
        InputFile inputs = InputFile.read(settings.inputs());
        return report(inputs, torn, badLines);
    }

    private void take(Outcome outcome) {
        long at = clock.take(outcome.began(), outcome.nanos());
        long end = at + outcome.nanos();
        boolean hasFailed = reasons.take(outcome);
        lanes.take(outcome, at, hasFailed);
        steps.spread(busy, at, end, (double) outcome.nanos());
        busyNanos += outcome.nanos();
        if (outcome.cpuNanos() >= 0) {
            steps.spread(cpu, at, end, (double) outcome.cpuNanos());
            cpuNanos += outcome.cpuNanos();
        } else if (outcome.result() != Result.NOT_STARTED) {
            cpuUnknown++;
        }
        outputBytes += outcome.outputBytes();
        errorBytes += outcome.errorBytes();
        if (outcome.result() == Result.STOPPED) {
            stopped++;
            return;
        }
        tries++;
        retries += outcome.attempt() > 1 ? 1 : 0;
        // What ends with a step belongs to it, not to the next one.
        steps.add(outcome.last() ? hasFailed ? failed : ok : retried, Math.max(at, end - 1), 1);
        if (outcome.result() != Result.NOT_STARTED) {
            durations.take(outcome.nanos());
            slowest.take(outcome);
        }
    }

    private RunReport report(InputFile inputs, boolean torn, long badLines) {
        long total = clock.finish(live ? Instant.now() : null);
        double seconds = total / 1e9;
        long good = reasons.ok();
        long bad = reasons.failed();
        long known = Math.max(inputs.count(), reasons.largestIndex());
        var counts = new Counts(
                known,
                inputs.complete(),
                good,
                bad,
                Math.max(0, known - good - bad),
                tries,
                retries,
                stopped,
                outputBytes,
                errorBytes);
        String state = live
                ? RunReport.GOING_ON
                : inputs.complete() && counts.left() == 0 ? RunReport.FINISHED : RunReport.UNFINISHED;
        Session last = sessions.isEmpty() ? null : sessions.getLast();
        Host host = last == null ? null : last.host();
        Capacity capacity = new Capacity(clock.changes(), lanes.slots());
        long until = state.equals(RunReport.FINISHED) ? Math.min(clock.lastBegin(), total) : total;
        TimeSplit time = split(capacity, total, until, host);
        Latency latency = durations.read();
        List<Slow> longest = slowest.read();
        List<FailureReason> failures = reasons.all();
        List<String> caveats = caveats(state, torn, badLines, latency);
        return new RunReport(
                RunReport.SCHEMA,
                weft,
                settings.name(),
                Stream.concat(Stream.of(settings.command()), settings.arguments().stream())
                        .toList(),
                settings.workingDirectory().toString(),
                settings.created() == null ? null : settings.created().toString(),
                state,
                Verdict.of(settings.name(), state, last == null ? null : last.ending(), counts, seconds, failures),
                new Explanation(seconds, capacity.last(), counts, time, latency, longest).why(),
                counts,
                seconds,
                seconds > 0 ? (good + bad) / seconds : 0,
                time,
                latency,
                timeline(total),
                lanes.read(),
                longest,
                failures.stream().limit(MOST_REASONS).toList(),
                Math.max(0, failures.size() - MOST_REASONS),
                clock.changes().isEmpty() ? null : LoadPoints.of(steps, busy, ended(), capacity, until),
                sessions(),
                host,
                inputs.sha256(),
                caveats);
    }

    private double[] ended() {
        double[] sums = new double[TimeSteps.COUNT];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = ok[i] + failed[i] + retried[i];
        }
        return sums;
    }

    private TimeSplit split(Capacity capacity, long total, long until, @Nullable Host host) {
        double all = Math.max(capacity.nanos(0, total), busyNanos);
        double start = 0;
        for (long[] each : clock.starts()) {
            start += capacity.nanos(each[0], each[1]);
        }
        double tail = Math.max(0, capacity.nanos(until, total) - (until < total ? steps.from(busy, until) : 0));
        boolean cpuKnown = tries > 0 && cpuUnknown == 0;
        Double granted = host == null ? null : host.cgroupCpus();
        double processors = host == null ? 0 : granted == null ? host.cores() : Math.min(granted, host.cores());
        return new TimeSplit(
                all / 1e9,
                busyNanos / 1e9,
                cpuKnown ? Double.valueOf(cpuNanos / 1e9) : null,
                cpuKnown ? queueing() : null,
                start / 1e9,
                Math.max(0, all - busyNanos - start - tail) / 1e9,
                tail / 1e9,
                cpuKnown && total > 0 ? Double.valueOf(cpuNanos / total) : null,
                processors);
    }

    /** With so many threads for each processor, what computes stands in line for that many times as long less one. */
    private @Nullable Double queueing() {
        double nanos = 0;
        double sum = 0;
        for (int i = 0; i < sessions.size(); i++) {
            Double runnable = sessions.get(i).runnable();
            if (runnable != null) {
                nanos += clock.nanosOf(i);
                sum += clock.nanosOf(i) * runnable;
            }
        }
        if (nanos <= 0) {
            return null;
        }
        double inLine = cpuNanos * Math.max(0, sum / nanos - 1);
        return Math.clamp(inLine, 0, Math.max(0, busyNanos - cpuNanos)) / 1e9;
    }

    private Timeline timeline(long total) {
        List<Step> read = new ArrayList<>();
        int count = Math.min(TimeSteps.COUNT, steps.count(total));
        double step = steps.stepNanos();
        for (int i = 0; i < count; i++) {
            read.add(new Step(
                    Math.round(ok[i]), Math.round(failed[i]), Math.round(retried[i]), busy[i] / step, cpu[i] / step));
        }
        return new Timeline(step / 1e9, read);
    }

    private List<SessionReport> sessions() {
        List<SessionReport> read = new ArrayList<>();
        for (int i = 0; i < sessions.size(); i++) {
            Session each = sessions.get(i);
            boolean goesOn = live && i == sessions.size() - 1;
            String ending = each.ending();
            read.add(new SessionReport(
                    each.began().toString(),
                    each.command(),
                    each.weft(),
                    each.pid(),
                    each.limits().isEmpty() ? 0 : each.limits().getLast().jobs(),
                    clock.nanosOf(i) / 1e9,
                    goesOn ? RunReport.GOING_ON : ending == null ? "killed" : ending));
        }
        return read;
    }

    private List<String> caveats(String state, boolean torn, long badLines, @Nullable Latency latency) {
        List<String> found = new ArrayList<>();
        if (state.equals(RunReport.GOING_ON)) {
            found.add("The run goes on. What runs now is not in the numbers until it has ended.");
        } else if (torn) {
            found.add("The last outcome was not written to its end, since the machine stopped; it is left out.");
        }
        if (badLines > 0) {
            found.add(Words.count(badLines, "line") + " of outcomes.jsonl cannot be understood and "
                    + (badLines == 1 ? "is" : "are") + " left out.");
        }
        if (sessions.isEmpty()) {
            found.add("An older version of Weft has recorded this run, without its sessions and machine: time between"
                    + " sessions, if it was taken up again, counts as working time.");
        } else if (sessions.size() > 1) {
            found.add("The run was taken up again: times are those of " + sessions.size()
                    + " sessions one after the other, without the time between them.");
        }
        if (latency != null && latency.count() < FEW) {
            found.add("With " + Words.count(latency.count(), "try")
                    + ", the percentiles above 90 are hardly more than the longest.");
        }
        if (tries > 0 && cpuUnknown > 0) {
            found.add("The processor time of "
                    + (cpuUnknown == tries + stopped ? "tries" : Words.number(cpuUnknown) + " tries")
                    + " is not known, so nothing is said about how busy the processors were.");
        }
        return found;
    }
}

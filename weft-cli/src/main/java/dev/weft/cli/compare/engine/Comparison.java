package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Execution;
import dev.weft.cli.compare.model.Executions;
import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Machine;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.Settings;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.compare.server.PageServerProcess;
import dev.weft.cli.compare.workload.Workload;
import dev.weft.cli.compare.workload.WorkloadName;
import dev.weft.cli.compare.workload.Workloads;
import dev.weft.cli.machine.Machines;
import dev.weft.cli.terminal.Progress;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of the comparison: all workloads one after the other, with what they share.
 *
 * <p>{@link #run} belongs to one thread. {@link #snapshot} and {@link #abandon} may be called by another one at any
 * time, so that an interrupted run can show what it has and leave nothing behind.
 */
public final class Comparison {
    private static final double CONFIDENCE = 0.95;
    private static final double SPREAD = 0.05;
    private static final int MIN_ROUNDS = 3;
    private static final int MAX_ROUNDS = 40;
    private static final double WARM_UP_SHARE = 0.25;
    private static final double SCALING_SHARE = 0.25;

    private final Options options;
    private final Progress progress;
    private final Consumer<WorkloadReport> finished;
    private final Instant startedAt = Instant.now();
    private final long begin = System.nanoTime();
    private final Machine machine;
    private final Executions executions;
    private final Random random;
    private final Meter meter = new ProcMeter();
    private final Caveats caveats;

    private final List<WorkloadReport> done = new ArrayList<>(); // guarded by itself
    private volatile @Nullable Running running;
    private volatile @Nullable ScalingRounds scaling; // of the running workload, once that has come to it
    private volatile @Nullable PageServerProcess server;
    private volatile boolean abandoned;

    /** The workload that is being measured, for {@link #snapshot}. */
    private record Running(Workload workload, Measurement measurement, Map<Model, Summary.Opened> opened) {}

    /**
     * Prepares a comparison.
     *
     * @param options what to compare
     * @param progress shows how far it is
     * @param finished receives the report of each workload when that is done, in the thread that runs
     */
    public Comparison(Options options, Progress progress, Consumer<WorkloadReport> finished) {
        this.options = options;
        this.progress = progress;
        this.finished = finished;
        this.random = new Random(options.seed());
        this.machine = Machines.describe();
        this.executions = new Executions(options.workers());
        this.caveats = new Caveats(machine);
    }

    /**
     * Measures everything.
     *
     * @throws IOException if a workload cannot be prepared; those before it stay
     * @throws InterruptedException if the thread is interrupted
     */
    public void run() throws IOException, InterruptedException {
        boolean ownPages = options.urls().isEmpty();
        if (ownPages && options.workloads().stream().anyMatch(WorkloadName::fetches)) {
            server = PageServerProcess.start(options.seed(), Workloads.MOST_PAGES);
        }
        try (executions) {
            Workload job = options.job();
            if (job != null) {
                measure(job, List.of(), begin, options.budgetSeconds());
                return;
            }
            UrlCheck check = UrlCheck.of(options.urls().orElse(List.of()));
            Workloads workloads = new Workloads(
                    options.quick(),
                    machine.cores(),
                    options.seed(),
                    options.directory(),
                    ownPages ? null : check.reachable());
            int weightLeft =
                    options.workloads().stream().mapToInt(WorkloadName::weight).sum();
            for (WorkloadName name : options.workloads()) {
                if (abandoned) {
                    return;
                }
                long now = System.nanoTime();
                double secondsLeft = options.budgetSeconds() - (now - begin) / 1e9;
                double seconds = Math.max(0, secondsLeft * name.weight() / weightLeft);
                weightLeft -= name.weight();
                progress.update(name.id() + ": preparing", secondsLeft);
                PageServerProcess pages = server;
                URI address = pages != null && name.fetches() ? pages.uri() : URI.create("http://unused/");
                measure(workloads.make(name, address), name.fetches() ? check.failures() : List.of(), now, seconds);
            }
        } finally {
            closeServer();
        }
    }

    private void measure(Workload workload, List<Failure> known, long begin, double seconds)
            throws InterruptedException {
        Map<Model, Execution> open = new EnumMap<>(Model.class);
        Map<Model, Summary.Opened> opened = new EnumMap<>(Model.class);
        Samples samples = new Samples();
        known.forEach(samples::fail);
        try {
            if (!workload.tasks().isEmpty()) {
                open(workload, open, opened, samples);
            }
            long end = begin + (long) (seconds * 1e9);
            long deadline = options.scaling() ? end - (long) (SCALING_SHARE * seconds * 1e9) : end;
            long warmUp = System.nanoTime() + (long) ((deadline - System.nanoTime()) * WARM_UP_SHARE);
            Plan plan = new Plan(deadline, warmUp, MIN_ROUNDS, MAX_ROUNDS, SPREAD, CONFIDENCE);
            Measurement measurement = new Measurement(
                    workload,
                    open,
                    plan,
                    random,
                    System::nanoTime,
                    meter,
                    System::gc,
                    samples,
                    observer(workload, begin, seconds));
            running = new Running(workload, measurement, opened);
            if (abandoned) {
                return;
            }
            measurement.run();
            if (options.scaling() && samples.snapshot().containsKey(Model.THREADS)) {
                scale(workload, samples, begin, seconds, end);
            }
        } finally {
            open.values().forEach(Execution::close);
        }
        if (!abandoned) {
            WorkloadReport report = summary(workload, samples, opened);
            synchronized (done) {
                done.add(report);
                running = null;
                scaling = null;
            }
            finished.accept(report);
        }
    }

    private void scale(Workload workload, Samples samples, long begin, double seconds, long end)
            throws InterruptedException {
        SortedMap<Integer, Execution> pools = new TreeMap<>();
        try {
            for (int threads : ScalingRounds.numbers(
                    machine.cores(), workload.threads(), workload.tasks().size())) {
                pools.put(threads, Executions.threads(threads));
            }
            var rounds = new ScalingRounds(
                    workload.tasks(),
                    pools,
                    new Plan(end, end, MIN_ROUNDS, ScalingRounds.MAX_ROUNDS, SPREAD, CONFIDENCE),
                    random,
                    System::nanoTime,
                    System::gc,
                    (threads, left) -> progress.update(
                            workload.name() + ": scaling, " + Words.count(threads, "thread"),
                            left + afterwards(begin, seconds)));
            scaling = rounds;
            if (!abandoned) {
                rounds.run();
            }
        } catch (RuntimeException e) {
            samples.fail(new Failure(Model.THREADS.id(), 0, "scaling", "left out from here: " + e, 1));
        } finally {
            pools.values().forEach(Execution::close);
        }
    }

    private void open(Workload workload, Map<Model, Execution> open, Map<Model, Summary.Opened> opened, Samples samples)
            throws InterruptedException {
        for (Model model : options.models()) {
            try {
                Execution execution = executions.open(model, workload);
                open.put(model, execution);
                opened.put(model, new Summary.Opened(execution.explanation(), execution.startNanos() / 1e9));
            } catch (RuntimeException e) {
                samples.fail(new Failure(model.id(), 0, "all tasks", "cannot be started: " + e.getMessage(), 1));
            }
        }
    }

    private Observer observer(Workload workload, long workloadBegin, double seconds) {
        double scaled = options.scaling() ? SCALING_SHARE * seconds : 0;
        return (model, round, secondsLeft) -> progress.update(
                workload.name() + ": " + (round == 0 ? "warm-up" : "round " + round) + ", " + model.label(),
                secondsLeft + scaled + afterwards(workloadBegin, seconds));
    }

    /**
     * The seconds of the workloads behind one: what it leaves of its share goes to them, and they take at most theirs.
     */
    private double afterwards(long workloadBegin, double seconds) {
        return Math.max(0, options.budgetSeconds() - (workloadBegin - begin) / 1e9 - seconds);
    }

    private WorkloadReport summary(Workload workload, Samples samples, Map<Model, Summary.Opened> opened) {
        ScalingRounds rounds = scaling;
        List<SortedMap<Integer, Double>> curve = rounds == null ? List.of() : rounds.rounds();
        return new Summary(workload, samples, opened, machine.cores(), CONFIDENCE, curve).report();
    }

    /**
     * Puts together what has been measured so far; any thread.
     *
     * @param interrupted whether the run ends before its time
     * @return the report
     */
    public Report snapshot(boolean interrupted) {
        List<WorkloadReport> workloads;
        synchronized (done) {
            workloads = new ArrayList<>(done);
            Running unfinished = running;
            if (unfinished != null
                    && !unfinished.measurement().samples().snapshot().isEmpty()) {
                workloads.add(
                        summary(unfinished.workload(), unfinished.measurement().samples(), unfinished.opened()));
            }
        }
        return new Report(
                Report.SCHEMA,
                options.version(),
                options.command(),
                startedAt.truncatedTo(ChronoUnit.MILLIS).toString(),
                (System.nanoTime() - begin) / 1e9,
                interrupted,
                new Settings(
                        options.quick(),
                        options.budgetSeconds(),
                        options.seed(),
                        CONFIDENCE,
                        "in random order, until each ratio is known within " + Math.round(SPREAD * 100)
                                + " % or the time is used up; at least " + MIN_ROUNDS
                                + " where the time allows, at most "
                                + MAX_ROUNDS),
                machine,
                List.copyOf(workloads),
                caveats.of(workloads));
    }

    /** Gives up: no further pass is begun, and worker processes and the page server end at once; any thread. */
    public void abandon() {
        abandoned = true;
        Running unfinished = running;
        if (unfinished != null) {
            unfinished.measurement().stop();
        }
        ScalingRounds rounds = scaling;
        if (rounds != null) {
            rounds.stop();
        }
        executions.kill();
        closeServer();
    }

    private void closeServer() {
        PageServerProcess pages = server;
        if (pages != null) {
            pages.close();
        }
    }
}

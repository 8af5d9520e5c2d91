package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Execution;
import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Round;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import dev.weft.cli.compare.workload.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures one workload under several models.
 *
 * <p>Overview. A warm-up brings code and connections into the state that the rounds shall see, and tells how long each
 * model takes. Then rounds follow: in each, every model runs all tasks once, in a new random order, so that whatever
 * drifts on the machine meets all of them alike, and the times of one round are pairs. Rounds end when the ratio of
 * each model to the reference is known well enough, or when the next one would end after the deadline. The first round
 * is always run: a late answer is better than none.
 *
 * <p>A pass in which a worker died is no measurement: it counts as failures and is repeated. A model that keeps failing
 * is left out from there on. {@link #run} belongs to one thread; {@link #stop} and the samples may be used by any.
 */
final class Measurement {
    private static final int ATTEMPTS = 3;
    private static final int WARM_UP_PASSES = 10;
    private static final double STILL_GETTING_FASTER = 0.9;
    private static final int FIRST_PASS_SHARE = 8;
    private static final int CHEAP = 20;

    private final Workload workload;
    private final Map<Model, Execution> executions;
    private final Plan plan;
    private final Random random;
    private final LongSupplier clock;
    private final Meter meter;
    private final Runnable settle;
    private final Observer observer;
    private final Samples samples;
    private final Map<Model, Double> expectedSeconds = new EnumMap<>(Model.class);
    private final @Nullable Long[] results;
    private volatile boolean stopped;

    /**
     * Prepares a measurement.
     *
     * @param workload what to run
     * @param executions the models to run it under, open
     * @param plan when to end
     * @param random decides on the order of the rounds
     * @param clock the time in nanoseconds
     * @param meter measures processor time and memory
     * @param settle called before each pass, to get rid of what the one before has left
     * @param samples receives what is measured
     * @param observer hears about each pass
     */
    Measurement(
            Workload workload,
            Map<Model, Execution> executions,
            Plan plan,
            Random random,
            LongSupplier clock,
            Meter meter,
            Runnable settle,
            Samples samples,
            Observer observer) {
        this.workload = workload;
        this.executions = new EnumMap<>(executions);
        this.plan = plan;
        this.random = random;
        this.clock = clock;
        this.meter = meter;
        this.settle = settle;
        this.samples = samples;
        this.observer = observer;
        this.results = new Long[workload.tasks().size()];
    }

    /**
     * Runs warm-up and rounds.
     *
     * @throws InterruptedException if the calling thread is interrupted; what was measured until then stays
     */
    void run() throws InterruptedException {
        warmUp();
        int rounds = 0;
        while (!stopped && !executions.isEmpty() && !enough(rounds)) {
            rounds++;
            List<Model> order = new ArrayList<>(executions.keySet());
            Collections.shuffle(order, random);
            for (Model model : order) {
                if (stopped) {
                    return;
                }
                measure(model, rounds);
            }
        }
    }

    /** Lets {@link #run} return after the pass that is under way. */
    void stop() {
        stopped = true;
    }

    private void fail(Model model, int round, String task, String message) {
        samples.fail(new Failure(model.id(), round, task, message, 1));
    }

    Samples samples() {
        return samples;
    }

    private void warmUp() throws InterruptedException {
        // Every so many tasks, so that the first look at each model is short and yet sees all kinds of tasks.
        List<Work> some = new ArrayList<>();
        for (int i = 0; i < workload.tasks().size(); i += FIRST_PASS_SHARE) {
            some.add(workload.tasks().get(i));
        }
        double scale = (double) workload.tasks().size() / some.size();
        for (Model model : List.copyOf(executions.keySet())) {
            Pass pass = attempt(model, 0, some);
            if (pass != null) {
                expectedSeconds.put(model, pass.nanos() / 1e9 * scale);
            }
        }
        List<Model> cold = new ArrayList<>(executions.keySet());
        for (int i = 0; i < WARM_UP_PASSES && !cold.isEmpty(); i++) {
            boolean first = i == 0;
            cold.removeIf(model -> !worthWarming(model, first));
            for (Model model : List.copyOf(cold)) {
                double before = expectedSeconds.getOrDefault(model, 0.0);
                Pass pass = attempt(model, 0, workload.tasks());
                if (pass == null || (!first && pass.nanos() / 1e9 > before * STILL_GETTING_FASTER)) {
                    cold.remove(model);
                }
                if (pass != null) {
                    expectedSeconds.put(model, pass.nanos() / 1e9);
                }
            }
        }
    }

    /**
     * Whether a full pass of the warm-up is well spent. What it opens, connections above all, must not be opened in the
     * first round, so a model that costs little gets one however late it is. For a model that costs much the rounds
     * themselves are worth more, unless its code runs in processes where no other model warms it.
     */
    private boolean worthWarming(Model model, boolean first) {
        long left = plan.deadline() - clock.getAsLong();
        boolean cheap = expectedNanos(model) < left / CHEAP;
        boolean inTime = clock.getAsLong() + expectedNanos(model) <= plan.warmUpDeadline();
        return !stopped && (first ? cheap || (inTime && model.usesWorkers()) : cheap && inTime);
    }

    private boolean enough(int rounds) {
        if (rounds == 0) {
            return false;
        }
        if (rounds >= plan.maxRounds() || clock.getAsLong() + expectedNanosOfRound() > plan.deadline()) {
            return true;
        }
        return rounds >= plan.minRounds() && widest() <= plan.spread();
    }

    /** The widest interval of the ratios to the reference, as a share of the ratio. */
    private double widest() {
        Map<Model, Samples.Series> all = samples.snapshot();
        Samples.Series reference = all.get(reference());
        double widest = 0;
        for (var entry : all.entrySet()) {
            if (entry.getKey() != reference() && executions.containsKey(entry.getKey()) && reference != null) {
                widest = Math.max(
                        widest,
                        Pairs.ratio(reference, entry.getValue(), plan.confidence())
                                .spread());
            }
        }
        return widest;
    }

    private Model reference() {
        return executions.containsKey(Model.SEQUENTIAL)
                ? Model.SEQUENTIAL
                : executions.keySet().iterator().next();
    }

    private void measure(Model model, int round) throws InterruptedException {
        for (int attempt = 1; attempt <= ATTEMPTS && executions.containsKey(model); attempt++) {
            Execution execution = Objects.requireNonNull(executions.get(model));
            observer.pass(model, round, secondsLeft());
            settle.run();
            meter.start(execution.workers());
            Pass pass = run(model, execution, round, workload.tasks());
            if (pass == null || stopped) {
                return;
            }
            Meter.Usage usage = meter.stop();
            int failures = note(model, round, pass);
            if (pass.losses().isEmpty()) {
                Round measured = round(round, pass, usage, failures);
                samples.add(model, measured, pass);
                expectedSeconds.put(model, measured.seconds());
                return;
            }
        }
        if (executions.remove(model) != null) {
            fail(model, round, "all tasks", "lost tasks in " + ATTEMPTS + " passes in a row and is left out from here");
        }
    }

    /** A pass of the warm-up: what fails in it is noted, and its time is no result. */
    private @Nullable Pass attempt(Model model, int round, List<? extends Work> tasks) throws InterruptedException {
        Execution execution = executions.get(model);
        if (execution == null || stopped) {
            return null;
        }
        observer.pass(model, round, secondsLeft());
        Pass pass = run(model, execution, round, tasks);
        if (pass != null) {
            for (Pass.Loss loss : pass.losses()) {
                fail(model, round, loss.task(), loss.message());
            }
        }
        return pass;
    }

    private @Nullable Pass run(Model model, Execution execution, int round, List<? extends Work> tasks)
            throws InterruptedException {
        try {
            return execution.run(tasks);
        } catch (RuntimeException e) {
            executions.remove(model);
            fail(model, round, "all tasks", "left out from here: " + e);
            return null;
        }
    }

    /** Counts what went wrong in a round, wrong results included. */
    private int note(Model model, int round, Pass pass) {
        int failures = 0;
        for (Pass.Loss loss : pass.losses()) {
            fail(model, round, loss.task(), loss.message());
            failures++;
        }
        for (int i = 0; i < results.length; i++) {
            Trace trace = pass.traces().get(i);
            if (trace == null) {
                continue;
            }
            String failure = trace.failure() != null ? trace.failure() : mismatch(i, trace.result());
            if (failure != null) {
                fail(model, round, workload.tasks().get(i).label(), failure);
                failures++;
            }
        }
        return failures;
    }

    private @Nullable String mismatch(int task, long result) {
        Long first = results[task];
        if (first == null || !workload.repeatable()) {
            results[task] = result;
            return null;
        }
        return first == result
                ? null
                : "expected the result " + first + " as in the passes before, found " + result
                        + ": the input has changed, or this model computes wrongly";
    }

    private static Round round(int number, Pass pass, Meter.Usage usage, int failures) {
        long waited = 0;
        long computed = 0;
        for (Trace trace : pass.traces()) {
            if (trace != null) {
                waited += trace.waited();
                computed += trace.computed();
            }
        }
        return new Round(
                number,
                pass.nanos() / 1e9,
                usage.cpuNanos() / 1e9,
                waited / 1e9,
                computed / 1e9,
                usage.peakMemoryBytes(),
                inFlight(pass),
                failures);
    }

    /** How many tasks were under way at the same moment at most. */
    static int inFlight(Pass pass) {
        long[] starts = pass.traces().stream()
                .filter(Objects::nonNull)
                .mapToLong(Trace::start)
                .sorted()
                .toArray();
        long[] ends = pass.traces().stream()
                .filter(Objects::nonNull)
                .mapToLong(Trace::end)
                .sorted()
                .toArray();
        int most = 0;
        int ended = 0;
        for (int started = 0; started < starts.length; started++) {
            while (ends[ended] <= starts[started]) {
                ended++;
            }
            most = Math.max(most, started + 1 - ended);
        }
        return most;
    }

    private long expectedNanos(Model model) {
        return (long) (expectedSeconds.getOrDefault(model, 0.0) * 1e9);
    }

    private long expectedNanosOfRound() {
        return executions.keySet().stream().mapToLong(this::expectedNanos).sum();
    }

    /** The intervals narrow with the root of the number of rounds, which tells how many rounds are still needed. */
    private double secondsLeft() {
        long now = clock.getAsLong();
        double untilDeadline = Math.max(0, (plan.deadline() - now) / 1e9);
        if (executions.isEmpty()) {
            return 0;
        }
        Samples.Series reference = samples.snapshot().get(reference());
        int done = reference == null ? 0 : reference.rounds().size();
        double widest = done < 2 ? Double.POSITIVE_INFINITY : widest();
        double needed = done < 2 ? plan.minRounds() : done * (widest / plan.spread()) * (widest / plan.spread());
        double rounds = Math.clamp(needed, plan.minRounds(), plan.maxRounds()) - done;
        double warmUp = done == 0 ? Math.max(0, (plan.warmUpDeadline() - now) / 1e9) : 0;
        return Math.min(untilDeadline, warmUp + Math.max(0, rounds) * expectedNanosOfRound() / 1e9);
    }
}

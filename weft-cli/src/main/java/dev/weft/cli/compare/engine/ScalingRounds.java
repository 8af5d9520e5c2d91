package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Execution;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.statistics.Estimate;
import dev.weft.cli.compare.statistics.ScalabilityLaw;
import dev.weft.cli.compare.work.Work;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures one workload with one number of threads after the other.
 *
 * <p>Overview. A short pass starts the threads of each number. Then rounds follow: in each, every number runs all tasks
 * once, in a new random order, so that whatever drifts on the machine meets all of them alike, and the times of one
 * round are pairs. Rounds end when each time is known well enough, or when the next one would end after the deadline.
 * The first round is always run.
 *
 * <p>A round counts as a whole or not at all: one in which tasks were lost, or that was stopped, is forgotten.
 * {@link #run} belongs to one thread; {@link #stop} and {@link #rounds} may be used by any.
 */
final class ScalingRounds {
    /** How many rounds are run at most. */
    static final int MAX_ROUNDS = 9;

    private static final int[] STEPS = {2, 3}; // 2, 3, 4, 6, 8, 12: each in the middle between its neighbours
    private static final int SHORT_PASS_SHARE = 8;

    private final List<? extends Work> tasks;
    private final SortedMap<Integer, Execution> executions;
    private final Plan plan;
    private final Random random;
    private final LongSupplier clock;
    private final Runnable settle;
    private final Observer observer;
    private final List<SortedMap<Integer, Double>> rounds = new ArrayList<>(); // guarded by itself
    private volatile boolean stopped;

    /** Hears how the measurement goes on; called by the measuring thread between passes. */
    @FunctionalInterface
    interface Observer {
        /**
         * A pass begins.
         *
         * @param threads with so many threads
         * @param secondsLeft how long this will take from here at most, as far as can be told
         */
        void pass(int threads, double secondsLeft);
    }

    /**
     * Prepares a measurement.
     *
     * @param tasks what to run
     * @param executions the numbers of threads, open
     * @param plan when to end; it says nothing of a warm-up
     * @param random decides on the order of the rounds
     * @param clock the time in nanoseconds
     * @param settle called before each pass, to get rid of what the one before has left
     * @param observer hears about each pass
     */
    ScalingRounds(
            List<? extends Work> tasks,
            SortedMap<Integer, Execution> executions,
            Plan plan,
            Random random,
            LongSupplier clock,
            Runnable settle,
            Observer observer) {
        this.tasks = tasks;
        this.executions = executions;
        this.plan = plan;
        this.random = random;
        this.clock = clock;
        this.settle = settle;
        this.observer = observer;
    }

    /**
     * Chooses numbers of threads.
     *
     * @param cores how many processors there are
     * @param threads how many threads suit the workload
     * @param tasks how many tasks it has, more than which no threads can be busy
     * @return some of 1, 2, 3, 4, 6, 8, 12 and so on to twice the processors, or to what suits the workload if that is
     *     more, and as many as the laws of scalability need; these two numbers among them
     */
    static List<Integer> numbers(int cores, int threads, int tasks) {
        var numbers = new TreeSet<Integer>(List.of(1, cores, threads));
        int most = Math.max(2 * cores, threads);
        for (int power = 1; power <= most || numbers.size() < ScalabilityLaw.FEWEST_POINTS; power *= 2) {
            for (int step : STEPS) {
                if (power * step <= most || numbers.size() < ScalabilityLaw.FEWEST_POINTS) {
                    numbers.add(power * step);
                }
            }
        }
        return numbers.stream().filter(number -> number <= Math.max(1, tasks)).toList();
    }

    /**
     * Runs the rounds.
     *
     * @throws InterruptedException if the calling thread is interrupted; whole rounds until then stay
     */
    void run() throws InterruptedException {
        List<Work> some = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i += SHORT_PASS_SHARE) {
            some.add(tasks.get(i));
        }
        for (var each : executions.entrySet()) {
            if (stopped) {
                return;
            }
            observer.pass(each.getKey(), secondsLeft());
            each.getValue().run(some);
        }
        int count = 0;
        do {
            count++;
            long begin = clock.getAsLong();
            SortedMap<Integer, Double> round = round();
            if (round == null) {
                return;
            }
            synchronized (rounds) {
                rounds.add(round);
            }
            long end = clock.getAsLong();
            if (end + (end - begin) > plan.deadline()) {
                return;
            }
        } while (count < plan.maxRounds() && (count < plan.minRounds() || widest() > plan.spread()));
    }

    /** {@return the times of one pass for each number; null if it did not come to a whole round} */
    private @Nullable SortedMap<Integer, Double> round() throws InterruptedException {
        SortedMap<Integer, Double> round = new TreeMap<>();
        List<Integer> order = new ArrayList<>(executions.keySet());
        Collections.shuffle(order, random);
        for (int threads : order) {
            if (stopped) {
                return null;
            }
            observer.pass(threads, secondsLeft());
            settle.run();
            Execution execution = executions.get(threads);
            Pass pass = execution == null ? null : execution.run(tasks);
            if (pass == null || !pass.losses().isEmpty()) {
                return null;
            }
            round.put(threads, Math.max(1, pass.nanos()) / 1e9);
        }
        return round;
    }

    private double widest() {
        List<SortedMap<Integer, Double>> all = rounds();
        return executions.keySet().stream()
                .mapToDouble(threads ->
                        Estimate.of(seconds(all, threads), plan.confidence()).spread())
                .max()
                .orElse(0);
    }

    private double secondsLeft() {
        return Math.max(0, (plan.deadline() - clock.getAsLong()) / 1e9);
    }

    /** Lets {@link #run} return after the pass that is under way. */
    void stop() {
        stopped = true;
    }

    /** {@return the whole rounds so far: the seconds of a pass, by number of threads} */
    List<SortedMap<Integer, Double>> rounds() {
        synchronized (rounds) {
            return List.copyOf(rounds);
        }
    }

    /** {@return the times of one number, in the order of the rounds} */
    static double[] seconds(List<SortedMap<Integer, Double>> rounds, int threads) {
        return rounds.stream()
                .mapToDouble(round -> round.getOrDefault(threads, Double.NaN))
                .toArray();
    }
}

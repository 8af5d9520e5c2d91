package dev.weft.testing;

import dev.weft.Cancelled;
import dev.weft.TimedOutException;
import dev.weft.loop.kernel.Durations;
import dev.weft.loop.kernel.RunLoop;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a body on a fresh loop with its clock and its order under control: what {@link LoopTest} does, without JUnit.
 *
 * <pre>{@code
 * Simulation.of(trial -> {
 *     var account = new Account();                   // anew for each run
 *     Weft.gather(() -> account.deposit(1), () -> account.deposit(1));
 *     assertThat(account.balance()).isEqualTo(2);
 * }).schedules(10_000).run();
 * }</pre>
 *
 * <p>Immutable: each method returns another simulation. {@link #run} runs on the calling thread, which must not be a
 * coroutine.
 */
public final class Simulation {
    private static final long MAX_STEPS = 1_000_000;
    private static final int FIRST_LENGTH = 50;
    private static final String CONTENDED =
            "This run met a contended monitor (synchronized), and it is not known on this JVM when the next in line gets it: its replay may differ. Use the locks"
                    + " of dev.weft.sync or java.util.concurrent.\n";

    /** All that can be set. Changed only between {@link #with} and the end of the function that it was given. */
    private static final class Options {
        private String name = "the simulation";
        private ClockMode mode = ClockMode.AUTO_JUMP;
        private Duration realTimeLimit = Duration.ofSeconds(10);
        private int schedules = 1;
        private long seed = 1;
        private Algorithm algorithm = Algorithm.MIXED;
        private @Nullable ReplayLine replay;
        private boolean cancelEverywhere;
        private boolean checkDeterminism = true;
        private boolean leakCheck;

        Options copy() {
            var copy = new Options();
            copy.name = name;
            copy.mode = mode;
            copy.realTimeLimit = realTimeLimit;
            copy.schedules = schedules;
            copy.seed = seed;
            copy.algorithm = algorithm;
            copy.replay = replay;
            copy.cancelEverywhere = cancelEverywhere;
            copy.checkDeterminism = checkDeterminism;
            copy.leakCheck = leakCheck;
            return copy;
        }
    }

    /** One run. */
    record Outcome(Conductor conductor, @Nullable Throwable failure) {
        /** {@return what tells failures apart; empty if there is none} */
        String signature() {
            return switch (failure) {
                case null -> "";
                case Problem problem -> problem.kind().name();
                case Throwable other -> other.getClass().getName();
            };
        }
    }

    private final TestBody body;
    private final Options options;

    private Simulation(TestBody body, Options options) {
        this.body = body;
        this.options = options;
    }

    /**
     * Makes a simulation of one run in the order of production, with a clock that jumps.
     *
     * @param body what to run; once for each schedule, so that it must make its state anew
     * @return the simulation
     */
    public static Simulation of(TestBody body) {
        return new Simulation(body, new Options());
    }

    /**
     * Says what the simulation is called in messages.
     *
     * @param name the name
     * @return a simulation with that name
     */
    public Simulation named(String name) {
        return with(changed -> changed.name = name);
    }

    /**
     * Says how the clock goes.
     *
     * @param mode how
     * @return a simulation with that clock
     */
    public Simulation clock(ClockMode mode) {
        return with(changed -> changed.mode = mode);
    }

    /**
     * Limits how long a run may stand still in real time, for something from outside of the loop; ten seconds if
     * nothing is said.
     *
     * @param limit the limit, more than zero
     * @return a simulation with that limit
     * @throws IllegalArgumentException if it is not positive
     */
    public Simulation realTimeLimit(Duration limit) {
        return with(changed -> changed.realTimeLimit = Durations.positive("the limit of real time", limit));
    }

    /**
     * Says how many schedules are explored. The first is that of production; with more than one the others are chosen
     * by the {@link #algorithm} from the {@link #seed}.
     *
     * @param number how many, at least one
     * @return a simulation with that number
     * @throws IllegalArgumentException if it is less than one
     */
    public Simulation schedules(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("a simulation explores at least one schedule, and was told " + number);
        }
        return with(changed -> changed.schedules = number);
    }

    /**
     * Sets what schedules and random numbers are made from; one if nothing is said.
     *
     * @param seed any number
     * @return a simulation with that seed
     */
    public Simulation seed(long seed) {
        return with(changed -> changed.seed = seed);
    }

    /**
     * Says how the order is chosen.
     *
     * @param algorithm how
     * @return a simulation with that algorithm
     */
    public Simulation algorithm(Algorithm algorithm) {
        return with(changed -> changed.algorithm = algorithm);
    }

    /**
     * Runs the one schedule that a failure named, and no other.
     *
     * @param replay what {@link LoopTestFailure#replay} said
     * @return a simulation of that schedule
     * @throws IllegalArgumentException if the text says no schedule
     */
    public Simulation replay(String replay) {
        var line = ReplayLine.parse(replay);
        return with(changed -> changed.replay = line);
    }

    /**
     * Runs the body once as it is, counts its checkpoints, and then once for each of them with the task that comes to
     * it cancelled there. A run that ends with the cancellation, with a time-out (of a wait for what was cancelled) or
     * without a failure is as it should be; one that hangs, leaks or fails otherwise is not. All of these runs are in
     * the order of production; with several {@link #schedules} the others follow, each cancelled at one checkpoint that
     * the seed determines.
     *
     * @return such a simulation
     */
    public Simulation cancelEverywhere() {
        return with(changed -> changed.cancelEverywhere = true);
    }

    /**
     * Says whether one schedule is run twice before others are explored, to find out whether the test is deterministic;
     * it is if nothing is said.
     *
     * @param check whether
     * @return such a simulation
     */
    public Simulation checkDeterminism(boolean check) {
        return with(changed -> changed.checkDeterminism = check);
    }

    /**
     * Says whether threads, child processes and (on Linux) sockets that are there after all runs and were not before
     * fail the simulation, and errors that kill threads; they do not if nothing is said. Tasks and callbacks that a run
     * leaves behind always do. Where simulations overlap in time, nobody can say whose they are, and nobody is blamed.
     *
     * @param check whether
     * @return such a simulation
     */
    public Simulation leakCheck(boolean check) {
        return with(changed -> changed.leakCheck = check);
    }

    private Simulation with(Consumer<Options> change) {
        Options changed = options.copy();
        change.accept(changed);
        return new Simulation(body, changed);
    }

    /**
     * Runs it.
     *
     * @return what it has looked at
     * @throws LoopTestFailure if one of several schedules fails, or a cancellation does harm
     * @throws AssertionError if a single run fails with one, or in a deadlock, a leak, or held by something outside; or
     *     if {@link #leakCheck} finds something
     * @throws RuntimeException if a single run fails with one; a checked exception is the cause of a
     *     {@link LoopTestFailure}
     * @throws IllegalStateException if the caller is a coroutine
     */
    public SimulationReport run() {
        try {
            return runThrowing();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LoopTestFailure(options.name + " failed: " + e, "", e);
        }
    }

    SimulationReport runThrowing() throws Throwable {
        if (!options.leakCheck) {
            return runs();
        }
        Leaks leaks = Leaks.begin();
        SimulationReport report;
        try {
            report = runs();
        } catch (Throwable e) {
            leaks.abandon();
            throw e;
        }
        leaks.end();
        return report;
    }

    private SimulationReport runs() throws Throwable {
        if (options.replay != null) {
            return replayed(options.replay);
        }
        if (options.cancelEverywhere) {
            return cancelledEverywhere();
        }
        return options.schedules == 1 ? single() : explored(0, 0);
    }

    // ---- one run

    private Outcome once(@Nullable Chooser chooser, long seed, boolean locate, int cancelAt, boolean sure) {
        var conductor = new Conductor(
                new Conductor.Settings(options.mode, options.realTimeLimit, MAX_STEPS, locate, cancelAt, sure),
                chooser);
        var trial = new Trial(new TestClock(conductor), new SplittableRandom(seed));
        Throwable failure = null;
        try {
            RunLoop.<Boolean, Throwable>run(conductor, () -> {
                boolean good = false;
                try {
                    body.run(trial);
                    good = true;
                } finally {
                    conductor.bodyEnded(!good);
                }
                return true;
            });
        } catch (Conductor.Abandoned e) {
            // the problem that led to it is told
        } catch (Throwable e) {
            failure = e;
        }
        Throwable verdict = verdict(conductor.problems(), failure);
        boolean asItShouldBe =
                cancelAt > 0 && verdict != null && (isCancellation(verdict) || verdict instanceof TimedOutException);
        return new Outcome(conductor, asItShouldBe ? null : verdict);
    }

    private Outcome again(ReplayLine line) {
        return once(new Chooser.Replay(line.decisions()), line.seed(), true, line.cancelAt(), false);
    }

    /**
     * What a run that ended with a failure (or none), and in which the kit found problems, is said to have failed with.
     */
    static @Nullable Throwable verdict(List<Problem> problems, @Nullable Throwable failure) {
        Throwable first = null;
        for (Problem problem : problems) {
            if (first == null) {
                first = problem;
            } else {
                first.addSuppressed(problem);
            }
        }
        if (first == null) {
            return failure;
        }
        if (failure != null && !isCancellation(failure)) {
            first.addSuppressed(failure);
        }
        return first;
    }

    private static boolean isCancellation(Throwable failure) {
        return failure instanceof Cancelled
                || failure instanceof CancellationException
                || failure instanceof InterruptedException
                || failure instanceof ClosedByInterruptException;
    }

    private SimulationReport single() throws Throwable {
        Outcome outcome = once(null, options.seed, true, 0, false);
        if (outcome.failure != null) {
            throw outcome.failure;
        }
        return new SimulationReport(1, 1, 0);
    }

    private SimulationReport replayed(ReplayLine line) {
        Outcome outcome = again(line);
        if (outcome.failure != null) {
            throw failure(outcome, line, "in the schedule that was replayed");
        }
        return new SimulationReport(1, 1, outcome.conductor.steps());
    }

    // ---- many schedules

    /**
     * Explores.
     *
     * @param first the first schedule to look at; 0 is that of production
     * @param checkpoints how many checkpoints a run has, one of which each run is cancelled at; zero for no
     *     cancellation
     */
    private SimulationReport explored(int first, int checkpoints) {
        long length = FIRST_LENGTH;
        long steps = 0;
        int most = checkpoints;
        Set<Long> distinct = new HashSet<>();
        if (options.checkDeterminism) {
            refuseChance();
        }
        for (int i = first; i < options.schedules; i++) {
            long seed = seed(i);
            int cancelAt = most == 0 ? 0 : 1 + new SplittableRandom(seed).nextInt(most);
            Outcome outcome = once(chooser(i, seed, length), seed, false, cancelAt, false);
            Conductor run = outcome.conductor;
            if (outcome.failure != null) {
                throw shrunk(outcome, seed, cancelAt, i);
            }
            distinct.add(run.fingerprint());
            steps += run.steps();
            length = Math.max(length, run.steps());
            most = most == 0 ? 0 : Math.max(most, run.checkpoints());
        }
        return new SimulationReport(options.schedules - first, distinct.size(), steps);
    }

    private Chooser chooser(int schedule, long seed, long length) {
        if (schedule == 0) {
            return new Chooser.Fifo();
        }
        return switch (options.algorithm) {
            case RANDOM -> new Chooser.Uniform(seed);
            case POS -> new Chooser.Pos(seed);
            case PCT -> new Chooser.Pct(seed, length);
            case MIXED -> schedule % 2 == 0 ? new Chooser.Pct(seed, length) : new Chooser.Pos(seed);
        };
    }

    private String algorithm(int schedule) {
        if (schedule == 0) {
            return "the order of production";
        }
        return switch (options.algorithm) {
            case MIXED -> schedule % 2 == 0 ? "PCT" : "POS";
            default -> options.algorithm.name();
        };
    }

    /** The seed of one schedule: scattered, so that neighbours have nothing in common. */
    private long seed(int schedule) {
        long z = options.seed + schedule * 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return (z ^ (z >>> 31)) >>> 33; // short, since people copy it
    }

    private void refuseChance() {
        long seed = seed(1);
        Outcome one = once(new Chooser.Pos(seed), seed, false, 0, false);
        if (one.failure != null) {
            return; // the exploration will tell
        }
        Outcome other = once(new Chooser.Replay(one.conductor.decisions()), seed, false, 0, false);
        if (one.conductor.fingerprint() != other.conductor.fingerprint()) {
            throw new Problem(
                    Problem.Kind.NOT_DETERMINISTIC,
                    options.name + " is not deterministic: the same schedule took " + one.conductor.steps()
                            + " steps once and " + other.conductor.steps()
                            + " when it was repeated, or other ones. A failure could not be replayed. Look for threads beside the loop, random"
                            + " numbers and times that the trial did not give, and state that outlives a run; or turn the check off.");
        }
    }

    private LoopTestFailure shrunk(Outcome found, long seed, int cancelAt, int schedule) {
        var shrinker = new Shrinker(
                decisions -> once(new Chooser.Replay(decisions), seed, false, cancelAt, true), found.signature());
        String which = "in schedule " + (schedule + 1) + " of " + options.schedules + " (" + algorithm(schedule) + ")";
        Decisions shortest = shrinker.shrink(found.conductor.decisions());
        if (shortest == null) {
            return new LoopTestFailure(
                    options.name + " failed " + which
                            + ", and did not fail in the same way when that schedule was repeated: it is not"
                            + " deterministic. Look for threads beside the loop, random numbers and times that the trial did not give, and state that"
                            + " outlives a run.\n" + (found.conductor.mayNotReplay() ? CONTENDED : "") + found.failure,
                    "",
                    cause(found));
        }
        var line = new ReplayLine(seed, shortest, cancelAt);
        Outcome last = once(new Chooser.Replay(shortest), seed, true, cancelAt, true);
        int special = shortest.special().length;
        return failure(
                last.failure == null ? found : last,
                line,
                which + "; shrunk to " + special + (special == 1 ? " decision" : " decisions")
                        + " against the order of production, of "
                        + found.conductor.decisions().special().length);
    }

    private LoopTestFailure failure(Outcome outcome, ReplayLine line, String which) {
        Trace trace = outcome.conductor.trace();
        String cancelled = outcome.conductor.cancelledWhere();
        return new LoopTestFailure(
                options.name + " failed " + which
                        + (cancelled == null ? "" : ", after the cancellation of " + cancelled)
                        + "\nreplay: @LoopTest(replay = \"" + line + "\") or -Dweft.replay=" + line + "\n"
                        + (outcome.conductor.mayNotReplay() ? CONTENDED : "")
                        + cause(outcome)
                        + (trace == null ? "" : "\n" + trace.table()),
                line.toString(),
                cause(outcome));
    }

    private static Throwable cause(Outcome outcome) {
        if (outcome.failure == null) {
            throw new AssertionError("a run that passed has no failure");
        }
        return outcome.failure;
    }

    // ---- cancellation

    private SimulationReport cancelledEverywhere() throws Throwable {
        Outcome whole = once(null, options.seed, true, 0, false);
        if (whole.failure != null) {
            throw whole.failure;
        }
        int checkpoints = whole.conductor.checkpoints();
        for (int i = 1; i <= checkpoints; i++) {
            Outcome outcome = once(null, options.seed, true, i, false);
            if (outcome.failure != null) {
                var line = new ReplayLine(options.seed, new Decisions(), i);
                Outcome again = again(line);
                throw failure(
                        again.signature().equals(outcome.signature()) ? again : outcome,
                        line,
                        "when it was cancelled at checkpoint " + i + " of " + checkpoints);
            }
        }
        if (options.schedules == 1) {
            return new SimulationReport(checkpoints + 1, checkpoints + 1, 0);
        }
        SimulationReport others = explored(1, checkpoints);
        return new SimulationReport(
                checkpoints + 1 + others.runs(), checkpoints + 1 + others.distinct(), others.steps());
    }
}

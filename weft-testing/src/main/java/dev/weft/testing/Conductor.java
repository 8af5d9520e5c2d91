package dev.weft.testing;

import dev.weft.Task;
import dev.weft.loop.CallGraph;
import dev.weft.loop.kernel.Durations;
import dev.weft.loop.kernel.LoopControl;
import dev.weft.loop.kernel.Promise;
import dev.weft.loop.kernel.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Conducts one run of a test on its loop: the clock, the order, and what becomes of a run in which nothing can go on.
 *
 * <h2>When nothing is ready</h2>
 *
 * <p>The pump asks {@link #idle}, which decides in this order:
 *
 * <ol>
 *   <li>something from outside is pending (a task of a pool, a {@linkplain TestClock#hold hold}, I/O, a wait that only
 *       real time ends): wait for it, at most the limit;
 *   <li>the JDK suspended a coroutine, and nobody knows who will wake it: wait a moment, once for each such wait;
 *   <li>somebody waits for quiescence, or moves the clock: do so;
 *   <li>there is a timer: jump to it;
 *   <li>otherwise nothing will ever happen again: a deadlock.
 * </ol>
 *
 * <p>A run that ends in a problem is cancelled as a whole. Where even that does not end it, since coroutines wait in
 * calls that cannot be interrupted, it is abandoned with its loop.
 *
 * <p>Fields belong to the loop thread, unless they say otherwise.
 */
final class Conductor extends LoopControl {
    private static final long NANOS_TO_SETTLE = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long NANOS_BEFORE_DEADLOCK = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long NANOS_TO_UNWIND = TimeUnit.SECONDS.toNanos(1);
    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_STEPS_IN_JDK = 1_000_000;
    private static final int MOST_FRAMES = 12;

    /** Ends a run that cannot be ended otherwise. */
    @SuppressWarnings("serial") // never leaves its thread
    static final class Abandoned extends Error {
        Abandoned() {
            super("the run was abandoned: it could not be cancelled", null, false, false);
        }
    }

    /** What a run is to be like. */
    record Settings(
            ClockMode mode, Duration realTimeLimit, long maxSteps, boolean locate, int cancelAt, boolean sure) {}

    private final Settings settings;
    private final @Nullable Chooser chooser;
    private final Decisions decisions = new Decisions();
    private final IdentityHashMap<Object, Party> parties = new IdentityHashMap<>();
    private Party[] candidates = new Party[8];
    private long steps;
    private long fingerprint = 1;
    private final @Nullable Trace trace;

    /** The virtual clock; written on the loop, read by any thread. */
    private volatile long virtual;

    private final long epoch;

    /** Those who hold the clock; any thread. */
    private final Set<Held> holds = ConcurrentHashMap.newKeySet();

    /** What coroutines wait for that comes from outside. */
    private final IdentityHashMap<Object, Object> outside = new IdentityHashMap<>();

    /**
     * How many coroutines wait for promises, stages of the JDK among them: a coroutine may keep those, or any thread.
     */
    private int awaitedPromises;

    /** Ends the main task of a shared loop. */
    static final Job NO_MORE = new Job(_ -> {});

    /** What the main task of a shared loop is to do; any thread. */
    private final ConcurrentLinkedQueue<Job> jobs = new ConcurrentLinkedQueue<>();

    /** The main task of a shared loop while it has nothing to do. */
    private @Nullable Waiter unemployed;

    private final Quiescence quiescence = new Quiescence(time -> virtual = time);

    /** When the present stillness began, in real time; zero if there is none. */
    private long stillSince;

    /** The number of steps at the last look. */
    private long stepsBefore;

    /**
     * The number of waits in the JDK up to which their wakers had a moment, and the one up to which none was for I/O.
     */
    private long settledWaits;

    private long waitsWithoutIo;
    private long settlingSince;

    /** The number of steps when a coroutine last went on after a wait of Weft. */
    private long stepsAtLastWait;

    /** That number when it was last looked whether coroutines wait for each other, and what was found. */
    private long stepsAtLastCapture = -1;

    private boolean cycle;

    /** What has gone wrong; any thread. */
    private final ConcurrentLinkedQueue<Problem> problems = new ConcurrentLinkedQueue<>();

    private @Nullable Task<?> main;
    /** Written on the loop, read by any thread. */
    private volatile boolean gaveUp;

    private long gaveUpAt;
    private boolean bodyEnded;
    private boolean monitorsUncertain;
    private int checkpoints;
    private @Nullable String cancelledWhere;
    private final @Nullable IdentityHashMap<Object, String> origins;

    private record Held(Conductor conductor, String reason) implements TestClock.Hold {
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public void close() {
            if (conductor.holds.remove(this)) {
                conductor.wakePump();
            }
        }
    }

    Conductor(Settings settings, @Nullable Chooser chooser) {
        this.settings = settings;
        this.chooser = chooser;
        this.epoch = settings.mode() == ClockMode.REAL ? System.nanoTime() : 0;
        this.trace = settings.locate() && chooser != null ? new Trace() : null;
        this.origins = settings.locate() ? new IdentityHashMap<>() : null;
    }

    // ---- what a run was like

    Decisions decisions() {
        return decisions;
    }

    long steps() {
        return steps;
    }

    /** {@return a number that is equal for equal orders of equal steps, and hardly ever else} */
    long fingerprint() {
        return fingerprint;
    }

    int checkpoints() {
        return checkpoints;
    }

    @Nullable
    String cancelledWhere() {
        return cancelledWhere;
    }

    @Nullable
    Trace trace() {
        return trace;
    }

    /**
     * {@return whether coroutines stood in line for monitors and it was not known who was next, so that a replay may
     * take another course}
     */
    boolean mayNotReplay() {
        return monitorsUncertain;
    }

    /** {@return what went wrong besides what the body threw} */
    List<Problem> problems() {
        return List.copyOf(problems);
    }

    ClockMode mode() {
        return settings.mode();
    }

    long elapsed() {
        return now() - epoch;
    }

    // ---- clock

    @Override
    public long now() {
        return settings.mode() == ClockMode.REAL ? System.nanoTime() : virtual;
    }

    TestClock.Hold hold(String reason) {
        var hold = new Held(this, reason);
        holds.add(hold);
        return hold;
    }

    void awaitQuiescence() {
        quiescence.await();
    }

    void advance(long nanos) {
        if (settings.mode() == ClockMode.REAL) {
            throw new IllegalStateException(
                    "this clock is the real one and cannot be advanced; use ClockMode.PAUSED or AUTO_JUMP");
        }
        quiescence.awaitTime(virtual + nanos);
    }

    // ---- jobs of a shared loop

    void submit(Job job) {
        jobs.add(job);
        wakePump();
    }

    /** {@return whether the run is being ended, in a deadlock for instance, and takes no more jobs} Any thread. */
    boolean hasGivenUp() {
        return gaveUp;
    }

    /** Waits for the next job; null if there will be none. The main task of a shared loop calls. */
    @Nullable
    Job nextJob() {
        Waiter self = Waiter.current();
        try {
            while (!gaveUp) {
                Job job = jobs.poll();
                if (job != null) {
                    return job == NO_MORE ? null : job;
                }
                unemployed = self;
                self.park("the next test");
            }
            return null;
        } finally {
            unemployed = null;
            self.leave();
        }
    }

    // ---- order

    @Override
    protected boolean chooses() {
        return chooser != null;
    }

    @Override
    protected int choose(@Nullable Object[] keys, int size) {
        Chooser by = chooser;
        if (by == null) {
            return 0;
        }
        if (candidates.length < size) {
            candidates = new Party[2 * size];
        }
        for (int i = 0; i < size; i++) {
            candidates[i] = party(keys[i]);
        }
        int index = 0;
        if (size > 1) {
            index = by.choose(candidates, size, steps);
            decisions.add(index);
        }
        Party chosen = candidates[index];
        by.stepped(chosen);
        steps++;
        fingerprint = fingerprint * 0x9E37_79B9_7F4A_7C15L + (((long) chosen.number << 20) ^ size ^ (virtual << 1));
        if (trace != null && !gaveUp) {
            trace.step(chosen, virtual);
        }
        if (steps > settings.maxSteps() && !gaveUp) {
            giveUp(
                    new Problem(
                            Problem.Kind.ENDLESS,
                            "the run has taken " + settings.maxSteps()
                                    + " steps and goes on; does a task poll without a pause? Raise the limit if it is that long"));
        }
        return index;
    }

    private Party party(@Nullable Object key) {
        Party party = parties.get(key);
        if (party == null) {
            party = new Party(parties.size(), key == null ? this : key);
            parties.put(key, party);
        }
        return party;
    }

    // ---- waits

    @Override
    protected long timedWait(long nanos) {
        if (settings.mode() == ClockMode.REAL) {
            return nanos;
        }
        long rest = nanos % NANOS_PER_MILLI; // of a wait for 15 ms the JDK asks for 14.999
        return rest == 0 ? nanos : nanos - rest + NANOS_PER_MILLI;
    }

    @Override
    protected void suspends(Object party, @Nullable Object blocker, boolean fromOutside) {
        if (fromOutside) {
            outside.put(party, blocker == null ? "outside" : blocker);
        } else if (blocker instanceof Promise<?>) {
            awaitedPromises++;
        }
        if (trace != null) {
            Party self = party(party);
            self.place = Places.ofCaller();
        }
    }

    @Override
    protected void goesOn(Object party, @Nullable Object blocker, boolean fromOutside) {
        stepsAtLastWait = stepsOfLoop();
        if (fromOutside) {
            outside.remove(party);
        } else if (blocker instanceof Promise<?>) {
            awaitedPromises--;
        }
    }

    @Override
    protected void made(Task<?> task) {
        if (main == null) {
            main = task; // the loop makes it before anything else
        } else if (origins != null) {
            origins.put(task, Places.ofCaller());
        }
    }

    @Override
    protected void checkpoint(Task<?> task) {
        if (bodyEnded) {
            return;
        }
        checkpoints++;
        if (checkpoints == settings.cancelAt()) {
            cancelledWhere =
                    Party.name(task.name(), chooser == null ? -1 : party(task).number) + " at " + Places.ofCaller();
            task.cancel("the test cancels it at checkpoint " + checkpoints);
        }
    }

    @Override
    protected void monitorsUncertain() {
        monitorsUncertain = true;
    }

    @Override
    protected void uncaught(Throwable failure) {
        var problem = new Problem(
                Problem.Kind.UNCAUGHT,
                "a failure that nobody waits for, thrown by a callback, by a function that was to be told of the end of a task, or by what lost a race: "
                        + failure
                        + "\nCatch it where it is thrown, or spawn what throws it in a TaskGroup, whose join throws it.");
        problem.initCause(failure);
        problems.add(problem);
    }

    // ---- nothing is ready

    @Override
    protected long idle(boolean timers, long deadline, long realNanos) {
        Waiter idler = unemployed;
        if (idler != null && !quiescence.isAwaited()) { // between two tests the clock stands still
            stillSince = 0;
            if (jobs.isEmpty()) {
                return realNanos > 0 ? realNanos : Long.MAX_VALUE;
            }
            idler.unpark();
            return 0;
        }
        if (stepsOfLoop() != stepsBefore) {
            stepsBefore = stepsOfLoop();
            stillSince = 0;
        }
        boolean real = settings.mode() == ClockMode.REAL;
        String held = held(realNanos);
        if (held != null) {
            long wait = real && timers ? deadline - now() : awaitOutside(held, realNanos);
            return realNanos > 0 ? Math.min(wait, realNanos) : wait;
        }
        if (anyInJdk() && settledWaits != waitsInJdk()) {
            long wait = settle();
            return real && timers ? Math.min(wait, deadline - now()) : wait;
        }
        if (quiescence.moveOn(timers, deadline)) {
            stillSince = 0;
            return 0;
        }
        if (timers && real) {
            return deadline - now();
        }
        if (timers && settings.mode() == ClockMode.AUTO_JUMP) {
            refuseEndlessTime();
            virtual = deadline;
            stillSince = 0;
            return 0;
        }
        return deadlocked(timers);
    }

    /**
     * Ends a run in which time goes on and nothing else: a cancelled coroutine, say, that waits in the JDK and ignores
     * one interrupt after the other.
     */
    private void refuseEndlessTime() {
        if (gaveUp) {
            if (System.nanoTime() - gaveUpAt > NANOS_TO_UNWIND) {
                throw new Abandoned();
            }
        } else if (stepsOfLoop() - stepsAtLastWait > MOST_STEPS_IN_JDK) {
            giveUp(new Problem(
                    Problem.Kind.ENDLESS,
                    "the clock jumps on and on, and no coroutine gets on: does one wait in a call of the JDK that ignores interrupts?\n"
                            + describeWaiting()));
        }
    }

    /** What keeps the clock where it is, in words; null if nothing does. */
    private @Nullable String held(long realNanos) {
        if (realNanos > 0) {
            return "a timed wait of the JDK (Thread.sleep, poll(timeout), tryAcquire(timeout)) that ends in real time only, in "
                    + Durations.text(Duration.ofNanos(realNanos));
        }
        Iterator<Object> waited = outside.values().iterator();
        if (waited.hasNext()) {
            return String.valueOf(waited.next());
        }
        Iterator<Held> holding = holds.iterator();
        if (holding.hasNext()) {
            return "hold '" + holding.next().reason() + "'";
        }
        if ((anyInJdk() || awaitedPromises > 0) && !ForkJoinPool.commonPool().isQuiescent()) {
            return "work in the common pool";
        }
        if (anyInJdk()) {
            for (Waiting waiting : waitsWithoutIo == waitsInJdk() ? List.<Waiting>of() : waiting()) {
                String io = waiting.inJdk() && waiting.thread() != null ? Places.io(waiting.thread()) : null;
                if (io != null) {
                    return io + " in " + Party.name(waiting.name(), -1);
                }
            }
            waitsWithoutIo = waitsInJdk();
        }
        return null;
    }

    private long awaitOutside(String held, long realNanos) {
        long limit = settings.realTimeLimit().toNanos();
        long left = stillFor(limit);
        boolean longer = realNanos > 0 && realNanos > limit;
        if (left > 0 && !longer) {
            return left;
        }
        if (gaveUp) {
            throw new Abandoned();
        }
        giveUp(new Problem(
                Problem.Kind.HELD,
                "the clock of the test is held by " + held
                        + (longer
                                ? ", which is longer than the limit of "
                                : ", and nothing has happened for the limit of ")
                        + Durations.text(Duration.ofNanos(limit))
                        + " in real time. In coroutines use Weft.sleep, Weft.withTimeout and the waits of dev.weft.sync, which follow the clock of the"
                        + " test; end what the test waits for outside of its loop; or use ClockMode.REAL.\n"
                        + describeWaiting()));
        stillSince = 0;
        return 0;
    }

    /** How much of a time is left, counted from when the present stillness began; begins it if there is none. */
    private long stillFor(long nanos) {
        long now = System.nanoTime();
        if (stillSince == 0) {
            stillSince = now == 0 ? 1 : now;
        }
        return nanos - (now - stillSince);
    }

    /** Gives those a moment who may wake what the JDK suspended. */
    private long settle() {
        long now = System.nanoTime();
        if (settlingSince == 0) {
            settlingSince = now;
        }
        long left = NANOS_TO_SETTLE - (now - settlingSince);
        if (left <= 0) {
            settledWaits = waitsInJdk();
            settlingSince = 0;
            return 0;
        }
        return left;
    }

    private long deadlocked(boolean timers) {
        boolean mayComeFromOutside = mayComeFromOutside();
        long left = settings.sure() && !anyInJdk() && !mayComeFromOutside && !gaveUp
                ? 0
                : stillFor(patience(mayComeFromOutside && !settings.sure()));
        if (left > 0) {
            return left;
        }
        if (gaveUp) {
            throw new Abandoned();
        }
        giveUp(new Problem(
                Problem.Kind.DEADLOCK,
                (timers
                                ? "deadlock: nothing can run, and the clock is paused with timers pending; advance it, or use ClockMode.AUTO_JUMP\n"
                                : "deadlock: nothing can run, no timer is pending, and the test has not ended"
                                        + (mayComeFromOutside
                                                ? "; nor has anything come from outside within the limit of "
                                                        + Durations.text(settings.realTimeLimit()) + " in real time\n"
                                                : "\n"))
                        + describeWaiting()));
        stillSince = 0;
        return 0;
    }

    /**
     * Whether a thread that the kit does not know of may end the stillness: in real time always, and else where a
     * coroutine waits for a promise; but never that of a cycle.
     */
    private boolean mayComeFromOutside() {
        if (awaitedPromises == 0 && settings.mode() != ClockMode.REAL) {
            return false;
        }
        Task<?> whole = main;
        if (whole != null
                && stepsAtLastWait != stepsAtLastCapture) { // once: to look at a coroutine makes it take a step
            stepsAtLastCapture = stepsAtLastWait;
            cycle = !CallGraph.capture(whole).deadlocks().isEmpty();
        }
        return !cycle;
    }

    private long patience(boolean mayComeFromOutside) {
        if (gaveUp) {
            return NANOS_TO_UNWIND;
        }
        return mayComeFromOutside ? settings.realTimeLimit().toNanos() : NANOS_BEFORE_DEADLOCK;
    }

    /** Ends the run for a reason of the kit. */
    private void giveUp(Problem problem) {
        problems.add(problem);
        gaveUp = true;
        gaveUpAt = System.nanoTime();
        Task<?> whole = main;
        if (whole != null) {
            whole.cancel(
                    problem.kind() == Problem.Kind.DEADLOCK ? "the test is in a deadlock" : "the test was given up");
        }
    }

    // ---- reports

    private String describeWaiting() {
        List<Waiting> waiting = waiting();
        var text = new StringBuilder();
        Task<?> whole = main;
        if (whole != null) {
            for (List<CallGraph.Node> cycle : CallGraph.capture(whole).deadlocks()) {
                text.append("  wait-for cycle: ");
                cycle.forEach(node -> text.append(node.name())
                        .append(" → ")
                        .append(node.waitsFor())
                        .append(" → "));
                text.append(cycle.getFirst().name()).append('\n');
            }
        }
        for (Waiting one : waiting) {
            text.append("  ").append(Party.name(one.name(), number(one))).append(" waits for ");
            text.append(one.inJdk() ? "a call of the JDK" : one.blocker()).append('\n');
            Thread thread = one.thread();
            if (thread != null) {
                int frames = 0;
                for (StackTraceElement frame : thread.getStackTrace()) {
                    if (Places.isUsers(frame) && frames++ < MOST_FRAMES) {
                        text.append("      at ").append(frame).append('\n');
                    }
                }
            }
        }
        return text.toString().stripTrailing();
    }

    /** The number of a party where the order is chosen; in a run in the order of production parties are not counted. */
    private int number(Waiting waiting) {
        Task<?> task = waiting.task();
        return task == null || chooser == null ? -1 : party(task).number;
    }

    /** Ends the body, and reports what it leaves behind; the main task calls, with nothing between this and its end. */
    void bodyEnded(boolean failed) {
        bodyEnded(failed, "the test has ended and leaves behind");
    }

    /** As {@link #bodyEnded(boolean)}, for another body than that of one test. */
    void bodyEnded(boolean failed, String whatEnded) {
        bodyEnded = true;
        if (failed || gaveUp) {
            return;
        }
        if (!leftBehind().isEmpty()) {
            awaitQuiescence(); // who only has to end may
        }
        var leaks = new ArrayList<String>();
        for (Waiting task : leftBehind()) {
            leaks.add(Party.name(task.name(), number(task)) + origin(task.task()) + ", which waits for "
                    + (task.inJdk() ? "a call of the JDK" : task.blocker()));
        }
        int callbacks = callbacks().size();
        if (callbacks > 0) {
            leaks.add(callbacks + (callbacks == 1 ? " callback that waits for its" : " callbacks that wait for their")
                    + " time; cancel the handle that callLater returned");
        }
        if (!leaks.isEmpty()) {
            problems.add(
                    new Problem(
                            Problem.Kind.LEAK,
                            whatEnded + ":\n  " + String.join("\n  ", leaks)
                                    + "\nLet tasks end inside of the test: spawn them in a TaskGroup, or cancel and join them."));
        }
    }

    /** Who waits, but for the loop's I/O, which waits for sockets until the loop ends. */
    private List<Waiting> leftBehind() {
        return waiting().stream().filter(waiting -> !waiting.name().equals(IO)).toList();
    }

    private String origin(@Nullable Task<?> task) {
        String place = origins == null || task == null ? null : origins.get(task);
        return place == null ? "" : ", started at " + place;
    }
}

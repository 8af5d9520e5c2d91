package dev.weft.loop.kernel;

import dev.weft.Task;
import dev.weft.loop.EventLoop;
import dev.weft.loop.jdk.JdkAccess;
import dev.weft.loop.jdk.PortableNotice;
import dev.weft.loop.kernel.LoopEvents.Recordings;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * An event loop: the pump, its queues, its timers and its strands.
 *
 * <h2>Who runs what</h2>
 *
 * <p>The <em>pump</em> is a platform thread: one of the loop's own, or the caller of {@link #pumpUntilStopped}. It
 * moves entries between queues, resumes strands and waits. It takes no lock, logs nothing, starts no thread and runs no
 * code of users: a carrier that waits for a lock which one of its own coroutines is queued for would wait for ever.
 * Tasks, callbacks, the poller of the transport and everything else run on strands.
 *
 * <p>"Loop thread only" below means: on the pump or on a strand of this loop, of which one runs at a time. Other
 * threads come in through {@link #submit}.
 *
 * <h2>One pass</h2>
 *
 * <ol>
 *   <li>take in what other threads submitted;
 *   <li>poll I/O: with a wait if nothing is ready, else without, and then only every {@code POLL_EVERY} steps;
 *   <li>move timers that are due to the ready queue;
 *   <li>run what is ready at this point. What that adds waits for the next pass.
 * </ol>
 *
 * <h2>Entries of the ready queue</h2>
 *
 * <ul>
 *   <li>a {@link Strand} that was suspended by Weft: resumed;
 *   <li>a {@link Fresh} task or callback: given to an idle strand. A strand that ends one takes the next entry
 *       straight away if it is fresh too and of this pass;
 *   <li>a {@code Runnable}: the continuation of a thread of this loop that the JDK made runnable.
 * </ul>
 *
 * <p>There is always an idle strand: each begins its work by making another one if it was the last. So the pump never
 * starts a thread. The strand that makes it may have to wait for the JDK meanwhile; what it was to begin, and fresh
 * entries after it, then stand in line for whichever strand is free first. Where no thread can be made, what the
 * strand was to begin with fails.
 *
 * <h2>Sleep and wake-up</h2>
 *
 * <p>{@code rest} says how the pump waits. It goes from AWAKE to PARKED or POLLING before the queue of submissions is
 * looked at for the last time; a submitter adds first and looks at {@code rest} afterwards, takes it back to AWAKE and
 * wakes the pump by the means that it names. One of the two sees the other.
 *
 * <h2>The end</h2>
 *
 * <p>{@link #stop} lets the pump end after the pass; idle strands end with it. Threads that somebody started inside a
 * coroutine go on under the JDK's own scheduler, whether they are ready, wait, or sleep at that moment, and a task that
 * is submitted from then on ends as cancelled, so that nobody waits for ever.
 */
public abstract class LoopCore {
    private static final VarHandle REST;
    private static final VarHandle STEPS;
    private static final VarHandle FACE;

    static {
        try {
            var lookup = MethodHandles.lookup();
            REST = lookup.findVarHandle(LoopCore.class, "rest", int.class);
            STEPS = lookup.findVarHandle(LoopCore.class, "steps", long.class);
            FACE = lookup.findVarHandle(LoopCore.class, "face", LoopFace.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final AtomicReference<LoopCore[]> LIVE = new AtomicReference<>(new LoopCore[0]);

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static final int AWAKE = 0;
    private static final int PARKED = 1;
    private static final int POLLING = 2;
    private static final int CLOSED = 3;

    /** No thread is here, and one has to be asked for. */
    private static final int AWAY = 4;

    private static final int SUBMISSIONS_CHUNK = 256;
    private static final int MAX_IDLE = 256;
    private static final int POLL_EVERY = 64;
    private static final long MOST_NANOS_TO_CLOSE_IO = TimeUnit.SECONDS.toNanos(5);
    private static final long NANOS_BETWEEN_WAKEUPS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String name;

    /** Which loop of this JVM it is, from 1 on. */
    final int number = NUMBERS.incrementAndGet();

    /** What steers this loop in a test; null in production. Set before the first pass. */
    @Nullable
    LoopControl control;

    /** Strands that the JDK suspended, kept under a control only. Loop thread only. */
    final Set<Strand> inJdk = Collections.newSetFromMap(new IdentityHashMap<>(0));

    /** The order in which a control has what is ready run. Loop thread only. */
    private final ChosenOrder order = new ChosenOrder(this);

    /** That of the code that made this loop; what tasks and callbacks find. */
    final @Nullable ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();

    /** Ready to run, in order. Loop thread only. */
    final ArrayDeque<Object> ready = new ArrayDeque<>(64);

    /** Loop thread only. */
    final TimerHeap timers = new TimerHeap();

    /** Loop thread only. */
    final Notices notices = new Notices(this);

    /** Loop thread only, but for its snapshot. */
    final StrandTable strands = new StrandTable();

    private final MpscUnboundedVarHandleArrayQueue<Object> submissions =
            new MpscUnboundedVarHandleArrayQueue<>(SUBMISSIONS_CHUNK);
    private final LateEntries late = new LateEntries(this, submissions);
    private volatile int rest;

    /** The pump; set before the first pass and until the last one. */
    volatile @Nullable Thread pump;

    // Loop thread only from here.
    /** What is to begin and found no idle strand, in order. */
    private final ArrayDeque<Fresh> inLine = new ArrayDeque<>(0);

    /** Idle strands, the one that ended its work last on top. */
    private final ArrayDeque<Strand> idle = new ArrayDeque<>();

    private int remaining;
    private boolean stopping;
    private int stepsSincePoll;

    /** The strand whose block must not be suspended; null if there is none. */
    @Nullable
    Strand atomic;

    private @Nullable PollerTask pollerTask;
    private @Nullable Strand ioStrand;
    private @Nullable IoPoller poller;
    private long ioWait;
    private boolean ioTurn;
    private volatile @Nullable GroupImpl root;

    /** Has steps noted while {@link Recordings#on}. Loop thread only. */
    private final RecordedSteps recorded = new RecordedSteps(this);

    /** How many tasks have taken their first step. Written on the loop. */
    int tasksBegun;

    /** How many steps coroutines have begun: counted for whoever watches. Written on the loop. */
    long steps;

    /**
     * What runs, or ran last: a strand, or the continuation of whatever the JDK has made runnable. Written on the loop,
     * read by whoever watches.
     */
    @Nullable
    Runnable running;

    /** Whether the pump is to leave after this pass, and may come back. */
    private boolean pausing;

    /** Whether the pump has been here. */
    private boolean begun;

    private long begunAt;

    // Set before the loop is known to anybody else.
    private @Nullable Consumer<? super EventLoop.Report> handler;

    /** Has a thread lent to this loop, where it has none of its own. */
    @Nullable
    Runnable askForThread;

    /** What is done to each task; null if nothing. */
    @Nullable
    TaskHooks hooks;

    /** This loop as users see it; made when somebody asks, for the loop of a block. */
    private volatile @Nullable LoopFace face;

    LoopCore(String name) {
        this.name = name;
    }

    /**
     * Makes a loop of the kind that this JVM allows, or that the property {@code weft.scheduler} names: {@code loop} or
     * {@code portable}.
     *
     * @param name its name
     * @return the loop
     * @throws IllegalStateException if the property names another kind, or {@code loop} where the flag is missing
     */
    public static LoopCore create(String name) {
        return create(name, LoopOptions.ofProperties());
    }

    static LoopCore create(String name, LoopOptions options) {
        LoopCore loop = ofKind(name, options.executor() != null);
        loop.handler = options.handler();
        if (options.factory() != null || options.debug()) {
            loop.hooks = new TaskHooks(options.factory(), options.debug());
        }
        LoopEvents.Recordings.watch();
        Inspection.begin();
        if (options.watchNanos() > 0) {
            Watchdog.start(loop, options.watchNanos());
        }
        return loop;
    }

    private static LoopCore ofKind(String name, boolean onForeignThreads) {
        String wanted = System.getProperty("weft.scheduler", "auto");
        if (!List.of("auto", "loop", "portable").contains(wanted)) {
            throw new IllegalStateException(
                    "-Dweft.scheduler must be auto, loop or portable, and was '" + wanted + "'");
        }
        if (onForeignThreads || wanted.equals("portable")) {
            return new PortableLoop(name);
        }
        if (JdkAccess.available()) {
            return new CoroutineLoop(name);
        }
        if (wanted.equals("loop")) {
            throw new IllegalStateException("-Dweft.scheduler=loop cannot be had: " + JdkAccess.unavailableBecause()
                    + "; add the flag, or leave the property out to run on the portable scheduler");
        }
        PortableNotice.give();
        return new PortableLoop(name);
    }

    /**
     * Makes a loop for a test.
     *
     * @param name its name
     * @param control what steers it, or null
     * @return the loop
     */
    public static LoopCore create(String name, @Nullable LoopControl control) {
        LoopCore loop = create(name);
        if (control != null) {
            control.attach(loop);
        }
        return loop;
    }

    /** {@return the loop whose coroutine calls, or null} */
    public static @Nullable LoopCore currentOrNull() {
        Strand strand = Strand.current();
        return strand == null ? null : strand.loop;
    }

    /**
     * {@return the loop whose coroutine calls}
     *
     * @throws IllegalStateException if the caller is no coroutine
     */
    public static LoopCore current() {
        LoopCore loop = currentOrNull();
        if (loop == null) {
            throw new IllegalStateException("this needs an event loop, and thread '"
                    + Thread.currentThread().getName()
                    + "' runs on none; call it inside Weft.run(() -> ...) or a task of an EventLoop");
        }
        return loop;
    }

    /** {@return the live loop with this pump, or null} */
    static @Nullable LoopCore ofPump(Thread carrier) {
        for (LoopCore loop : LIVE.getPlain()) {
            if (loop.pump == carrier) {
                return loop;
            }
        }
        return null;
    }

    /** {@return the loops that run; any thread} */
    static List<LoopCore> live() {
        return List.of(LIVE.get());
    }

    // ---- what the two kinds of loop do in their own way

    abstract boolean isPortable();

    /** {@return whether the caller is the loop thread} */
    abstract boolean onLoop();

    /** Makes and starts a strand, suspended and without work; loop thread only. */
    abstract Strand newStrand();

    /** Runs a strand until it suspends; pump only. */
    abstract void resume(Strand strand);

    /** Runs a thread that the JDK made runnable; pump only. */
    abstract void resumeThread(Runnable continuation);

    /** {@return the strand that the JDK made runnable, or null if it was a thread that somebody started inside one} */
    abstract @Nullable Strand strandOf(Runnable continuation);

    /** {@return whether what the JDK made runnable is a strand, and not a thread that somebody started inside one} */
    final boolean isStrand(Runnable continuation) {
        return strandOf(continuation) != null;
    }

    /**
     * Looks, under a control, for timed waits of the JDK that only end in real time, and ends one that is over.
     *
     * @return how long the first of them still takes; zero if one has ended, negative if there is none
     */
    long realWait() {
        return -1;
    }

    /** Lets, under a control that chooses, those come back who are next at monitors that have been left. */
    void awaitMonitors(LoopControl steering) {}

    /** {@return the strand of a thread that is running on this loop} */
    abstract @Nullable Strand mounted(Thread thread);

    // ---- public face for the other packages of Weft

    /** {@return the name of this loop} */
    public final String name() {
        return name;
    }

    /** {@return whether this loop runs on the portable scheduler} */
    public final boolean portable() {
        return isPortable();
    }

    /** {@return the clock of this loop, in nanoseconds} */
    public long now() {
        LoopControl steering = control;
        return steering == null ? System.nanoTime() : steering.now();
    }

    /** {@return the number of the step that some coroutine is in, or -1 if the loop rests or has ended; any thread} */
    final long stepNow() {
        long step = (long) STEPS.getOpaque(this);
        return rest == AWAKE && pump != null ? step : -1;
    }

    /**
     * {@return the strand that runs, or ran last; null if that is a thread that somebody started inside one; any
     * thread}
     */
    final @Nullable Strand strandNow() {
        return switch (running) {
            case Strand strand -> strand;
            case Runnable continuation -> strandOf(continuation);
            case null -> null;
        };
    }

    /** {@return whether this loop has ended; any thread} */
    final boolean isClosed() {
        return rest == CLOSED;
    }

    /** {@return whether the calling code runs on this loop} */
    public final boolean isCurrent() {
        return onLoop();
    }

    /** Lets everything else that is ready run once; on a strand of this loop only. */
    public final void yieldPass() {
        strandOfCaller().yieldPass();
    }

    private Strand strandOfCaller() {
        Strand strand = Strand.current();
        if (strand == null || strand.loop != this) {
            throw new IllegalStateException(
                    "this must be called by a coroutine of loop '" + name + "', and was called by thread '"
                            + Thread.currentThread().getName() + "'; submit it to the loop instead");
        }
        return strand;
    }

    /**
     * Runs a callback in a coroutine of this loop, after what is ready now; any thread.
     *
     * @param action what to run; what it throws goes to the uncaught-exception handler
     * @return its handle
     */
    public final Callback callSoon(Runnable action) {
        var callback = new Callback(this, action);
        perform(callback);
        return callback;
    }

    /**
     * Runs a callback in a coroutine of this loop after a time; any thread.
     *
     * @param delayNanos the time; not positive means in the next pass
     * @param action what to run
     * @return its handle
     */
    public final Callback callLater(long delayNanos, Runnable action) {
        return callAt(Durations.deadline(now(), delayNanos), action);
    }

    /**
     * Runs a callback in a coroutine of this loop at a time; any thread.
     *
     * @param when by the clock of this loop
     * @param action what to run
     * @return its handle
     */
    final Callback callAt(long when, Runnable action) {
        var callback = new Callback(this, action, when);
        perform(callback);
        return callback;
    }

    /** Does book-keeping on the loop thread: at once if the caller is on it, else soon. */
    final void perform(LoopAction action) {
        if (onLoop()) {
            action.perform();
        } else {
            submit(action);
        }
    }

    /** Appends to the ready queue; any thread. */
    final void enqueue(Fresh fresh) {
        if (onLoop()) {
            ready.add(fresh);
        } else {
            submit(fresh);
        }
    }

    /** Hands an entry to the loop; any thread, and the only way in from outside. */
    final void submit(Object entry) {
        submissions.offer(entry);
        VarHandle.fullFence();
        int how = rest;
        if (how == PARKED || how == POLLING || how == AWAY) {
            if (REST.compareAndSet(this, how, AWAKE)) {
                wakePump(how);
            }
        } else if (how == CLOSED) {
            late.serve();
        }
    }

    private void wakePump(int how) {
        if (how == PARKED) {
            LockSupport.unpark(pump);
        } else if (how == AWAY) {
            Runnable ask = askForThread;
            if (ask != null) {
                ask.run();
            }
        } else {
            IoPoller blocked = poller;
            if (blocked != null) {
                blocked.wakeup();
            }
        }
    }

    /**
     * Returns the poller of this loop, which is opened at the first call; on a strand of this loop only.
     *
     * @param factory opens it
     * @return the poller
     */
    public final IoPoller poller(IoPoller.Factory factory) {
        strandOfCaller();
        PollerTask running = pollerTask;
        if (running == null) {
            running = new PollerTask(this, factory);
            pollerTask = running;
            ready.add(running);
        }
        return running.opening.await();
    }

    /** The life of the I/O coroutine. */
    private static final class PollerTask implements Fresh {
        private final LoopCore loop;
        private final IoPoller.Factory factory;
        private final Promise<IoPoller> opening;

        PollerTask(LoopCore loop, IoPoller.Factory factory) {
            this.loop = loop;
            this.factory = factory;
            this.opening = new Promise<>("opening of the I/O of loop " + loop.name);
        }

        @Override
        public void runOn(Strand strand) {
            loop.ioStrand = strand;
            IoPoller open;
            try {
                open = factory.open(loop::nothingToRun);
            } catch (Throwable e) {
                loop.ioStrand = null;
                loop.pollerTask = null;
                opening.breakWith(e);
                return;
            }
            loop.poller = open;
            opening.keep(open);
            open.live(() -> pollUntilStopped(open, strand));
            loop.poller = null;
            loop.ioStrand = null;
        }

        private void pollUntilStopped(IoPoller open, Strand strand) {
            while (!loop.stopping) {
                loop.ioTurn = true;
                strand.suspend(false);
                loop.ioTurn = false;
                if (!loop.stopping) {
                    loop.pollOnce(open);
                }
            }
            open.close();
        }
    }

    private void pollOnce(IoPoller open) {
        try {
            open.poll(rest == POLLING ? ioWait : 0);
        } catch (Throwable e) {
            Uncaught.report(e);
        }
    }

    /**
     * Whether the poller may block: only while submitters know that it does. It may have been asked to, and have been
     * held up on the way.
     */
    private boolean nothingToRun() {
        return rest == POLLING && ready.isEmpty() && submissions.isEmpty() && !stopping;
    }

    // ---- the pump

    /** Ends the pump after the current pass; any thread. */
    public final void stop() {
        perform(() -> stopping = true);
    }

    /** Has the pump leave after the current pass, or after one if it does not run; any thread. */
    final void pause() {
        perform(() -> pausing = true);
    }

    /**
     * Runs this loop on the calling platform thread until it is stopped. Once.
     *
     * @param first the first task
     */
    final void pumpUntilStopped(Fresh first) {
        pump(first);
    }

    /**
     * Runs this loop on the calling platform thread until it is stopped or paused, and at least for one pass.
     *
     * @param first what to begin with, or null
     * @return whether the loop has ended, and must not be run again
     */
    final boolean pump(@Nullable Fresh first) {
        Thread self = Thread.currentThread();
        if (ofPump(self) != null) {
            throw new IllegalStateException(
                    "thread '" + self.getName() + "' runs an event loop already; a second one cannot run inside it");
        }
        pump = self;
        enlist();
        try {
            if (!begun) {
                begun = true;
                begunAt = now();
                reserve(newStrand());
            }
            if (first != null) {
                ready.add(first);
            }
            do {
                pass();
                if (stopping && ready.isEmpty() && inLine.isEmpty()) {
                    endStrands();
                    close();
                    return true;
                }
            } while (!pausing);
            pausing = false;
            return false;
        } catch (Throwable e) {
            diesOfABug(e);
            throw e;
        } finally {
            pump = null; // this thread may run another loop, and then is not on this one
            delist();
        }
    }

    private void enlist() {
        LIVE.updateAndGet(loops -> {
            LoopCore[] more = Arrays.copyOf(loops, loops.length + 1);
            more[loops.length] = this;
            return more;
        });
    }

    private void delist() {
        LIVE.updateAndGet(
                loops -> Arrays.stream(loops).filter(loop -> loop != this).toArray(LoopCore[]::new));
    }

    private void diesOfABug(Throwable e) {
        die(new IllegalStateException("loop '" + name + "' died of an error in its pump, which is a bug: " + e, e));
    }

    /** Ends this loop and all that is in it with a failure; the thread that runs it, or would be the next to. */
    final void die(IllegalStateException failure) {
        close();
        abandon(failure);
        delist();
    }

    /**
     * Makes a pass on a thread that is lent to this loop; never waits for anything to happen. One at a time, and the
     * next one is after this one.
     *
     * @param mostNanos how long it may take; what is ready and not run by then waits for the next pass
     * @return how long until the next pass is needed unless something is submitted; zero for at once, negative once
     *     the loop has ended
     */
    final long lentPass(long mostNanos) {
        pump = Thread.currentThread();
        try {
            if (!begun) {
                begun = true;
                begunAt = now();
                enlist();
                reserve(newStrand());
            }
            long end = System.nanoTime() + mostNanos;
            takeSubmissions();
            while (!inLine.isEmpty() && !idle.isEmpty()) {
                give(inLine.poll());
            }
            pollWithoutWait();
            if (!timers.isEmpty()) {
                fireTimers();
            }
            remaining = ready.size();
            while (remaining > 0 && System.nanoTime() - end < 0) {
                remaining--;
                step(ready.poll());
            }
            remaining = 0;
            if (stopping && ready.isEmpty() && inLine.isEmpty()) {
                endStrands();
                close();
                delist();
                return -1;
            }
            return untilNextPass();
        } catch (Throwable e) {
            diesOfABug(e);
            throw e;
        } finally {
            pump = null;
        }
    }

    private long untilNextPass() {
        if (!ready.isEmpty() || stopping) {
            return 0;
        }
        long wait = timers.isEmpty() ? Long.MAX_VALUE : Math.max(0, timers.firstDeadline() - now());
        return ioStrand == null ? wait : Math.min(wait, NANOS_BETWEEN_WAKEUPS);
    }

    /**
     * Lets the loop rest without a thread until something is submitted; called by the thread of the last pass, which
     * must not touch the loop any more. Asks for a thread if something has been.
     */
    final void restWithoutThread() {
        rest = AWAY;
        VarHandle.fullFence();
        if (!submissions.isEmpty() && REST.compareAndSet(this, AWAY, AWAKE)) {
            wakePump(AWAY);
        }
    }

    private void pass() {
        if (control != null) {
            awaitMonitors(control);
        }
        takeSubmissions();
        while (!inLine.isEmpty() && !idle.isEmpty()) {
            give(inLine.poll());
        }
        if (ready.isEmpty() && (timers.isEmpty() || timers.firstDeadline() - now() > 0)) {
            LoopControl steering = control;
            if (steering == null) {
                waitForWork(timers.isEmpty() ? Long.MAX_VALUE : timers.firstDeadline() - now());
            } else {
                beIdle(steering);
            }
            takeSubmissions();
        } else if (stepsSincePoll >= POLL_EVERY) { // timers that are always due must not starve it either
            pollWithoutWait();
        }
        if (!timers.isEmpty()) {
            fireTimers();
        }
        remaining = ready.size();
        stepsSincePoll += remaining;
        if (Recordings.on && remaining > 0) {
            recorded.pass(remaining);
        } else {
            steps();
        }
    }

    /** Runs what was ready when this pass began; pump only. */
    final void steps() {
        while (remaining > 0) {
            remaining--;
            step(control == null ? ready.poll() : order.take(control));
        }
    }

    private void run(Strand strand) {
        if (Recordings.on) {
            recorded.resume(strand);
        } else {
            resume(strand);
        }
    }

    /** Does what the control says where nothing is ready. */
    private void beIdle(LoopControl steering) {
        awaitMonitors(steering);
        if (stopping || pausing || !submissions.isEmpty() || !ready.isEmpty()) {
            return;
        }
        pollWithoutWait();
        long real = realWait();
        if (real != 0 && ready.isEmpty()) {
            boolean any = !timers.isEmpty();
            waitForWork(steering.idle(any, any ? timers.firstDeadline() : 0, real));
        }
    }

    final void takeSubmissions() {
        for (int limit = SUBMISSIONS_CHUNK; limit > 0; limit--) {
            Object entry = submissions.relaxedPoll();
            if (entry == null) {
                return;
            }
            switch (entry) {
                case Strand strand -> strand.arrive();
                case LoopTask<?> task -> task.arrive();
                case LoopAction action -> action.perform();
                default -> ready.add(entry);
            }
        }
    }

    /** {@return whether there is anything to do besides the strand that runs; I/O may always have something} */
    final boolean hasMoreToDo() {
        return !ready.isEmpty()
                || !submissions.isEmpty()
                || poller != null
                || (!timers.isEmpty() && timers.firstDeadline() - now() <= 0);
    }

    private void fireTimers() {
        long now = now();
        for (TimerNode node = timers.pollDue(now); node != null; node = timers.pollDue(now)) {
            switch (node) {
                case Strand strand -> strand.wake();
                case Fresh fresh -> ready.add(fresh);
                case DueAction action -> action.due();
                default -> throw new AssertionError("unknown timer " + node);
            }
        }
    }

    private void step(@Nullable Object entry) {
        switch (entry) {
            case Strand strand -> run(strand);
            case Fresh fresh -> {
                if (idle.isEmpty() || !inLine.isEmpty()) {
                    inLine.add(fresh);
                } else {
                    give(fresh);
                }
            }
            case Runnable continuation -> {
                if (control != null) {
                    inJdk.remove(strandOf(continuation));
                }
                if (stopping && !isStrand(continuation)) {
                    Leftovers.run(continuation); // or a thread that never waits would keep the loop from its end
                } else if (Recordings.on) {
                    recorded.resumeThread(continuation);
                } else {
                    resumeThread(continuation);
                }
            }
            case null, default -> throw new AssertionError("unknown entry " + entry);
        }
    }

    private void pollWithoutWait() {
        Strand io = restingPoller();
        if (io != null) {
            ioWait = 0;
            stepsSincePoll = 0;
            io.suspended = false;
            resume(io);
        }
    }

    /**
     * {@return the I/O coroutine if it waits for its turn; it may also be in a wait of its own, in the middle of a
     * poll}
     */
    private @Nullable Strand restingPoller() {
        Strand io = ioStrand;
        return io != null && ioTurn && io.suspended ? io : null;
    }

    /** {@return whether a strand is the I/O coroutine; loop thread only} */
    final boolean isIo(Strand strand) {
        return strand == ioStrand;
    }

    private void waitForWork(long wait) {
        if (stopping || pausing || wait <= 0) {
            return;
        }
        Strand io = restingPoller();
        rest = io != null ? POLLING : PARKED;
        VarHandle.fullFence();
        if (submissions.isEmpty()) {
            if (io != null) {
                ioWait = wait;
                stepsSincePoll = 0;
                io.suspended = false;
                resume(io);
            } else if (wait == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, wait);
            }
        }
        rest = AWAKE;
        Thread.interrupted(); // or the next park would not wait
    }

    // ---- strands

    /**
     * Makes another idle strand if there is none; called by each strand before it runs code of users. That may take a
     * wait, in the lock of the JDK's list of threads. What the caller was to begin stands first in line meanwhile: so
     * nothing overtakes it, and any strand that comes free may begin it.
     *
     * @return what the caller is to begin, or null if that has been seen to
     */
    final @Nullable Fresh withReserve(Strand caller, Fresh fresh) {
        if (!idle.isEmpty()) {
            return fresh;
        }
        inLine.addFirst(fresh);
        try {
            reserve(newStrand());
        } catch (Throwable e) { // no memory for another thread
            if (idle.isEmpty()) {
                Fresh refused = inLine.poll();
                if (refused != null) {
                    refused.refuse(caller, e);
                }
                return null;
            }
        }
        return inLine.poll();
    }

    /** Has what has not begun run next, and then the strand that calls; it gives way afterwards. */
    final void putFirst(Fresh fresh, Strand caller) {
        ready.addFirst(caller);
        ready.addFirst(fresh);
        remaining += 2;
        if (control != null) {
            order.keepFirst(2);
        }
    }

    /** Undoes that for a strand that cannot give way; what has not begun keeps its place. */
    final void takeBack(Strand caller) {
        if (ready.removeFirstOccurrence(caller)) {
            remaining--;
            order.firstTaken();
        }
    }

    private void reserve(Strand strand) {
        strand.idle = true;
        idle.push(strand);
    }

    /** Gives what has not begun to an idle strand, of which there must be one. */
    private void give(@Nullable Fresh fresh) {
        Strand strand = idle.pop();
        strand.idle = false;
        strand.suspended = false;
        strand.next = fresh;
        run(strand);
    }

    /**
     * Gives a strand that has ended its work more of it: at once, or once the pump has some. Null if the strand is to
     * end.
     */
    final @Nullable Fresh takeFresh(Strand strand) {
        if (!inLine.isEmpty()) {
            return inLine.poll();
        }
        if (remaining > 0
                && (control == null || !control.chooses())
                && !Recordings.on
                && ready.peek() instanceof Fresh fresh) {
            remaining--;
            steps++;
            ready.poll();
            return fresh;
        }
        if (stopping || idle.size() >= MAX_IDLE) {
            return null;
        }
        reserve(strand);
        strand.suspend(false);
        return strand.next;
    }

    final void strandEnded(Strand strand) {
        strands.remove(strand);
    }

    private void endStrands() {
        endPoller();
        while (!idle.isEmpty()) {
            give(null);
        }
    }

    /**
     * Lets the I/O coroutine close what is open. It may be away: on a selector of the JDK it waits like any virtual
     * thread, and has to be woken first. What it runs may have hung for good, so that this has an end.
     */
    private void endPoller() {
        long deadline = System.nanoTime() + MOST_NANOS_TO_CLOSE_IO;
        while (ioStrand != null && System.nanoTime() - deadline < 0) {
            Strand io = restingPoller();
            if (io != null) {
                io.suspended = false;
                resume(io);
            } else {
                IoPoller away = poller;
                if (away != null) {
                    away.wakeup();
                }
                rest = PARKED;
                VarHandle.fullFence();
                if (submissions.isEmpty() && ready.isEmpty()) {
                    LockSupport.parkNanos(this, NANOS_BETWEEN_WAKEUPS);
                }
                rest = AWAKE;
                takeSubmissions();
                while (!ready.isEmpty()) {
                    step(ready.poll());
                }
            }
        }
    }

    // ---- after the end

    private void close() {
        pump = null; // this thread may run another loop, and then is not on this one
        rest = CLOSED;
        VarHandle.fullFence();
        late.serve();
        endTimers();
    }

    /** Ends all that the dead pump leaves behind, so that nobody waits for it for ever. */
    private void abandon(IllegalStateException failure) {
        for (Strand strand : strands.snapshot()) {
            if (strand != null) {
                abandon(strand.task, failure);
                abandon(strand.next, failure);
            }
        }
        inLine.forEach(entry -> abandon(entry, failure));
        ready.forEach(entry -> abandon(entry, failure));
    }

    private void abandon(@Nullable Object entry, IllegalStateException failure) {
        switch (entry) {
            case LoopTask<?> task -> task.fail(failure);
            case PollerTask opening -> opening.opening.breakWith(failure);
            case Runnable continuation
            when !(continuation instanceof Strand) && !isStrand(continuation) -> Leftovers.run(continuation);
            case null, default -> {
                // nobody waits for it
            }
        }
    }

    /** Passes on what the heap still holds: waits of threads that outlive this loop. */
    private void endTimers() {
        while (!timers.isEmpty()) {
            if (timers.pollFirst() instanceof LoopAction action) {
                action.tooLate();
            }
        }
    }

    // ---- tasks

    /** {@return the group that owns what has no other owner} */
    final GroupImpl root() {
        GroupImpl group = root;
        if (group == null) {
            throw new IllegalStateException("loop '" + name + "' has no root group yet");
        }
        return group;
    }

    final void root(GroupImpl group) {
        root = group;
    }

    /** {@return figures of this moment; exact on the loop, put together while it goes on elsewhere} */
    final EventLoop.Statistics statistics() {
        int begun = 0;
        int waiting = 0;
        for (Strand strand : strands.snapshot()) {
            if (strand != null && strand.task != null) {
                begun++;
                if (strand.blocker != null) {
                    waiting++;
                }
            }
        }
        return new EventLoop.Statistics(begun, waiting, stepsReady(), timers.size());
    }

    /** {@return how many steps are ready; any thread, which may see it a moment late} */
    final int stepsReady() {
        return ready.size() + inLine.size();
    }

    // ---- reports

    /** {@return this loop as users see it; any thread} */
    final LoopFace face() {
        LoopFace known = face;
        if (known == null) {
            var made = new BlockLoop(this);
            var first = (LoopFace) FACE.compareAndExchange(this, null, made);
            known = first == null ? made : first;
        }
        return known;
    }

    /** {@return what the clock showed at the first pass} */
    final long begunAt() {
        return begunAt;
    }

    final void face(LoopFace face) {
        this.face = face;
    }

    /**
     * Tells the exception handler, or the uncaught-exception handler of the calling thread if there is none; any thread
     * but the pump.
     *
     * @param message what happened
     * @param exception what was thrown
     * @param task the task that it happened in, or null
     * @param handle the call that it happened in, or null
     */
    public final void report(
            String message, Throwable exception, @Nullable Task<?> task, EventLoop.@Nullable Handle handle) {
        LoopControl steering = control;
        if (tellHandler(message, exception, task, handle)) {
            return;
        }
        if (steering != null) {
            steering.uncaught(exception);
        } else {
            Uncaught.tellThread(exception);
        }
    }

    /** Tells the exception handler; false if there is none. */
    final boolean tellHandler(
            String message, Throwable exception, @Nullable Task<?> task, EventLoop.@Nullable Handle handle) {
        Consumer<? super EventLoop.Report> told = handler;
        if (told == null) {
            return false;
        }
        try {
            told.accept(new EventLoop.Report(face(), message, exception, task, handle));
        } catch (Throwable broken) {
            var both = new IllegalStateException(
                    "the exception handler of loop '" + name + "' failed when it was told that " + message, broken);
            both.addSuppressed(exception);
            Uncaught.tellThread(both);
        }
        return true;
    }

    /**
     * {@return the tasks that have begun and not ended, as seen at different moments; any thread}
     */
    public final List<Task<?>> tasks() {
        List<Task<?>> tasks = new ArrayList<>();
        for (Strand strand : strands.snapshot()) {
            LoopTask<?> task = strand == null ? null : strand.task;
            if (task != null && !task.isDone()) { // its strand may not have let go of it yet
                tasks.add(task);
            }
        }
        return tasks;
    }

    @Override
    public String toString() {
        return "EventLoop[" + name + ", " + (isPortable() ? "portable" : "loop") + " scheduler]";
    }
}

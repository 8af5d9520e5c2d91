package dev.weft.loop.kernel;

import dev.weft.loop.jdk.ThreadCounters;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of one loop while somebody looks on from outside: how much each task computes and allocates, and each
 * step while a trace is taken.
 *
 * <p>The pump writes, around each step, with the counters of its own thread; the listener's thread reads. Nothing is
 * locked, and what the listener does not fetch in time is counted and dropped. It lives as long as its
 * {@link Onlookers}.
 */
final class LoopWatch {
    /**
     * What a task has used, in steps that have ended. Written by the pump; read by anybody, who may see it a moment
     * late.
     */
    static final class Account {
        long steps;
        long nanos;
        long cpu;
        long allocated;

        void add(Account other) {
            steps += other.steps;
            nanos += other.nanos;
            cpu += other.cpu;
            allocated += other.allocated;
        }
    }

    /** What comes after a step. */
    enum Then {
        READY,
        WAITS,
        WAITS_IN_JDK,
        ENDED
    }

    /**
     * A step of a coroutine.
     *
     * @param task what took it; null for a callback
     * @param begin when it began, as {@link System#nanoTime}
     * @param end when it ended
     * @param then what came then
     * @param blocker what is waited for then
     */
    record Step(
            @Nullable LoopTask<?> task,
            long begin,
            long end,
            Then then,
            @Nullable Object blocker) {}

    private static final int MOST_STEPS = 1 << 15;

    /** So many strands that have ended are remembered before all are forgotten, beside as many as there are. */
    private static final int MOST_ENDED = 1024;

    private final Onlookers onlookers;
    private final LoopCore loop;
    private final Map<LoopTask<?>, Account> accounts = new ConcurrentHashMap<>();
    private final Account callbacks = new Account();
    private final Account ended = new Account();

    /**
     * By continuation: what the JDK resumes does not say whose it is. Has those that have made a step since, all that
     * there were when an unknown one came, and null for threads that coroutines have started. Loop thread only.
     */
    private final IdentityHashMap<Runnable, @Nullable Strand> strands = new IdentityHashMap<>();

    /** How often all strands were looked through. Loop thread only. */
    int searches;

    /** The steps that the listener has not fetched; null while no trace is taken. */
    private volatile @Nullable SpscVarHandleArrayQueue<Step> steps;

    /** Written by the pump. */
    private long dropped;

    // The step that the pump is in.
    private long begin;
    private long cpu;
    private long allocated;

    LoopWatch(Onlookers onlookers, LoopCore loop) {
        this.onlookers = onlookers;
        this.loop = loop;
    }

    /** {@return the watch of a loop; null if nobody looks on; the pump calls} */
    static @Nullable LoopWatch of(LoopCore loop) {
        Onlookers here = Onlookers.current();
        return here == null ? null : here.watch(loop);
    }

    boolean isOver() {
        return Onlookers.current() != onlookers;
    }

    LoopCore loop() {
        return loop;
    }

    // ---- by the pump

    void stepBegins() {
        begin = System.nanoTime();
        if (!loop.isPortable()) {
            cpu = ThreadCounters.cpu();
            allocated = ThreadCounters.allocated();
        }
    }

    void stepEnds(@Nullable LoopTask<?> task, @Nullable Strand strand) {
        long end = System.nanoTime();
        Account account = task == null ? callbacks : accounts.computeIfAbsent(task, _ -> new Account());
        account.steps++;
        account.nanos += end - begin;
        if (!loop.isPortable()) {
            account.cpu += ThreadCounters.cpu() - cpu;
            account.allocated += ThreadCounters.allocated() - allocated;
        }
        if (task != null && task.isDone()) {
            accounts.remove(task);
            ended.add(account);
        } else {
            forgetTheEnded();
            remember(strand);
        }
        SpscVarHandleArrayQueue<Step> to = steps;
        if (to != null && !to.offer(step(task, strand, end))) {
            dropped++;
        }
    }

    private Step step(@Nullable LoopTask<?> task, @Nullable Strand strand, long end) {
        Object blocker = strand == null ? null : strand.blocker;
        Then then;
        if (task == null || task.isDone()) {
            then = Then.ENDED;
            blocker = null;
        } else if (blocker != null) {
            then = Then.WAITS;
        } else {
            then = strand == null || strand.thread.getState() == Thread.State.RUNNABLE ? Then.READY : Then.WAITS_IN_JDK;
        }
        return new Step(task, begin, end, then, blocker);
    }

    /** {@return the strand that the JDK made runnable; null if it is a thread that somebody started inside one} */
    @Nullable
    Strand strandOf(Runnable continuation) {
        Strand known = strands.get(continuation);
        if (known == null && !strands.containsKey(continuation)) {
            search();
            known = strands.get(continuation);
            if (known == null) {
                strands.put(continuation, null);
            }
        }
        return known;
    }

    /**
     * Takes all strands that there are; which takes its time, and is needed for those that have made no step since
     * somebody looks on.
     */
    private void search() {
        searches++;
        forgetTheEnded();
        for (Strand strand : loop.strands.snapshot()) {
            remember(strand);
        }
    }

    private void forgetTheEnded() {
        if (strands.size() > 2 * loop.strands.size() + MOST_ENDED) {
            strands.clear();
        }
    }

    private void remember(@Nullable Strand strand) {
        if (strand instanceof CoroutineStrand own && own.continuation != null) {
            strands.put(own.continuation, own);
        }
    }

    // ---- by the listener

    Map<LoopTask<?>, Account> accounts() {
        return accounts;
    }

    /** {@return what has been used by tasks that have ended since} */
    Account ended() {
        return ended;
    }

    /** {@return what has been used by callbacks, and by threads that coroutines have started} */
    Account callbacks() {
        return callbacks;
    }

    void traces(boolean on) {
        dropped = 0;
        steps = on ? new SpscVarHandleArrayQueue<>(MOST_STEPS) : null;
    }

    /** {@return the next step, or null if there is none yet} */
    @Nullable
    Step nextStep() {
        SpscVarHandleArrayQueue<Step> from = steps;
        return from == null ? null : from.poll();
    }

    /** {@return how many steps have been dropped since the last trace began} */
    long dropped() {
        return dropped;
    }

    /** Forgets what it has noted, for the last one who looked has gone. */
    void forget() {
        steps = null;
        accounts.clear();
    }
}

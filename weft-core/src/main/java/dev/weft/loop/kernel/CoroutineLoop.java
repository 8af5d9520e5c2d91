package dev.weft.loop.kernel;

import dev.weft.loop.jdk.JdkAccess;
import dev.weft.loop.jdk.JdkMonitors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A loop whose pump is the carrier of its virtual threads: blocking calls of the JDK that park suspend the coroutine and not the loop.
 */
class CoroutineLoop extends LoopCore {
    /** The strand waits for a wake-up. */
    static final int SUSPENDED = 0;

    /** The strand is to run again in the next pass. */
    static final int READY = 1;

    /** The strand is suspended or in the ready queue already. */
    static final int AS_IT_WAS = 2;

    final Scheduler scheduler = new Scheduler();

    /** The strand that is giving up the loop, between its announcement and its unmount. Loop thread only. */
    @Nullable
    CoroutineStrand suspending;

    /** What becomes of that strand: one of the constants. Loop thread only. */
    int unmounted;

    /** The strand that gave up the loop last by Weft's own means; looked at under a control. Loop thread only. */
    private @Nullable CoroutineStrand lastAnnounced;

    /** Timed waits of the JDK that only end in real time; used under a control. */
    private final RealWaits realWaits = new RealWaits();

    /** Strands that the JDK suspended at a monitor, in the order in which they came there; kept under a control that chooses. */
    private final ArrayList<Strand> atMonitors = new ArrayList<>();

    /** The strand that the pump is starting. */
    private @Nullable CoroutineStrand starting;

    private @Nullable Strand mounted;

    CoroutineLoop(String name) {
        super(name);
    }

    @Override
    boolean isPortable() {
        return false;
    }

    @Override
    boolean onLoop() {
        return JdkAccess.currentCarrier() == pump;
    }

    @Override
    Strand newStrand() {
        var strand = new CoroutineStrand(this);
        strands.add(strand);
        Strand starter = Strand.current();
        if (starter == null) {
            starting = strand;
        } else {
            ((CoroutineStrand) starter).starting = strand;
        }
        try {
            start(strand.thread);
        } catch (Throwable e) {
            strands.remove(strand);
            throw e;
        } finally {
            if (starter == null) {
                starting = null;
            } else {
                ((CoroutineStrand) starter).starting = null;
            }
        }
        return strand;
    }

    void start(Thread thread) {
        thread.start();
    }

    @Override
    void resume(Strand strand) {
        mounted = strand;
        running = strand;
        steps++;
        ((CoroutineStrand) strand).resume();
        if (control != null) {
            noteWait(strand);
        }
    }

    @Override
    void resumeThread(Runnable continuation) {
        mounted = null;
        running = continuation;
        steps++;
        if (control == null) {
            continuation.run();
            return;
        }
        Strand strand = strandOf(continuation);
        if (!atMonitors.isEmpty()) {
            atMonitors.remove(strand); // it may have come back while the pump rested
        }
        realWaits.resumes(continuation);
        continuation.run();
        realWaits.suspended();
        noteWait(strand);
    }

    /** Notes, under a control, whether the JDK suspended the strand that has just run. */
    private void noteWait(@Nullable Strand strand) {
        boolean byWeft = lastAnnounced == strand;
        lastAnnounced = null;
        if (strand != null && !byWeft && strands.get(strand.thread) == strand) {
            inJdk.add(strand);
            LoopControl steering = control;
            if (steering != null) {
                steering.waitsInJdk++;
                if (steering.chooses() && JdkMonitors.suspendedAtMonitor(strand.thread)) {
                    atMonitors.add(strand);
                }
            }
        }
    }

    /**
     * Waits until those who are next at monitors that were left have come back into the ready queue, which the JVM sees to on a thread of its own; and puts those that come at the same time into the
     * order in which they came to their monitors. So what is ready at a step is the same in each run.
     */
    @Override
    void awaitMonitors(LoopControl steering) {
        if (atMonitors.isEmpty()) {
            return;
        }
        if (!JdkMonitors.awaitHandOver(
                atMonitors.stream().map(strand -> strand.thread).toList())) {
            steering.monitorsUncertain();
        }
        int before = ready.size();
        takeSubmissions();
        var handedOver = new ArrayList<Object>();
        var others = new ArrayList<Object>();
        while (ready.size() > before) {
            Object entry = ready.removeLast();
            boolean fromMonitor = entry instanceof Runnable continuation && atMonitors.contains(strandOf(continuation));
            (fromMonitor ? handedOver : others).add(entry);
        }
        for (Strand strand : List.copyOf(atMonitors)) {
            Runnable continuation = ((CoroutineStrand) strand).continuation;
            if (continuation != null && handedOver.contains(continuation)) {
                ready.add(continuation);
                atMonitors.remove(strand);
            }
        }
        ready.addAll(others.reversed());
    }

    @Override
    long realWait() {
        return realWaits.first();
    }

    @Override
    @Nullable
    Strand strandOf(Runnable continuation) {
        for (Strand strand : strands.snapshot()) {
            if (strand instanceof CoroutineStrand own && own.continuation == continuation) {
                return strand;
            }
        }
        return null;
    }

    @Override
    @Nullable
    Strand mounted(Thread thread) {
        Strand strand = mounted;
        if (strand == null || strand.thread != thread) {
            strand = strands.get(thread);
            mounted = strand;
        }
        return strand;
    }

    /** Called by the JDK with the continuation of a thread of this loop that can go on, from whatever thread made it so. */
    private void submitted(Runnable continuation) {
        if (!onLoop()) {
            submit(continuation);
            return;
        }
        CoroutineStrand announced = suspending;
        if (announced != null && announced.continuation == continuation) {
            suspending = null;
            lastAnnounced = announced;
            if (unmounted == SUSPENDED) {
                announced.suspended = true;
            } else if (unmounted == READY) {
                ready.add(announced);
            }
            return;
        }
        CoroutineStrand started = startedByCaller();
        if (started != null && started.continuation == null) {
            started.continuation = continuation;
            started.suspended = true;
            return;
        }
        if (control != null) {
            realWaits.made(continuation);
        }
        ready.add(continuation);
    }

    /** {@return the strand that the calling thread is starting, or null}; others may run before it has started, since the JDK keeps a list of threads, with a lock. */
    private @Nullable CoroutineStrand startedByCaller() {
        Thread caller = Thread.currentThread();
        if (!caller.isVirtual()) {
            return starting;
        }
        return mounted(caller) instanceof CoroutineStrand starter ? starter.starting : null;
    }

    /** A timed wait of the JDK in a thread of this loop. The thread may outlive the loop, and so does this. */
    private static final class JdkTimer extends TimerNode implements ScheduledFuture<Object>, DueAction, LoopAction {
        private final CoroutineLoop loop;
        private final Runnable action;
        private final long nanos;
        private final long end;
        private volatile boolean cancelled;

        /** What serves this timer after the loop has closed. */
        private volatile @Nullable Future<?> successor;

        JdkTimer(CoroutineLoop loop, Runnable action, long nanos) {
            this.loop = loop;
            this.action = action;
            this.nanos = nanos;
            LoopControl steering = loop.control;
            this.end = Durations.deadline(loop.now(), steering == null ? nanos : steering.timedWait(nanos));
        }

        @Override
        public void perform() {
            if (!cancelled) {
                loop.timers.add(this, end);
            }
        }

        @Override
        public void tooLate() {
            if (!cancelled) {
                successor = Leftovers.wakeAfter(Math.max(0, end - loop.now()), this::due);
            }
        }

        @Override
        public void due() {
            if (cancelled) {
                return;
            }
            loop.realWaits.expires(nanos);
            action.run();
            loop.realWaits.expired();
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            cancelled = true;
            Future<?> late = successor;
            if (late != null) {
                late.cancel(false);
            } else if (loop.onLoop()) {
                loop.timers.remove(this);
                loop.realWaits.cancel(this);
            }
            return true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public boolean isDone() {
            return cancelled || end - loop.now() <= 0;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(end - loop.now(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }

        @Override
        public Object get() {
            throw notForUsers();
        }

        @Override
        public Object get(long timeout, TimeUnit unit) {
            throw notForUsers();
        }

        private static UnsupportedOperationException notForUsers() {
            return new UnsupportedOperationException("a timed wait of the JDK has no result; the JDK only cancels it");
        }
    }

    /**
     * What the JDK sees as the scheduler of the loop's threads. It is a ForkJoinPool by type, since only then the JDK brings timed waits to it too, and never
     * has a worker: whatever comes in goes to the loop. It never rejects, for the JDK would lose the thread that it wanted to resume.
     */
    final class Scheduler extends ForkJoinPool {
        Scheduler() {
            super(1);
        }

        @Override
        public void execute(Runnable continuation) {
            submitted(continuation);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
            long nanos = unit.toNanos(delay);
            var timer = new JdkTimer(CoroutineLoop.this, action, nanos);
            if (control == null || !realWaits.takes(timer, nanos)) {
                CoroutineLoop.this.perform(timer);
            }
            return timer;
        }
    }
}

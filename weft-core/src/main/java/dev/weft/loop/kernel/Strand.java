package dev.weft.loop.kernel;

import dev.weft.Body;
import dev.weft.Cancelled;
import dev.weft.loop.jdk.JdkAccess;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread of a loop that runs one task or callback after the other: what a coroutine is made of.
 *
 * <p>A task keeps its strand until it ends; between two tasks the strand is idle, or runs the next fresh one straight
 * away without being unmounted. That makes a short task cost a queue entry instead of a thread. What a thread carries
 * from one task to the next (thread-locals, scoped values, interrupt, class loader, handler, name) is dropped in
 * between.
 *
 * <h2>States of the wait</h2>
 *
 * <pre>
 *   running ──park, no permit──► suspended ──wake──► in the ready queue ──pump──► running
 *      └──────park, permit──────────────────────────────────────────────────────► running (permit taken)
 * </pre>
 *
 * <p>{@code suspended} belongs to the loop thread. A wake-up on the loop moves a suspended strand to the ready queue,
 * and otherwise leaves a permit. A wake-up from any other thread sets {@code permit} first and then hands the strand to
 * the loop, which does the rest; the strand clears the permit when it goes on and checks its condition afterwards, so
 * that a permit set in between is either seen as a permit or the condition that it announces is seen. Permits may be
 * stale, since a strand outlives its tasks: all waits check their condition again.
 */
abstract non-sealed class Strand extends TimerNode implements Waiter, Runnable {
    private static final VarHandle PERMIT;

    static {
        try {
            PERMIT = MethodHandles.lookup().findVarHandle(Strand.class, "permit", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final LoopCore loop;
    final Thread thread;

    /** The task or callback to run next; written by the pump, taken by the strand. Loop thread only. */
    @Nullable
    Fresh next;

    /**
     * The task that runs here, null while a callback runs or the strand is idle. Written on the loop thread, read by
     * diagnostics.
     */
    @Nullable
    LoopTask<?> task;

    /** Whether this strand waits for a wake-up and is in no queue. Loop thread only. */
    boolean suspended;

    /** Whether this strand has nothing to run. Loop thread only. */
    boolean idle;

    /** What is waited for, for diagnostics. */
    @Nullable
    Object blocker;

    volatile boolean permit;

    Strand(LoopCore loop) {
        this.loop = loop;
        this.thread = newThread();
        thread.setContextClassLoader(loop.contextClassLoader);
    }

    /** Makes the thread, which inherits nothing from the thread that happens to make it. */
    abstract Thread newThread();

    /** Drops the thread-local values; false if that cannot be done, and the thread must not run anything else. */
    abstract boolean forgetThreadLocals();

    /**
     * Gives up the loop until the pump resumes this strand. Called by the strand, with {@code suspended} or its place
     * in a queue settled by the subclass.
     */
    abstract void suspend(boolean readyAgain);

    /** Gives up the loop; the strand is in the ready queue already. Called by the strand. */
    abstract void giveWay();

    /** {@return the strand of the caller, or null if the caller is no coroutine of a loop} */
    static @Nullable Strand current() {
        Thread self = Thread.currentThread();
        if (!self.isVirtual()) {
            return null;
        }
        if (JdkAccess.available()) {
            LoopCore loop = LoopCore.ofPump(JdkAccess.currentCarrier());
            if (loop != null) {
                return loop.mounted(self);
            }
        }
        return PortableStrand.ofThread();
    }

    @Nullable
    LoopTask<?> task() {
        return task;
    }

    @Override
    public final void park(Object blocker) {
        if (permit) {
            permit = false;
            return;
        }
        refuseIfAtomic();
        this.blocker = blocker;
        if (LoopEvents.Recordings.flight || loop.control != null) {
            suspendWatched(blocker);
        } else {
            suspend(false);
        }
        this.blocker = null;
        if (permit) {
            permit = false;
        }
    }

    /**
     * Suspends for a recording or a test. In a method of its own: what it needs would stand on the stack of each
     * coroutine.
     */
    private void suspendWatched(Object blocker) {
        LoopEvents.TaskWait event = LoopEvents.Recordings.flight ? LoopEvents.waits() : null;
        LoopControl steering = loop.control;
        if (steering == null) {
            suspend(false);
        } else {
            suspendUnder(steering, blocker);
        }
        if (event != null) {
            LoopEvents.goesOn(event, this, blocker);
        }
    }

    @Override
    public final void parkNanos(Object blocker, long nanos) {
        if (nanos <= 0) {
            return;
        }
        TimerHeap timers = loop.timers;
        timers.remove(this); // it is still in there if the last wait ended by an Error
        timers.add(this, Durations.deadline(loop.now(), nanos));
        park(blocker);
        loop.timers.remove(this);
    }

    /** Lets everything else that is ready run once; the strand stays runnable. */
    final void yieldPass() {
        refuseIfAtomic();
        LoopControl steering = loop.control;
        if (steering == null) {
            suspend(true);
        } else {
            suspendUnder(steering, null);
        }
    }

    /**
     * Lets something begin at once, on another strand, and goes on when that waits for the first time or has ended.
     * Called by the strand.
     */
    final void letBegin(Fresh fresh) {
        loop.putFirst(fresh, this);
        LoopControl steering = loop.control;
        if (steering == null) {
            giveWay();
        } else {
            Object party = party();
            steering.suspends(party, null, false);
            try {
                giveWay();
            } finally {
                steering.goesOn(party, null, false);
            }
        }
    }

    /**
     * Runs a block in which this strand must not be suspended. Called by the strand.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> its exception
     * @return its result
     * @throws X what it fails with
     */
    final <T extends @Nullable Object, X extends Throwable> T atomically(Body<T, X> body) throws X {
        Strand before = loop.atomic;
        long steps = loop.steps;
        loop.atomic = this;
        T result;
        try {
            result = body.call();
        } finally {
            loop.atomic = before;
        }
        if (loop.steps != steps) {
            throw new IllegalStateException(
                    "the block of Weft.atomically was suspended by a blocking call of the JDK, so that"
                            + " other tasks of loop '" + loop.name()
                            + "' could run in between; move that call in front of the block or behind it");
        }
        return result;
    }

    /** Throws inside of {@link #atomically}, before anything has been changed. */
    final void refuseIfAtomic() {
        if (loop.atomic == this) {
            throw new IllegalStateException(
                    "the block of Weft.atomically is about to be suspended here, so that other tasks could run in between;"
                            + " move this call in front of the block or behind it");
        }
    }

    private void suspendUnder(LoopControl steering, @Nullable Object awaited) {
        boolean outside =
                awaited instanceof FromOutside || (awaited instanceof LoopTask<?> other && other.loop() != loop);
        Object party = party();
        steering.suspends(party, awaited, outside);
        try {
            suspend(awaited == null);
        } finally {
            steering.goesOn(party, awaited, outside);
        }
    }

    /** {@return whether this strand has been given something to run, and has not ended it} */
    final boolean isAtWork() {
        return task != null || blocker != null || loop.inJdk.contains(this);
    }

    @Override
    public final void unpark() {
        if (loop.onLoop()) {
            wake();
        } else if (!(boolean) PERMIT.getAndSet(this, true)) {
            wakeFromAfar();
        }
    }

    /** Passes a wake-up from another thread on; the permit is set. */
    void wakeFromAfar() {
        loop.submit(this);
    }

    /** Wakes this strand; loop thread only. */
    final void wake() {
        if (suspended && !idle) {
            suspended = false;
            loop.ready.add(this);
        } else {
            permit = true;
        }
    }

    /** Receives the hand-over of {@link #wakeFromAfar}; loop thread only. */
    final void arrive() {
        if (suspended && !idle) {
            suspended = false;
            loop.ready.add(this);
        }
    }

    @Override
    public final void checkpoint() {
        LoopTask<?> current = task;
        if (current != null) {
            current.checkpoint();
        } else if (thread.isInterrupted()) {
            throw new Cancelled(
                    Cancelled.Source.INTERRUPT,
                    "the thread of a callback on loop '" + loop.name() + "' was interrupted",
                    null,
                    null);
        }
    }

    @Override
    public final void leave() {
        LoopTask<?> current = task;
        if (current != null && current.pending != null) {
            loop.notices.goesOn(current);
        }
    }

    @Override
    public final Object party() {
        LoopTask<?> current = task;
        return current != null ? current : thread;
    }

    @Override
    public final long nanoTime() {
        return loop.now();
    }

    /** The life of a strand; the body of its thread. */
    @Override
    public final void run() {
        for (Fresh fresh = next; fresh != null; fresh = loop.takeFresh(this)) {
            next = null;
            if (!begin(fresh)) {
                break;
            }
        }
        loop.strandEnded(this);
    }

    /** Runs what is first in line; false if the thread must not run anything else. */
    private boolean begin(Fresh given) {
        Fresh fresh = loop.withReserve(this, given);
        if (fresh == null) {
            return true; // it was refused, and this stays as the one idle strand
        }
        fresh.runOn(this);
        return forget();
    }

    /**
     * Drops what the thread would carry from one task or callback to the next; false if the thread must not run another
     * one.
     */
    private boolean forget() {
        if (!forgetThreadLocals()) {
            return false;
        }
        Thread.interrupted();
        if (thread.getContextClassLoader() != loop.contextClassLoader) {
            thread.setContextClassLoader(loop.contextClassLoader);
        }
        if (thread.getUncaughtExceptionHandler() != thread.getThreadGroup()) {
            thread.setUncaughtExceptionHandler(null);
        }
        if (!thread.getName().isEmpty()) {
            thread.setName("");
        }
        return true;
    }

    @Override
    public String toString() {
        LoopTask<?> current = task;
        return "strand " + thread.threadId() + " of loop '" + loop.name() + "'"
                + (current == null ? "" : " running task '" + current.name() + "'");
    }
}

package dev.weft.loop.kernel;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A loop without a thread: each pass is a task of an executor, and the thread is free for others in between.
 *
 * <pre>
 *   away ──something is submitted, or a time has come──► asked (turn is set) ──executor──► pass ──► away
 *                                                            ▲                              │
 *                                                            └────────more is ready─────────┘
 * </pre>
 *
 * <p>It uses the portable scheduler in any case. The threads of a window take locks of the toolkit, and so do coroutines that talk to it. Were the thread the carrier of a coroutine that stands in line for such a lock, and
 * then stood in line behind it, neither would ever go on; with the portable scheduler the coroutine goes on by itself while the thread waits for it.
 *
 * <p>A coroutine may have the thread that waits for it do something meanwhile, where a toolkit looks which thread calls.
 *
 * <p>{@code turn} says that a pass has been asked for and has not begun. Whoever takes it back makes the pass: so there is one at a time, and each happens-before the next.
 */
final class ExecutorLoop extends EndingLoop {
    /** How long a pass may keep the thread from others, which is a quarter of a frame. */
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private static final long NANOS_BETWEEN_LOOKS = TimeUnit.MICROSECONDS.toNanos(200);

    private final PortableLoop core;
    private final Executor executor;
    private final AtomicBoolean turn = new AtomicBoolean();

    /** The thread that is asking for a pass, so that an executor is found out that makes it inside. */
    private volatile @Nullable Thread asking;

    /** The thread of the last pass. */
    private volatile @Nullable Thread lender;

    /** What asks for a pass when the first timer is due, and when that is. Thread of the pass only. */
    private @Nullable Future<?> alarm;

    private long alarmAt;

    ExecutorLoop(String name, LoopOptions options, Executor executor) {
        super(LoopCore.create(name, options));
        this.core = (PortableLoop) loop;
        this.executor = executor;
        loop.askForThread = this::askForTurn;
        askForTurn();
    }

    private void askForTurn() {
        turn.set(true);
        asking = Thread.currentThread();
        try {
            executor.execute(this::takeTurn);
        } catch (Throwable e) {
            refused(e);
        } finally {
            asking = null;
        }
    }

    /** Ends a loop that gets no thread any more: nobody else is at it, so that the caller may. */
    private void refused(Throwable e) {
        if (turn.compareAndSet(true, false)) {
            var failure = new IllegalStateException(
                    "the executor of loop '" + name()
                            + "' does not run its passes any more, so that the loop has died: " + e
                            + "; close the loop before its executor",
                    e);
            loop.die(failure);
            died(failure);
        }
    }

    private void takeTurn() {
        if (asking == Thread.currentThread()) {
            throw new IllegalStateException(
                    "the executor runs what it is given inside execute; a loop needs one that runs it later");
        }
        if (turn.compareAndSet(true, false)) {
            pass();
        }
    }

    private void pass() {
        lender = Thread.currentThread();
        long wait;
        try {
            wait = core.lentPass(MOST_NANOS);
        } catch (Throwable e) {
            died(e);
            throw e;
        } finally {
            if (core.takeInterrupt()) {
                Thread.currentThread().interrupt(); // it was not for the loop
            }
        }
        if (wait < 0) {
            setAlarm(Long.MAX_VALUE);
            ended();
        } else if (wait == 0) {
            askForTurn();
        } else {
            setAlarm(wait);
            loop.restWithoutThread();
        }
    }

    private void setAlarm(long wait) {
        Future<?> set = alarm;
        if (wait == Long.MAX_VALUE) {
            if (set != null) {
                set.cancel(false);
                alarm = null;
            }
            return;
        }
        long now = System.nanoTime();
        long when = Durations.deadline(now, wait);
        // One whose time has come may have had this pass made while it is not done yet: it must not count as the next
        // alarm.
        if (set == null || alarmAt - now <= 0 || when - alarmAt < 0) {
            if (set != null) {
                set.cancel(false);
            }
            alarmAt = when;
            alarm = ForkJoinPool.commonPool().schedule(() -> loop.submit(WAKE), wait, TimeUnit.NANOSECONDS);
        }
    }

    private static final LoopAction WAKE = () -> {};

    @Override
    public boolean isRunning() {
        return !isTerminated();
    }

    /**
     * {@inheritDoc}
     *
     * <p>A thread of the executor makes the passes that are left itself, since they would stand in line behind this call.
     */
    @Override
    public void close() {
        if (!loop.onLoop() && Thread.currentThread() == lender) {
            shutdownNow();
            while (!isTerminated()) {
                if (turn.compareAndSet(true, false)) {
                    pass();
                } else {
                    LockSupport.parkNanos(this, NANOS_BETWEEN_LOOKS);
                }
            }
        }
        super.close();
    }
}

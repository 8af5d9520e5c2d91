package dev.weft.cli.compare.work;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that lets one thread compute at a time, with the rules of CPython's global interpreter lock.
 *
 * <p>Overview. A thread holds the lock while it computes and releases it while it waits for something else. A thread
 * that wants it and does not get it within {@value #SWITCH_MILLIS} ms asks the holder to let go; the holder looks at
 * that request at the checkpoints of its task, hands the lock over, and does not take it back before another thread has
 * had it. If the lock changed hands meanwhile, the waiting thread starts its count again. All fields but
 * {@code dropRequested} are guarded by {@code mutex}.
 *
 * <p>States: free, held, held with a request. {@code acquire}: free to held. A time-out of a waiter: held to held with
 * a request. {@code release} and an answered request: to free. Every acquisition clears the request.
 */
final class GlobalLock {
    /** The switch interval; the value is CPython's. */
    static final int SWITCH_MILLIS = 5;

    private final ReentrantLock mutex = new ReentrantLock();
    private final Condition free = mutex.newCondition();
    private final Condition taken = mutex.newCondition();
    private boolean held;
    private int waiting;
    private long acquisitions;
    private volatile boolean dropRequested;

    /**
     * Waits for the lock. Not reentrant. An interrupt does not end the wait, since whoever holds the lock gives it up
     * soon; it stays pending.
     */
    void acquire() {
        mutex.lock();
        try {
            acquireLocked();
        } finally {
            mutex.unlock();
        }
    }

    /** Gives the lock up; the caller must hold it. */
    void release() {
        mutex.lock();
        try {
            held = false;
            free.signal();
        } finally {
            mutex.unlock();
        }
    }

    /** Whether another thread has waited too long, so that the holder must hand the lock over. */
    boolean dropRequested() {
        return dropRequested;
    }

    /** Gives the lock to another thread, and waits to get it back; the caller must hold it. */
    void handOver() {
        mutex.lock();
        try {
            long before = acquisitions;
            held = false;
            free.signal();
            while (waiting > 0 && acquisitions == before) {
                taken.awaitUninterruptibly();
            }
            acquireLocked();
        } finally {
            mutex.unlock();
        }
    }

    private void acquireLocked() {
        boolean interrupted = false;
        waiting++;
        while (held) {
            long before = acquisitions;
            long left;
            try {
                left = free.awaitNanos(TimeUnit.MILLISECONDS.toNanos(SWITCH_MILLIS));
            } catch (InterruptedException e) {
                interrupted = true;
                continue;
            }
            if (left <= 0 && held && acquisitions == before) {
                dropRequested = true;
            }
        }
        waiting--;
        held = true;
        acquisitions++;
        dropRequested = false;
        taken.signalAll();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

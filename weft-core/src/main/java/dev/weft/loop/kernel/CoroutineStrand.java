package dev.weft.loop.kernel;

import dev.weft.loop.jdk.JdkAccess;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A strand whose virtual thread is scheduled by the loop itself.
 *
 * <p>To suspend, it announces itself in {@link CoroutineLoop#suspending} and yields; the JDK unmounts it and hands its continuation to the loop's scheduler, which
 * recognises it and leaves it out of the queue. To resume it, the pump runs the continuation. That is the JDK's yield and no more: no park permit, no
 * submission by the waker. Who takes the stack of such a thread has the JDK submit its continuation once more, and the strand run without having been resumed: it then
 * gives way again. A strand that cannot be unmounted, since a native frame pins it, parks its carrier instead, and with it the loop; a wake-up from another
 * thread then goes to the thread directly.
 */
final class CoroutineStrand extends Strand {
    /** What the JDK runs to resume the thread; set when the thread is started. */
    @Nullable
    Runnable continuation;

    /** The strand that this one is starting. Loop thread only. */
    @Nullable
    CoroutineStrand starting;

    /** Whether the pump has resumed this strand since it last gave up the loop. Loop thread only. */
    private boolean resumed;

    private volatile boolean pinned;

    CoroutineStrand(CoroutineLoop loop) {
        super(loop);
    }

    @Override
    Thread newThread() {
        return JdkAccess.newVirtualThread(((CoroutineLoop) loop).scheduler, this);
    }

    @Override
    boolean forgetThreadLocals() {
        JdkAccess.forgetThreadLocals();
        return true;
    }

    @Override
    void suspend(boolean readyAgain) {
        if (!unmount(readyAgain ? CoroutineLoop.READY : CoroutineLoop.SUSPENDED) && !readyAgain) {
            parkPinned();
        }
    }

    @Override
    void giveWay() {
        if (!unmount(CoroutineLoop.AS_IT_WAS)) {
            loop.takeBack(this);
        }
    }

    /** Gives up the loop until the pump resumes this strand; false if the strand cannot be unmounted, and still runs. */
    private boolean unmount(int how) {
        CoroutineLoop on = (CoroutineLoop) loop;
        on.unmounted = how;
        on.suspending = this;
        resumed = false;
        try {
            Thread.yield();
        } catch (Throwable e) { // where the stack or the heap is exhausted
            ((CoroutineLoop) loop).suspending = null;
            throw e;
        }
        return resumed || yieldsAgain();
    }

    /** Finds out why this strand runs without having been resumed; false if it was not unmounted. */
    private boolean yieldsAgain() {
        CoroutineLoop on = (CoroutineLoop) loop;
        while (!resumed) {
            if (on.suspending == this) {
                on.suspending = null;
                return false;
            }
            on.unmounted = CoroutineLoop.AS_IT_WAS;
            on.suspending = this;
            Thread.yield();
        }
        return true;
    }

    /** Runs this strand; pump only. If its stack is being taken at this moment, nothing happens, and the JDK submits the continuation afterwards. */
    void resume() {
        Runnable body = continuation;
        if (body == null) {
            throw new AssertionError(this + " has not been started");
        }
        resumed = true;
        body.run();
    }

    private void parkPinned() {
        pinned = true;
        boolean interrupted = false;
        while (!permit) {
            if (heapIndex >= 0) {
                long left = deadline - loop.now();
                if (left <= 0) {
                    break;
                }
                LockSupport.parkNanos(this, left);
            } else {
                LockSupport.park(this);
            }
            interrupted |= Thread.interrupted();
        }
        pinned = false;
        if (interrupted) {
            thread.interrupt();
        }
    }

    @Override
    void wakeFromAfar() {
        if (pinned) {
            LockSupport.unpark(thread);
        } else {
            super.wakeFromAfar();
        }
    }
}

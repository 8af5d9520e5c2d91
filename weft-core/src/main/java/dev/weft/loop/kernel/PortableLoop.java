package dev.weft.loop.kernel;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A loop on any JVM: its strands are default virtual threads, and one baton says which of them runs.
 *
 * <p>Everything that {@link LoopCore} confines to the loop thread is here done by whoever holds the baton: the pump or one strand. The baton is handed over by volatile
 * writes, so that what the one did happens-before what the next does. Slower than {@link CoroutineLoop} by two thread switches a step, and a blocking call
 * of the JDK holds the loop.
 */
class PortableLoop extends LoopCore {
    private volatile boolean batonOut;

    /** What the strand with the baton wants this thread to do meanwhile; it waits for the end. */
    private volatile @Nullable Runnable errand;

    /** Pump only. */
    private boolean interrupted;

    PortableLoop(String name) {
        super(name);
    }

    @Override
    boolean isPortable() {
        return true;
    }

    @Override
    boolean onLoop() {
        if (Thread.currentThread() == pump) {
            return true;
        }
        Strand strand = PortableStrand.ofThread();
        return strand != null && strand.loop == this;
    }

    @Override
    Strand newStrand() {
        var strand = new PortableStrand(this);
        strands.add(strand);
        strand.suspended = true;
        try {
            strand.thread.start();
        } catch (Throwable e) {
            strands.remove(strand);
            throw e;
        }
        return strand;
    }

    @Override
    void resume(Strand strand) {
        batonOut = true;
        running = strand;
        steps++;
        ((PortableStrand) strand).grant();
        while (batonOut) {
            Runnable asked = errand;
            if (asked != null) {
                errand = null;
                asked.run();
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted(); // or the next park would not wait
            }
        }
    }

    /** Has the pump's thread run something while the caller, a strand, keeps the baton. */
    void giveErrand(Runnable asked) {
        errand = asked;
        LockSupport.unpark(pump);
    }

    /** {@return whether the thread of the pump was interrupted while it waited for the baton, since this was last asked; pump only} */
    boolean takeInterrupt() {
        boolean was = interrupted;
        interrupted = false;
        return was;
    }

    void returnBaton() {
        batonOut = false;
        LockSupport.unpark(pump);
    }

    @Override
    void resumeThread(Runnable continuation) {
        throw new AssertionError("a portable loop schedules no threads");
    }

    @Override
    @Nullable
    Strand strandOf(Runnable continuation) {
        return null;
    }

    @Override
    @Nullable
    Strand mounted(Thread thread) {
        return PortableStrand.ofThread();
    }
}

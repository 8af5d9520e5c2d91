package dev.weft.loop.kernel;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A strand for JVMs that do not let Weft schedule virtual threads: a default virtual thread that runs only while it holds the baton of its loop.
 *
 * <p>The pump gives the baton by {@link #grant} and waits for {@link PortableLoop#returnBaton}. A wait on Weft's own primitives returns the baton; any other blocking call
 * keeps it, and with it the loop. It runs one task or callback and ends, since there is no way to make its thread forget what that left behind.
 */
final class PortableStrand extends Strand {
    private static final ThreadLocal<@Nullable PortableStrand> HERE = new ThreadLocal<>();

    /** Whether any portable loop has ever run, so that others need not look at the thread-local. */
    private static volatile boolean used;

    private final PortableLoop portableLoop;
    private volatile boolean granted;

    PortableStrand(PortableLoop loop) {
        super(loop);
        this.portableLoop = loop;
    }

    static @Nullable Strand ofThread() {
        return used ? HERE.get() : null;
    }

    @Override
    Thread newThread() {
        return Thread.ofVirtual().inheritInheritableThreadLocals(false).unstarted(() -> {
            used = true;
            HERE.set(this);
            awaitGrant();
            try {
                run();
            } finally {
                portableLoop.returnBaton();
            }
        });
    }

    @Override
    boolean forgetThreadLocals() {
        return false;
    }

    @Override
    void suspend(boolean readyAgain) {
        if (readyAgain) {
            loop.ready.add(this);
        } else {
            suspended = true;
        }
        giveWay();
    }

    @Override
    void giveWay() {
        portableLoop.returnBaton();
        awaitGrant();
    }

    private void awaitGrant() {
        boolean interrupted = false;
        while (!granted) {
            LockSupport.park(loop);
            interrupted |= Thread.interrupted();
        }
        granted = false;
        if (interrupted) {
            thread.interrupt();
        }
    }

    void grant() {
        granted = true;
        LockSupport.unpark(thread);
    }
}

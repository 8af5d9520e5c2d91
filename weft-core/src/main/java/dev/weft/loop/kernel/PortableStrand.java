package dev.weft.loop.kernel;

import dev.weft.Body;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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
        parkUntil(() -> granted);
        granted = false;
    }

    /** Parks until something holds; an interrupt is kept for later. */
    private void parkUntil(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            LockSupport.park(loop);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            thread.interrupt();
        }
    }

    /**
     * Calls a function on the thread of the pump, which has nothing else to do while this strand has the baton. Called
     * by the strand.
     */
    <T extends @Nullable Object, X extends Throwable> T onPump(Body<T, X> body) throws X {
        var errand = new Errand<>(body, thread);
        portableLoop.giveErrand(errand);
        parkUntil(() -> errand.done);
        Throwable failure = errand.failure;
        if (failure != null) {
            throw RunLoop.<X>as(failure);
        }
        return errand.result;
    }

    /** A function for another thread, and what came of it. */
    private static final class Errand<T extends @Nullable Object> implements Runnable {
        private final Body<T, ?> body;
        private final Thread caller;
        private T result = Nothing.value();
        private @Nullable Throwable failure;
        private volatile boolean done;

        Errand(Body<T, ?> body, Thread caller) {
            this.body = body;
            this.caller = caller;
        }

        @Override
        public void run() {
            try {
                result = body.call();
            } catch (Throwable e) {
                failure = e;
            }
            done = true;
            LockSupport.unpark(caller);
        }
    }

    void grant() {
        granted = true;
        LockSupport.unpark(thread);
    }
}

package dev.weft.loop.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A loop without a pump: the actors of a test do by hand what the pump does, so that they can do it millions of times. Its submissions and its sleep are those of {@link LoopCore}.
 */
final class BareLoop extends LoopCore {
    static final int AWAKE = 0;
    static final int PARKED = 1;

    private static final VarHandle REST;
    private static final VarHandle SUBMISSIONS;

    static {
        try {
            var lookup = MethodHandles.privateLookupIn(LoopCore.class, MethodHandles.lookup());
            REST = lookup.findVarHandle(LoopCore.class, "rest", int.class);
            SUBMISSIONS = lookup.findVarHandle(LoopCore.class, "submissions", MpscUnboundedVarHandleArrayQueue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The actor that is the loop thread. */
    private @Nullable Thread here;

    BareLoop() {
        super("bare");
    }

    void enter() {
        here = Thread.currentThread();
    }

    int rest() {
        return (int) REST.getVolatile(this);
    }

    /** What the pump does before it parks: says so, and looks once more. True if it would park now. */
    boolean goesToRest() {
        REST.setVolatile(this, PARKED);
        VarHandle.fullFence();
        return submissions().isEmpty();
    }

    Queue<?> submissions() {
        return (Queue<?>) SUBMISSIONS.get(this);
    }

    /** What the pump does with strands that other threads have woken. */
    void takeWakeUps() {
        for (Object entry = submissions().poll();
                entry != null;
                entry = submissions().poll()) {
            ((Strand) entry).arrive();
        }
    }

    @Override
    boolean onLoop() {
        return here == Thread.currentThread();
    }

    @Override
    boolean isPortable() {
        return true;
    }

    @Override
    Strand newStrand() {
        return new BareStrand(this);
    }

    @Override
    void resume(Strand strand) {
        throw new UnsupportedOperationException("no pump");
    }

    @Override
    void resumeThread(Runnable continuation) {
        throw new UnsupportedOperationException("no pump");
    }

    @Override
    @Nullable
    Strand strandOf(Runnable continuation) {
        return null;
    }

    @Override
    @Nullable
    Strand mounted(Thread thread) {
        return null;
    }

    /** A strand whose code is that of the actor: to suspend leaves it by an exception, and the test goes on as the pump. */
    static final class BareStrand extends Strand {
        /** Thrown where a real strand is unmounted. */
        @SuppressWarnings("serial")
        static final class Away extends RuntimeException {
            private Away() {
                super("suspended", null, false, false);
            }
        }

        BareStrand(BareLoop loop) {
            super(loop);
        }

        @Override
        Thread newThread() {
            return Thread.currentThread();
        }

        @Override
        boolean forgetThreadLocals() {
            return true;
        }

        @Override
        void suspend(boolean readyAgain) {
            suspended = true;
            throw new Away();
        }

        @Override
        void giveWay() {
            throw new Away();
        }

        /** Waits once for a permit; false if it is away now. */
        boolean parks() {
            try {
                park("a test");
                return true;
            } catch (Away _) {
                return false;
            }
        }

        /** What the pump and then the strand do when it is resumed; false if nobody has woken it. */
        boolean goesOn() {
            ((BareLoop) loop).takeWakeUps();
            if (suspended) {
                return false;
            }
            permit = false;
            return true;
        }
    }
}

package dev.weft.loop.kernel;

/**
 * A function that a loop calls once, soon or at a time; its own handle.
 *
 * <p>{@code cancelled} may be set by any thread until the call begins.
 */
public final class Callback extends TimerNode implements Fresh {
    private final LoopCore loop;
    private final Runnable action;
    private volatile boolean cancelled;

    Callback(LoopCore loop, Runnable action) {
        this.loop = loop;
        this.action = action;
    }

    /** Enters the timers; loop thread only. */
    void arm(long deadline) {
        if (!cancelled) {
            loop.timers.add(this, deadline);
        }
    }

    /** Keeps the call from being made, if it has not begun; any thread. */
    public void cancel() {
        cancelled = true;
        loop.perform(() -> loop.timers.remove(this));
    }

    @Override
    public void runOn(Strand strand) {
        if (cancelled) {
            return;
        }
        try {
            action.run();
        } catch (Throwable e) {
            Uncaught.report(e);
        }
    }

    @Override
    public void refuse(Strand strand, Throwable why) {
        if (!cancelled) {
            Uncaught.report(why);
        }
    }
}

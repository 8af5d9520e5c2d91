package dev.weft.loop.kernel;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The timed waits of the JDK that a virtual clock cannot end. Pump only, and only under a {@link LoopControl}.
 *
 * <p>{@link Thread#sleep}, {@code poll(timeout)} and their like look at {@link System#nanoTime} when their timer has
 * expired, find that hardly any time has passed, and wait again for the rest. Such a wait is told by that: a thread
 * that runs because its timer expired waits again at once, for less time than before. It then keeps its place in
 * virtual time, and is ended when the rest has passed in real time.
 *
 * <pre>
 *   timer expires ──► its thread is made runnable ──► it is resumed ──► it waits again for a little less: taken in here
 * </pre>
 */
final class RealWaits {
    private record Real(DueAction timer, long end) {}

    /** Continuations that a timer made runnable, with the time that it waited for. */
    private final IdentityHashMap<Runnable, Long> woken = new IdentityHashMap<>(0);

    private final List<Real> waits = new ArrayList<>(0);

    /** The time of the timer that is expiring, or negative. */
    private long expiring = -1;

    /** The time that the thread has waited that is running now, if it runs for that reason; else negative. */
    private long waited = -1;

    void expires(long nanos) {
        expiring = nanos;
    }

    void expired() {
        expiring = -1;
    }

    /** The JDK made a thread runnable. */
    void made(Runnable continuation) {
        if (expiring >= 0) {
            woken.put(continuation, expiring);
        }
    }

    void resumes(Runnable continuation) {
        Long time = woken.remove(continuation);
        waited = time == null ? -1 : time;
    }

    void suspended() {
        waited = -1;
    }

    /** {@return whether a timer is for the rest of a wait, and hence kept here} */
    boolean takes(DueAction timer, long nanos) {
        boolean rest = nanos < waited;
        waited = -1;
        if (rest) {
            waits.add(new Real(timer, System.nanoTime() + nanos));
        }
        return rest;
    }

    void cancel(DueAction timer) {
        if (!waits.isEmpty()) {
            waits.removeIf(wait -> wait.timer == timer);
        }
    }

    /**
     * Ends the first wait if its time has passed. Returns zero if so, how long it takes, or a negative number if there
     * is none.
     */
    long first() {
        @Nullable Real first = null;
        for (Real wait : waits) {
            if (first == null || wait.end - first.end < 0) {
                first = wait;
            }
        }
        if (first == null) {
            return -1;
        }
        long left = first.end - System.nanoTime();
        if (left > 0) {
            return left;
        }
        waits.remove(first);
        first.timer.due();
        return 0;
    }
}

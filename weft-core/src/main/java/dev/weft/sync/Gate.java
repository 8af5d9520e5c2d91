package dev.weft.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The critical section that guards the state of one primitive.
 *
 * <p>It is a spin lock, and what it may guard follows from that: a few assignments. Code between {@link #enter} and
 * {@link #leave}
 *
 * <ul>
 *   <li>never waits and never calls code of users. A virtual thread that were unmounted inside would keep its own
 *       carrier spinning for ever;
 *   <li>creates nothing that a failure would leave half done: what it links has been made before;
 *   <li>wakes nobody: it takes places out of lines and marks them, and {@link Place#wake} follows after {@code leave}.
 * </ul>
 *
 * <p>A real lock would do worse: a coroutine must not wait for a lock where the contract says that it does not suspend,
 * and its carrier must not wait at all. Holders are not descheduled by Java, only by the operating system, and then a
 * platform thread that wants in yields its processor; a virtual thread spins, since a yield would suspend it.
 *
 * <p>{@code held} goes from false to true by compare-and-set in {@code enter} and back by a release write in
 * {@code leave}: what was done inside happens-before the next {@code enter}.
 */
final class Gate {
    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(Gate.class, "held", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int SPINS_BEFORE_YIELD = 64;

    private volatile boolean held;

    void enter() {
        if (!HELD.compareAndSet(this, false, true)) {
            enterContended();
        }
    }

    private void enterContended() {
        boolean yields = !Thread.currentThread().isVirtual();
        int spins = 0;
        do {
            while (held) {
                if (yields && ++spins > SPINS_BEFORE_YIELD) {
                    Thread.yield();
                } else {
                    Thread.onSpinWait();
                }
            }
        } while (!HELD.compareAndSet(this, false, true));
    }

    void leave() {
        HELD.setRelease(this, false);
    }
}

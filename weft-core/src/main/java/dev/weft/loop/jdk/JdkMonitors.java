package dev.weft.loop.jdk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When virtual threads that stand in line for a monitor ({@code synchronized}) have been handed on; for loops under a control, which must know that before they choose what runs next.
 *
 * <p>Who leaves a monitor has the JVM put the next virtual thread in line on a list, and a thread of the JVM, the <em>unblocker</em>, takes it from there and submits it to its scheduler. So it
 * becomes ready a moment later, by another thread. Here a loop waits until that moment is over: no thread of its own is on that list, and after that the unblocker has been seen waiting for a new
 * list; what it had taken before has been submitted by then.
 *
 * <p>As {@link JdkAccess}, of which it has the same needs. Where a later JDK does it otherwise, nothing is known, and {@link #awaitHandOver} says so.
 */
public final class JdkMonitors {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
    private static final String UNBLOCKER_NAME = "VirtualThread-unblocker";
    private static final String UNBLOCKER_WAITS_IN = "takeVirtualThreadListToUnblock";

    /** States of {@code VirtualThread}: the first one is of a thread that is about to block on entry, the last one of a thread in {@code Object.wait(millis)}. */
    private static final int FIRST_STATE = 12;

    private static final int LAST_STATE = 18;
    private static final int STATE_BITS = 0xff;

    private static final @Nullable VarHandle STATE;
    private static final @Nullable VarHandle ON_LIST;
    private static final @Nullable Thread UNBLOCKER;

    static {
        VarHandle state = null;
        VarHandle onList = null;
        try {
            Class<?> type = Class.forName("java.lang.VirtualThread");
            var lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            state = lookup.findVarHandle(type, "state", int.class);
            onList = lookup.findVarHandle(type, "onWaitingList", boolean.class);
        } catch (ReflectiveOperationException e) {
            state = null; // then nothing is known
        }
        STATE = state;
        ON_LIST = onList;
        UNBLOCKER = unblocker();
    }

    private JdkMonitors() {}

    private static @Nullable Thread unblocker() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        Thread[] all = new Thread[2 * group.activeCount() + 16];
        int count = group.enumerate(all, true);
        for (int i = 0; i < count; i++) {
            if (all[i].getName().equals(UNBLOCKER_NAME)) {
                return all[i];
            }
        }
        return null;
    }

    /**
     * {@return whether a virtual thread is suspended at a monitor: on entry, or in {@code Object.wait}; false where that is not known}
     *
     * @param thread the thread
     */
    public static boolean suspendedAtMonitor(Thread thread) {
        VarHandle handle = STATE;
        if (handle == null) {
            return false;
        }
        int state = (int) handle.getVolatile(thread) & STATE_BITS;
        return state >= FIRST_STATE && state <= LAST_STATE;
    }

    /**
     * Waits until those of some threads that were next in line when a monitor was left have been submitted to their scheduler. What leaves monitors meanwhile is not waited for.
     *
     * @param threads virtual threads that are suspended at monitors
     * @return whether that is known to be so
     */
    public static boolean awaitHandOver(Collection<Thread> threads) {
        VarHandle onList = ON_LIST;
        Thread unblocker = UNBLOCKER;
        if (onList == null || unblocker == null) {
            return false;
        }
        long begin = System.nanoTime();
        for (Thread thread : threads) {
            while ((boolean) onList.getVolatile(thread)) {
                if (System.nanoTime() - begin > PATIENCE) {
                    return false;
                }
                Thread.onSpinWait();
                Thread.yield();
            }
        }
        while (!waits(unblocker)) {
            if (System.nanoTime() - begin > PATIENCE) {
                return false;
            }
            Thread.yield();
        }
        return true;
    }

    private static boolean waits(Thread unblocker) {
        StackTraceElement[] stack = unblocker.getStackTrace();
        return stack.length > 0 && stack[0].getMethodName().equals(UNBLOCKER_WAITS_IN);
    }
}

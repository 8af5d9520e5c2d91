package dev.weft.cli.function;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * The processor time of the calling thread; unknown for a virtual one.
 *
 * <p>To ask the system takes as long as a short call. Where the call before ended some microseconds ago, the time at
 * which this one begins is reckoned from then: the thread has only come from one to the other.
 */
final class Cpu {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long FRESH_NANOS = 10_000;

    /** What a thread knows from the end of its last call. */
    private static final class Reading {
        private long cpu = -1;
        private long at;
    }

    private static final ThreadLocal<Reading> LAST = ThreadLocal.withInitial(Reading::new);

    private Cpu() {}

    /** {@return the processor time so far, for {@link #since}} */
    static long ofThread() {
        if (Thread.currentThread().isVirtual()) {
            return -1;
        }
        Reading last = LAST.get();
        long since = System.nanoTime() - last.at;
        return last.cpu >= 0 && since < FRESH_NANOS ? last.cpu + since : THREADS.getCurrentThreadCpuTime();
    }

    /** {@return the processor time since then} */
    static long since(long begin) {
        if (begin < 0 || Thread.currentThread().isVirtual()) {
            return -1;
        }
        Reading last = LAST.get();
        last.cpu = THREADS.getCurrentThreadCpuTime();
        last.at = System.nanoTime();
        return Math.max(0, last.cpu - begin);
    }
}

package dev.weft.cli.function;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** The processor time of the calling thread; unknown for a virtual one. */
final class Cpu {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Cpu() {}

    static long ofThread() {
        return Thread.currentThread().isVirtual() ? -1 : THREADS.getCurrentThreadCpuTime();
    }

    static long since(long begin) {
        return begin < 0 || Thread.currentThread().isVirtual() ? -1 : THREADS.getCurrentThreadCpuTime() - begin;
    }
}

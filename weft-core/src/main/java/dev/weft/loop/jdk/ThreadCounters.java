package dev.weft.loop.jdk;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What platform threads have computed and allocated. The JVM does not tell for virtual threads; who runs them asks for
 * their carrier before and after. A JVM may lack the module that counts, and then nothing is known.
 */
public final class ThreadCounters {
    /** What is returned for what is not known. */
    public static final long UNKNOWN = -1;

    private static final @Nullable Beans BEANS = Beans.open();

    /** In a class of its own, since a JVM may lack the modules. */
    private record Beans(ThreadMXBean threads, boolean cpu, boolean memory) {
        static @Nullable Beans open() {
            try {
                return Opener.open();
            } catch (NoClassDefFoundError | UnsupportedOperationException e) {
                return null;
            }
        }
    }

    private static final class Opener {
        static @Nullable Beans open() {
            return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                    ? new Beans(
                            threads,
                            threads.isThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled(),
                            threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled())
                    : null;
        }
    }

    private ThreadCounters() {}

    /** Loads what is needed, so that a pump that asks has nothing to load. */
    public static void prepare() {
        cpu();
        allocated();
    }

    /**
     * {@return what the calling platform thread has computed, in nanoseconds, or {@link #UNKNOWN}; takes 0.3 µs}
     */
    public static long cpu() {
        Beans beans = BEANS;
        return beans == null || !beans.cpu ? UNKNOWN : beans.threads.getCurrentThreadCpuTime();
    }

    /**
     * {@return what the calling platform thread has allocated, in bytes, or {@link #UNKNOWN}}
     */
    public static long allocated() {
        Beans beans = BEANS;
        return beans == null || !beans.memory ? UNKNOWN : beans.threads.getCurrentThreadAllocatedBytes();
    }

    /**
     * {@return what a platform thread has computed since it began, in nanoseconds, or {@link #UNKNOWN}}
     *
     * @param thread the thread
     */
    public static long cpuOf(Thread thread) {
        Beans beans = BEANS;
        return beans == null || !beans.cpu || thread.isVirtual()
                ? UNKNOWN
                : beans.threads.getThreadCpuTime(thread.threadId());
    }
}

package dev.weft.cli.map.advice;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures calls that run in platform threads, as many at once as there are slots.
 *
 * <p>A call's thread calls {@link #begin} and {@link #end} around it. What the thread could have run and did not, it
 * reads from the system, around calls that last a millisecond together: a busy machine must not look like work that
 * waits. A thread of its own looks every two milliseconds which of the calls wait for a lock that another thread has,
 * monitors and locks of {@code java.util.concurrent} alike. Sums are guarded by {@code this}.
 */
public final class Meter implements AutoCloseable {
    private static final long LOOK_MILLIS = 2;
    private static final long QUEUE_NANOS = 1_000_000L;
    private static final int LEAST_LOOKS = 10;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * What was seen of calls during one epoch of the tally; the one before and the current one count, as they do for
     * times.
     */
    private static final class Looks {
        private final Map<String, Integer> locks = new HashMap<>();
        private int all;
        private int locked;
    }

    /** What a thread has noted when a call began. */
    private static final class Stamp {
        long begin;
        long allocated;
        long looked;
        long cpu;
        Scheduled scheduled = Scheduled.UNKNOWN;
        boolean stale;
    }

    private final ThreadLocal<Stamp> stamps = ThreadLocal.withInitial(() -> {
        var stamp = new Stamp();
        stamp.stale = true;
        return stamp;
    });
    private final Supplier<Scheduled> system;
    private final Set<Thread> calling = ConcurrentHashMap.newKeySet();
    private final Tally tally = new Tally();
    private final long begun = System.nanoTime();
    private final long collectedBefore = collectedMillis();
    private final Thread looker;
    private Looks before = new Looks();
    private Looks current = new Looks();
    private int atOnce;
    private volatile boolean closed;

    /** Begins to measure. */
    public Meter() {
        this(Scheduled::now);
    }

    /**
     * Begins to measure.
     *
     * @param system tells what the system says of the calling thread
     */
    Meter(Supplier<Scheduled> system) {
        this.system = system;
        looker = Thread.ofPlatform().daemon().name("weft-probe").start(this::look);
    }

    /** Notes that the calling thread begins a call. */
    public void begin() {
        Stamp stamp = stamps.get();
        Thread thread = Thread.currentThread();
        calling.add(thread);
        if (stamp.stale) {
            stamp.scheduled = system.get();
            stamp.cpu = THREADS.getCurrentThreadCpuTime();
            stamp.looked = System.nanoTime();
            stamp.stale = false;
        }
        stamp.allocated = THREADS.getCurrentThreadAllocatedBytes();
        stamp.begin = System.nanoTime();
    }

    /**
     * Notes that the calling thread has ended its call, which counts if it went well.
     *
     * @param cpuNanos the processor time that it took; negative if it failed, or is not known
     */
    public void end(long cpuNanos) {
        Stamp stamp = stamps.get();
        long now = System.nanoTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - stamp.allocated;
        calling.remove(Thread.currentThread());
        long queue = 0;
        if (now - stamp.looked >= QUEUE_NANOS) {
            long cpu = THREADS.getCurrentThreadCpuTime() - stamp.cpu;
            queue = system.get().keptFromRunning(stamp.scheduled, now - stamp.looked, cpu);
            stamp.stale = true;
        }
        if (cpuNanos >= 0) {
            synchronized (this) {
                int epoch = tally.epoch();
                tally.add(now - stamp.begin, cpuNanos, queue, Math.max(0, allocated));
                if (tally.epoch() != epoch) {
                    before = current;
                    current = new Looks();
                }
            }
        }
    }

    /** {@return how many calls have counted so far} */
    public synchronized long calls() {
        return tally.count();
    }

    /** {@return how often it has looked at a call that was under way} */
    synchronized int looks() {
        return before.all + current.all;
    }

    /** {@return the seconds since it began to measure} */
    public double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }

    private static long collectedMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .filter(millis -> millis > 0)
                .sum();
    }

    private void look() {
        while (!closed) {
            long[] ids = calling.stream().mapToLong(Thread::threadId).toArray();
            ThreadInfo[] infos = THREADS.getThreadInfo(ids);
            synchronized (this) {
                atOnce = Math.max(atOnce, ids.length);
                for (ThreadInfo info : infos) {
                    if (info != null) {
                        current.all++;
                        note(info);
                    }
                }
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void note(ThreadInfo info) {
        if (info.getThreadState() == Thread.State.BLOCKED || info.getLockOwnerId() >= 0) {
            current.locked++;
            String name = info.getLockInfo() == null
                    ? null
                    : lockName(info.getLockInfo().getClassName());
            if (name != null) {
                current.locks.merge(name, 1, Integer::sum);
            }
        }
    }

    /** A lock of the library is a class in the class that users know. */
    private static String lockName(String className) {
        int inner = className.indexOf('$');
        String outer = className.startsWith("java.") && inner > 0 ? className.substring(0, inner) : className;
        return outer.substring(outer.lastIndexOf('.') + 1);
    }

    /**
     * {@return what has been measured so far}
     */
    public synchronized Measured measured() {
        Tally.Means means = tally.later();
        int looks = looks();
        double lockShare = looks < LEAST_LOOKS ? 0 : (double) (before.locked + current.locked) / looks;
        double collectedShare = Math.min(1, (collectedMillis() - collectedBefore) / 1e3 / Math.max(1e-9, seconds()));
        double collection = means.wall() * collectedShare;
        double lock = means.wall() * lockShare;
        double wait = Math.max(0, means.wall() - means.cpu() - means.queue() - collection - lock);
        return new Measured(
                Measured.Kind.FUNCTIONS,
                Runtime.getRuntime().availableProcessors(),
                Math.max(1, atOnce),
                (int) Math.min(Integer.MAX_VALUE, tally.count()),
                means.cpu(),
                wait,
                lock,
                mostWaitedFor(),
                means.queue(),
                collection,
                means.median(),
                means.longest(),
                (long) means.allocated());
    }

    private @Nullable String mostWaitedFor() {
        Map<String, Integer> locks = new HashMap<>(before.locks);
        current.locks.forEach((name, count) -> locks.merge(name, count, Integer::sum));
        return locks.entrySet().stream()
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** Ends the looking; what was measured stays. */
    @Override
    public void close() {
        closed = true;
        looker.interrupt();
    }
}

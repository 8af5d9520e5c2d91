package dev.weft.process;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The pools of this JVM that are open; when it ends without closing them, a shutdown hook clears them away. */
final class LivePools {
    private static final Set<WorkerPool> POOLS = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean WATCHING = new AtomicBoolean();

    private LivePools() {}

    /**
     * Makes sure of the hook.
     *
     * @throws IllegalStateException if the JVM is ending
     */
    static void watch() {
        if (WATCHING.compareAndSet(false, true)) {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(LivePools::abandonAll, "weft-process-shutdown"));
            } catch (IllegalStateException e) {
                WATCHING.set(false);
                throw new IllegalStateException("a process pool cannot be opened any more: the JVM is ending", e);
            }
        }
    }

    static void add(WorkerPool pool) {
        POOLS.add(pool);
    }

    static void remove(WorkerPool pool) {
        POOLS.remove(pool);
    }

    private static void abandonAll() {
        POOLS.forEach(WorkerPool::abandon);
        CacheMaker.abandon();
    }
}

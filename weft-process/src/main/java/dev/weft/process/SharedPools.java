package dev.weft.process;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The pools that are shared by all of this JVM who ask for equal settings. Any thread. */
final class SharedPools {
    /** How long their workers are idle until they end: long enough for the next of several calls in a row. */
    static final Duration IDLE = Duration.ofSeconds(10);

    /** Settings by value; an initializer is equal to another if the same bytes are sent. */
    private record Key(PoolSettings settings, @Nullable ByteBuffer initializer) {
        static Key of(PoolSettings settings) {
            Frame initializer = settings.initializer();
            return new Key(
                    settings.withInitializer(null),
                    initializer == null ? null : ByteBuffer.wrap(initializer.body(), 0, initializer.length()));
        }
    }

    private static final ReentrantLock LOCK = new ReentrantLock();
    /** Guarded by {@code LOCK}. */
    private static final Map<Key, WorkerPool> POOLS = new HashMap<>();

    private SharedPools() {}

    /** {@return the pool with these settings, opened now if there is none that can work} */
    static ProcessPool get(PoolSettings settings) {
        LOCK.lock();
        try {
            POOLS.values().removeIf(WorkerPool::isShutdown);
            Key key = Key.of(settings);
            WorkerPool pool = POOLS.get(key);
            if (pool != null && pool.isBroken()) {
                pool.killWorkers(); // it has none, but a directory
                pool = null;
            }
            if (pool == null) {
                pool = WorkerPool.open(settings);
                POOLS.put(key, pool);
            }
            return pool;
        } finally {
            LOCK.unlock();
        }
    }
}

package dev.weft.loop.kernel;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The pools of this JVM that are open and have been used, for diagnostics. One that nobody closes can be collected all
 * the same. Any thread.
 */
final class PoolRegistry {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Set<Entry> ALL = ConcurrentHashMap.newKeySet();
    private static final ReferenceQueue<AbstractPool> COLLECTED = new ReferenceQueue<>();

    private static final class Entry extends WeakReference<AbstractPool> {
        private final int number = NUMBERS.incrementAndGet();

        Entry(AbstractPool pool) {
            super(pool, COLLECTED);
        }
    }

    /**
     * An open pool.
     *
     * @param number which pool of this JVM it is, from 1 on
     * @param pool the pool
     */
    record Registered(int number, AbstractPool pool) {}

    private PoolRegistry() {}

    static void add(AbstractPool pool) {
        for (Reference<?> gone = COLLECTED.poll(); gone != null; gone = COLLECTED.poll()) {
            ALL.remove((Entry) gone);
        }
        ALL.add(new Entry(pool));
    }

    /** {@return the pools that have not terminated, the oldest first} */
    static List<Registered> open() {
        return ALL.stream()
                .map(PoolRegistry::registered)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingInt(Registered::number))
                .toList();
    }

    private static @Nullable Registered registered(Entry entry) {
        AbstractPool pool = entry.get();
        if (pool == null) {
            return null;
        }
        if (pool.isTerminated()) {
            ALL.remove(entry);
            return null;
        }
        return new Registered(entry.number, pool);
    }
}

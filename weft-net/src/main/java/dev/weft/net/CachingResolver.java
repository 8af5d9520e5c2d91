package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import dev.weft.loop.kernel.Durations;
import dev.weft.loop.kernel.Waiter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a while what another resolver has found, and that it has found nothing; made by
 * {@link Resolver#caching}. For coroutines of one loop.
 *
 * <p>Look-ups of one name at the same time are one, in a task of its own for which all wait: whoever of them is
 * cancelled takes nothing from the others. The last one who is cancelled cancels the look-up too, and waits until that
 * has ended, so that nothing is left of it.
 */
final class CachingResolver implements Resolver {
    /** What is known about a name. */
    private static final class Known {
        final Task<List<InetAddress>> lookUp;

        /** How many tasks wait for it. */
        int waiting;

        @Nullable
        UnknownHostException failure;

        boolean ended;

        /** Until when this holds, once it has ended. */
        long until;

        Known(Function<Known, Task<List<InetAddress>>> begin) {
            this.lookUp = begin.apply(this);
        }
    }

    private final Resolver resolver;
    private final Duration keep;
    private final Duration keepFailures;
    private final LinkedHashMap<String, Known> entries;

    CachingResolver(Resolver resolver, int capacity, Duration keep, Duration keepFailures) {
        if (capacity <= 0) {
            throw new IllegalArgumentException("a cache holds at least one name, and was to hold " + capacity);
        }
        this.resolver = requireNonNull(resolver, "resolver");
        this.keep = Durations.positive("the time for which addresses are kept", keep);
        Durations.nanos("the time for which failures are kept", keepFailures);
        this.keepFailures = keepFailures;
        this.entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
                return size() > capacity;
            }
        };
    }

    @Override
    public List<InetAddress> resolve(String host) throws UnknownHostException {
        String name = host.toLowerCase(Locale.ROOT);
        Known entry = entries.get(name);
        if (entry == null || (entry.ended && entry.until - Waiter.current().nanoTime() <= 0)) {
            entry = new Known(
                    known -> EventLoop.current().spawn("look-up of '" + host + "'", () -> lookUp(name, host, known)));
            entries.put(name, entry);
        }
        await(name, entry);
        UnknownHostException failure = entry.failure;
        if (failure != null) {
            throw (UnknownHostException) new UnknownHostException(failure.getMessage()).initCause(failure);
        }
        return entry.lookUp.await();
    }

    private void await(String name, Known entry) {
        entry.waiting++;
        boolean waited = false;
        try {
            entry.lookUp.join();
            waited = true;
        } finally {
            entry.waiting--;
            if (!waited && entry.waiting == 0 && !entry.ended) {
                entries.remove(name, entry);
                entry.lookUp.cancel("nobody waits for it any more");
                Weft.shield(entry.lookUp::join);
            }
        }
    }

    /** The body of the task that all wait for. */
    private List<InetAddress> lookUp(String name, String host, Known entry) {
        boolean known = false;
        try {
            List<InetAddress> addresses = List.copyOf(resolver.resolve(host));
            entry.until = Waiter.current().nanoTime() + keep.toNanos();
            known = true;
            return addresses;
        } catch (UnknownHostException e) {
            entry.failure = e;
            entry.until = Waiter.current().nanoTime() + keepFailures.toNanos();
            known = true;
            return List.of();
        } finally {
            entry.ended = true;
            if (!known) {
                entries.remove(name, entry);
            }
        }
    }

    @Override
    public String toString() {
        return resolver + " with a cache of " + entries.size() + " names";
    }
}

package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.loop.kernel.Durations;
import dev.weft.loop.kernel.Waiter;
import dev.weft.sync.Event;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a while what another resolver has found, and that it has found nothing; made by {@link Resolver#caching}. For coroutines of one loop.
 *
 * <p>Look-ups of one name at the same time are one look-up. If the task that does it is cancelled, one of those that wait for it does it instead.
 */
final class CachingResolver implements Resolver {
    /** What is known about a name; the addresses or the failure are null while somebody looks it up. */
    private static final class Known {
        final Event set = new Event();

        @Nullable
        List<InetAddress> addresses;

        @Nullable
        UnknownHostException failure;

        long until;
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
        while (true) {
            Known entry = entries.get(name);
            if (entry == null
                    || (entry.set.isSet() && entry.until - Waiter.current().nanoTime() <= 0)) {
                return lookUp(name, host);
            }
            entry.set.await();
            List<InetAddress> addresses = entry.addresses;
            if (addresses != null) {
                return addresses;
            }
            UnknownHostException failure = entry.failure;
            if (failure != null) {
                throw (UnknownHostException) new UnknownHostException(failure.getMessage()).initCause(failure);
            }
            // Who looked it up was cancelled: once more.
        }
    }

    private List<InetAddress> lookUp(String name, String host) throws UnknownHostException {
        var entry = new Known();
        entries.put(name, entry);
        boolean found = false;
        try {
            List<InetAddress> addresses = List.copyOf(resolver.resolve(host));
            entry.addresses = addresses;
            entry.until = Waiter.current().nanoTime() + keep.toNanos();
            found = true;
            return addresses;
        } catch (UnknownHostException e) {
            entry.failure = e;
            entry.until = Waiter.current().nanoTime() + keepFailures.toNanos();
            found = true;
            throw e;
        } finally {
            if (!found) {
                entries.remove(name, entry);
            }
            entry.set.set();
        }
    }

    @Override
    public String toString() {
        return resolver + " with a cache of " + entries.size() + " names";
    }
}

package dev.weft.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/** Finds the addresses of hosts. */
@FunctionalInterface
public interface Resolver {
    /**
     * Returns the addresses of a host; called by a coroutine, which this may suspend.
     *
     * @param host a name or an address
     * @return its addresses, the best first, at least one
     * @throws UnknownHostException if there is none
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /**
     * {@return the resolver of the system. It works beside the loop, at most 16 look-ups at once, so that slow name
     * servers do not hold up other offloaded work; the JVM keeps what it finds for 30 seconds, or as
     * {@code networkaddress.cache.ttl} says. A host that is written as an address needs no look-up}
     */
    static Resolver system() {
        return SystemResolver.INSTANCE;
    }

    /**
     * Returns a resolver that remembers what this one has found. Look-ups of one name at the same time are one: whoever
     * of those that wait for it is cancelled takes nothing from the others, and the last one ends it.
     *
     * @param capacity how many names it remembers; beyond that it forgets what was asked for the longest time ago
     * @param keep for how long it remembers addresses, by the clock of the loop; positive
     * @param keepFailures for how long it remembers that there are none; zero for not at all
     * @return the resolver, for coroutines of one loop
     * @throws IllegalArgumentException if the capacity or {@code keep} is not positive, or {@code keepFailures}
     *     negative
     */
    default Resolver caching(int capacity, Duration keep, Duration keepFailures) {
        return new CachingResolver(this, capacity, keep, keepFailures);
    }
}

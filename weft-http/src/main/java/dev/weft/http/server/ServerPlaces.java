package dev.weft.http.server;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections a server has, how many requests it answers and how many wait, over all of its loops. Any thread.
 *
 * <p>A request that finds no place first counts itself among those that wait, and then looks for a place once more;
 * whoever gives a place back does that first, and then looks whether somebody waits. One of the two sees the other, so
 * that nobody waits beside a free place.
 */
final class ServerPlaces {
    private final int mostConnections;
    private final int mostRequests;
    private final int mostWaiting;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();

    ServerPlaces(ServerSettings settings) {
        this.mostConnections = settings.maxConnections();
        this.mostRequests = settings.maxConcurrent();
        this.mostWaiting = settings.maxQueued();
    }

    /** {@return whether there is room for one more connection, which then counts} */
    boolean connect() {
        return take(connections, mostConnections);
    }

    void disconnect() {
        connections.decrementAndGet();
    }

    int connections() {
        return connections.get();
    }

    /** {@return whether one more request may be answered, which then counts} */
    boolean begin() {
        return take(requests, mostRequests);
    }

    void end() {
        requests.decrementAndGet();
    }

    /** {@return whether one more request may wait, which then counts} */
    boolean queue() {
        return take(waiting, mostWaiting);
    }

    void leaveQueue(int left) {
        waiting.addAndGet(-left);
    }

    int waiting() {
        return waiting.get();
    }

    /** Never counts what it does not take, not even for a moment, in which another one would be refused for nothing. */
    private static boolean take(AtomicInteger taken, int most) {
        int before = taken.get();
        while (before < most) {
            if (taken.compareAndSet(before, before + 1)) {
                return true;
            }
            before = taken.get();
        }
        return false;
    }
}

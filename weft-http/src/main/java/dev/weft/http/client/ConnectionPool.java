package dev.weft.http.client;

import dev.weft.http.netty.HeadBytes;
import dev.weft.loop.kernel.Callback;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.loop.kernel.Waiter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a session, and who waits for one. Loop thread only.
 *
 * <h2>Order</h2>
 *
 * <p>Each request takes a ticket, and whoever can be served is served in the order of tickets. Requests wait in one of
 * two places: in {@code line}, or, while all connections that their host may have are taken, in {@code held} of the
 * host, where they hold nobody up. When a connection of a host comes free, the oldest request held there goes back to
 * the line, where its ticket puts it before younger ones.
 *
 * <p>Only the head of the line is ever served: by an idle connection to its host; or a new one if the total allows; or
 * else by closing the connection that has been idle longest, whose place it gets when the socket is closed. So the
 * total is never exceeded, and a busy host cannot starve another.
 *
 * <h2>Several requests on one connection</h2>
 *
 * <p>Where HTTP/2 may be spoken, the first request to a host opens a connection and the others are held until it is
 * known what that speaks. If it is HTTP/2, the connection is the host's only one, {@code shared} by as many requests as
 * it has streams; the rest are held. A shared connection that takes no more requests stops being shared, and the next
 * request opens another one. If an attempt to open fails, those that were held do not wait for the next one.
 *
 * <h2>Invariant</h2>
 *
 * <p>Where a host has free capacity (fewer slots than it may have, idle ones, or free streams), either nobody is held
 * there or as many of its requests are in the line as it has free capacity. Therefore each step that frees capacity,
 * and each request that leaves the line unserved, calls {@link Host#letOneIn}.
 */
final class ConnectionPool {
    private final LoopCore loop;
    private final int totalLimit;
    private final int hostLimit;
    private final long keepAliveNanos;
    private final Predicate<Origin> multiplexed;

    private final Map<Origin, Host> hosts = new HashMap<>();
    private final PriorityQueue<Request> line =
            new PriorityQueue<>(Comparator.comparingLong((Request request) -> request.ticket));

    /** All idle slots, the one that has been idle longest first. */
    private final LinkedHashSet<Slot> idle = new LinkedHashSet<>();

    private final LinkedHashSet<Slot> all = new LinkedHashSet<>();
    private final HeadBytes head = new HeadBytes();
    private int closing;
    private int waiting;
    private long tickets;
    private boolean closed;
    private @Nullable Callback sweep;

    /** What there is for one origin; forgotten when it has neither slots nor requests. */
    final class Host {
        private final Origin origin;
        private final PriorityQueue<Request> held =
                new PriorityQueue<>(Comparator.comparingLong((Request request) -> request.ticket));
        private final LinkedHashSet<Slot> idleHere = new LinkedHashSet<>();
        private int slots;
        private int inLine;

        /** The connection that all requests share, if there is one. */
        private @Nullable Slot shared;

        /** The connection from which will be known whether it can be shared. */
        private @Nullable Slot opening;

        /** Whether nobody waits for that. */
        private boolean decided;

        Host(Origin origin) {
            this.origin = origin;
            this.decided = !multiplexed.test(origin);
        }

        /** {@return an open connection for one more request, if there is one} */
        private @Nullable Slot ready() {
            Slot several = shared;
            if (several != null) {
                return several.leases < several.capacity ? several : null;
            }
            return idleHere.isEmpty() ? null : idleHere.getLast(); // the one used last is the most likely to be alive
        }

        /** {@return whether a request waits for a stream, or to know whether there are streams} */
        private boolean isSharing() {
            return shared != null || opening != null;
        }

        private void letIn(int requests) {
            for (int i = 0; i < requests && !held.isEmpty(); i++) {
                letOneIn();
            }
        }

        private void stopSharing(Slot slot) {
            if (shared == slot) {
                shared = null;
                letOneIn();
            }
        }

        private void letOneIn() {
            Request oldest = held.poll();
            if (oldest != null) {
                enterLine(oldest);
            }
        }

        private void forgetIfUnused() {
            if (slots == 0 && inLine == 0 && held.isEmpty()) {
                hosts.remove(origin);
            }
        }
    }

    /** A request that waits. */
    private static final class Request {
        final Host host;
        final long ticket;
        final boolean fresh;
        final Waiter waiter = Waiter.current();

        @Nullable
        Slot granted;

        boolean refused;

        Request(Host host, long ticket, boolean fresh) {
            this.host = host;
            this.ticket = ticket;
            this.fresh = fresh;
        }
    }

    /**
     * Makes an empty pool.
     *
     * @param multiplexed whether connections to an origin may turn out to carry several requests at once
     */
    ConnectionPool(LoopCore loop, int totalLimit, int hostLimit, long keepAliveNanos, Predicate<Origin> multiplexed) {
        this.multiplexed = multiplexed;
        this.loop = loop;
        this.totalLimit = totalLimit;
        this.hostLimit = hostLimit;
        this.keepAliveNanos = keepAliveNanos;
    }

    /**
     * Takes a slot whose connection is open and free, if there is one and nobody waits who was there before.
     *
     * @param origin where the connection leads
     * @return a leased slot with a connection, or null; then {@link #acquire}
     */
    @Nullable
    Slot acquireAtOnce(Origin origin) {
        Host host = line.isEmpty() && !closed ? hosts.get(origin) : null;
        Slot ready = host == null ? null : host.ready();
        if (ready != null) {
            lease(ready);
        }
        return ready;
    }

    /**
     * Waits for a slot.
     *
     * @param origin where the connection leads
     * @param fresh whether it must be a new one
     * @param deadline when to give up, by the loop's clock
     * @return a leased slot, with a connection if there was an idle one; null if the time came first or the pool was
     *     closed
     */
    @Nullable
    Slot acquire(Origin origin, boolean fresh, long deadline) {
        if (closed) {
            return null;
        }
        Host host = hosts.computeIfAbsent(origin, Host::new);
        var request = new Request(host, tickets++, fresh);
        waiting++;
        enterLine(request);
        serve();
        try {
            while (request.granted == null && !request.refused) {
                request.waiter.checkpoint();
                long left = deadline - loop.now();
                if (left <= 0) {
                    withdraw(request);
                    return null;
                }
                request.waiter.parkNanos(this, left);
            }
        } catch (Throwable e) {
            withdraw(request);
            throw e;
        }
        request.waiter.leave();
        return request.granted;
    }

    private void enterLine(Request request) {
        line.add(request);
        request.host.inLine++;
    }

    private void leaveLine(Request request) {
        request.host.inLine--;
    }

    /** Takes a request that gave up out of wherever it is. */
    private void withdraw(Request request) {
        if (request.refused) {
            return;
        }
        Host host = request.host;
        Slot granted = request.granted;
        if (granted != null) {
            giveBack(granted);
            return;
        }
        waiting--;
        if (line.remove(request)) {
            leaveLine(request);
            host.letOneIn();
            serve();
        } else {
            host.held.remove(request);
        }
        host.forgetIfUnused();
    }

    /** Returns a slot that nobody has used. */
    private void giveBack(Slot slot) {
        if (slot.connection != null) {
            keep(slot);
        } else {
            free(slot);
        }
    }

    /** Serves the head of the line for as long as it can be served. */
    private void serve() {
        for (Request head = line.peek(); head != null && !closed; head = line.peek()) {
            Host host = head.host;
            Slot ready = head.fresh ? null : host.ready();
            boolean patient = !head.fresh && host.isSharing();
            if (ready != null) {
                grant(head, ready);
            } else if (!patient && host.slots < hostLimit && all.size() < totalLimit) {
                var slot = new Slot(host);
                host.slots++;
                all.add(slot);
                if (!head.fresh && !host.decided) {
                    host.opening = slot;
                }
                grant(head, slot);
            } else if (patient || (host.slots >= hostLimit && host.idleHere.isEmpty())) {
                line.poll();
                leaveLine(head);
                host.held.add(head);
            } else {
                if (closing == 0 && !idle.isEmpty()) {
                    evict(host.slots >= hostLimit ? host.idleHere.getFirst() : idle.getFirst());
                }
                return;
            }
        }
    }

    private void grant(Request request, Slot slot) {
        line.poll();
        leaveLine(request);
        waiting--;
        lease(slot);
        request.granted = slot;
        request.waiter.unpark();
    }

    private void lease(Slot slot) {
        if (slot.state == Slot.State.IDLE) {
            leaveIdle(slot);
            slot.state = Slot.State.LEASED;
        }
        slot.leases++;
    }

    private void leaveIdle(Slot slot) {
        idle.remove(slot);
        slot.host.idleHere.remove(slot);
    }

    private void evict(Slot slot) {
        leaveIdle(slot);
        closeSoon(slot);
        slot.host.stopSharing(slot);
    }

    private void closeSoon(Slot slot) {
        slot.state = Slot.State.CLOSING;
        closing++;
        Connection connection = slot.connection;
        if (connection != null) {
            connection.closeSoon();
        }
    }

    /** The connection of a slot is open. */
    void opened(Slot slot, boolean severalAtOnce) {
        Host host = slot.host;
        if (slot.state != Slot.State.LEASED) {
            return; // its socket closed meanwhile
        }
        if (!severalAtOnce) {
            decide(host, slot);
        } else if (host.shared == null && (host.opening == null || host.opening == slot)) {
            host.opening = null;
            host.shared = slot;
            host.letIn(slot.capacity - slot.leases);
            serve();
        } else {
            slot.draining = true; // there is one already
        }
    }

    /** Nobody waits any more for what one connection to a host turns out to be. */
    private void decide(Host host, Slot slot) {
        if (host.opening == slot) {
            host.opening = null;
            host.decided = true;
            host.letIn(hostLimit - host.slots);
            serve();
        }
    }

    /** The server allows so many requests at once on the connection of a slot. */
    void allow(Slot slot, int requests) {
        int more = requests - slot.capacity;
        slot.capacity = requests;
        if (slot.host.shared == slot && more > 0) {
            slot.host.letIn(more);
            serve();
        }
    }

    /** The connection of a slot takes no more requests; it is closed when the last has been answered. */
    void drain(Slot slot) {
        if (slot.draining || slot.state == Slot.State.CLOSING || slot.state == Slot.State.FREE) {
            return;
        }
        slot.draining = true;
        if (slot.state == Slot.State.IDLE) {
            evict(slot);
        } else {
            slot.host.stopSharing(slot);
        }
        serve();
    }

    /** Takes back a lease of a slot whose connection can serve another request. */
    void keep(Slot slot) {
        if (slot.state != Slot.State.LEASED) {
            return; // its socket closed meanwhile
        }
        slot.leases--;
        if (slot.leases > 0) {
            slot.host.letOneIn();
            serve();
            return;
        }
        if (slot.draining) {
            closeSoon(slot);
            return;
        }
        slot.state = Slot.State.IDLE;
        slot.idleSince = loop.now();
        idle.add(slot);
        slot.host.idleHere.add(slot);
        if (closed) {
            evict(slot);
            return;
        }
        if (sweep == null) {
            sweepLater(keepAliveNanos);
        }
        slot.host.letOneIn();
        serve();
    }

    /** Gives up a slot whose socket is closed, or that never had one. Idempotent. */
    void free(Slot slot) {
        Host host = slot.host;
        switch (slot.state) {
            case FREE -> {
                return;
            }
            case CLOSING -> closing--;
            case IDLE -> leaveIdle(slot);
            case LEASED -> {}
        }
        boolean wasIdle = slot.state == Slot.State.IDLE;
        slot.state = Slot.State.FREE;
        all.remove(slot);
        host.slots--;
        host.stopSharing(slot);
        decide(host, slot); // it could not be opened
        if (!wasIdle) {
            host.letOneIn();
        }
        serve();
        host.forgetIfUnused();
    }

    private void sweepLater(long nanos) {
        sweep = loop.callLater(nanos, () -> {
            sweep = null;
            while (!idle.isEmpty()) {
                long left = idle.getFirst().idleSince + keepAliveNanos - loop.now();
                if (left > 0) {
                    sweepLater(left);
                    return;
                }
                evict(idle.getFirst());
            }
        });
    }

    /**
     * Refuses all who wait and all who come.
     *
     * @return the connections there are, for the caller to close
     */
    List<Connection> close() {
        closed = true;
        Callback due = sweep;
        if (due != null) {
            due.cancel();
        }
        for (Host host : hosts.values()) {
            host.held.forEach(ConnectionPool::refuse);
            host.held.clear();
        }
        line.forEach(ConnectionPool::refuse);
        line.clear();
        waiting = 0;
        hosts.values().removeIf(host -> host.slots == 0);
        List<Connection> connections = new ArrayList<>();
        for (Slot slot : all) {
            if (slot.connection != null) {
                connections.add(slot.connection);
            }
        }
        return connections;
    }

    private static void refuse(Request request) {
        request.host.inLine = 0;
        request.refused = true;
        request.waiter.unpark();
    }

    /** {@return where the headers of requests are put together, one at a time; on the I/O coroutine} */
    HeadBytes head() {
        return head;
    }

    boolean isClosed() {
        return closed;
    }

    int open() {
        return all.size();
    }

    int idle() {
        return idle.size();
    }

    int waiting() {
        return waiting;
    }
}

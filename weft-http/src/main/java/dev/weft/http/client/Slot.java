package dev.weft.http.client;

import org.jspecify.annotations.Nullable;

/**
 * One place in a {@link ConnectionPool}: the right to have a connection, and the connection once there is one. Loop
 * thread only.
 *
 * <pre>
 *   LEASED ⇄ IDLE ──► CLOSING ──► FREE
 *      └──────────────────────────►┘
 * </pre>
 *
 * <p>A slot whose connection speaks HTTP/2 has several leases at a time, {@code capacity} at most, and is LEASED while
 * it has one.
 *
 * <p>A slot counts against the limits until it is FREE, which is when its socket is closed.
 */
final class Slot {
    enum State {
        /** A request has it, to open a connection or to use the one it has. */
        LEASED,
        /** Its connection waits for the next request. */
        IDLE,
        /** The pool is closing its connection. */
        CLOSING,
        /** It is out of the pool. */
        FREE
    }

    final ConnectionPool.Host host;
    State state = State.LEASED;

    @Nullable
    Connection connection;

    /** How many requests have it. */
    int leases;

    /** How many may. */
    int capacity = 1;

    /** Its connection takes no more requests, and is closed when the last has been answered. */
    boolean draining;

    /** When it became idle. */
    long idleSince;

    Slot(ConnectionPool.Host host) {
        this.host = host;
    }
}

package dev.weft.testing;

import java.net.SocketException;

/** Accepts connections at an address of a {@link FakeNetwork}. */
public final class FakeListener implements AutoCloseable {
    private final String address;
    private final Runnable onClose;

    /** Connections, or this listener itself for its end. */
    private final Inbox<Object> arrivals;

    private boolean closed;

    FakeListener(String address, Runnable onClose) {
        this.address = address;
        this.onClose = onClose;
        this.arrivals = new Inbox<>("a connection to " + address);
    }

    void arrived(FakeConnection connection) {
        arrivals.send(connection, Inbox.now());
    }

    /**
     * Waits for the next connection.
     *
     * @return its end at this host
     * @throws SocketException if this listener was closed
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public FakeConnection accept() throws SocketException {
        Object next = closed ? this : arrivals.receive();
        if (next instanceof FakeConnection connection) {
            return connection;
        }
        arrivals.restore(this); // for others who wait
        throw new SocketException("the listener at " + address + " was closed");
    }

    /** Ends it: whoever connects from now on is refused, and whoever accepts fails. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
            arrivals.send(this, Inbox.now());
        }
    }

    @Override
    public String toString() {
        return "FakeListener[" + address + (closed ? ", closed" : "") + "]";
    }
}

package dev.weft.process.connection;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a pipe while they have no wires. That comes as late as possible, so that an end which goes to another
 * process is connected to this one directly, and not through a relay:
 *
 * <pre>
 *   an end is taken by another process     ──► the other end gets the wire to that process
 *   both are used here                     ──► they get the two wires of a pair
 * </pre>
 *
 * <p>Until then messages that are sent are kept, up to a limit. An end whose other end was sent, and has not been
 * taken, waits. The lock guards both ends.
 */
final class PipeEnds implements Source {
    private static final long MOST_KEPT = 1 << 18;

    private final ReentrantLock lock = new ReentrantLock();
    private final Connection left;
    private final Connection right;

    PipeEnds(String name, Connection.Terms ofLeft, Connection.Terms ofRight) {
        left = new Connection(name + " (left end)", ofLeft, this);
        right = new Connection(name + " (right end)", ofRight, this);
    }

    Connection left() {
        return left;
    }

    Connection right() {
        return right;
    }

    private Connection other(Connection who) {
        return who == left ? right : left;
    }

    @Override
    public ReentrantLock lock() {
        return lock;
    }

    @Override
    public @Nullable Wire wire(Connection who, Readiness again) throws IOException {
        lock.lock();
        try {
            if (who.boundWire() == null) {
                Connection other = other(who);
                if (other.isClosed() && other.offer() == null && other.kept() == 0) {
                    throw new IOException("it was closed");
                }
                if (other.offer() != null && who.offer() == null && !who.isClosed()) {
                    who.whenBound(again);
                    return null;
                }
                connectHere();
            }
            return who.boundWire();
        } finally {
            lock.unlock();
        }
    }

    private void connectHere() throws IOException {
        Wire[] pair = Hub.pair();
        left.bind(pair[0]);
        right.bind(pair[1]);
    }

    @Override
    public boolean keep(Connection who, ByteBuffer message) {
        lock.lock();
        try {
            Connection other = other(who);
            boolean keeps = who.boundWire() == null
                    && who.offer() == null
                    && who.isOpen()
                    && !(other.isClosed() && other.offer() == null)
                    && who.kept() + message.remaining() <= MOST_KEPT;
            if (keeps) {
                who.keepMessage(message);
            }
            return keeps;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Serializable handle(Connection who) throws IOException {
        if (who.boundWire() == null && who.kept() > 0) {
            connectHere(); // what this process has sent stands before what the other will send
        }
        return Hub.get().offer(who);
    }

    @Override
    public void closedUnbound(Connection who) {
        Offer offered = who.offer();
        if (offered != null) {
            offered.lastUntilTaken();
        } else {
            other(who).lookAgain();
        }
    }

    @Override
    public void handOverUnbound(Connection who, Wire receiver) {
        other(who).bind(receiver);
    }
}

package dev.weft.process.connection;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A connection that was made with its wire. */
final class Bound implements Source {
    private final ReentrantLock lock = new ReentrantLock();

    private Bound() {}

    static Connection connection(String name, Connection.Terms terms, Wire wire) {
        var connection = new Connection(name, terms, new Bound());
        connection.bind(wire);
        return connection;
    }

    @Override
    public ReentrantLock lock() {
        return lock;
    }

    @Override
    public @Nullable Wire wire(Connection who, Readiness again) {
        return who.boundWire();
    }

    @Override
    public boolean keep(Connection who, ByteBuffer message) {
        return false;
    }

    @Override
    public Serializable handle(Connection who) throws IOException {
        return Hub.get().offer(who);
    }

    @Override
    public void closedUnbound(Connection who) {
        throw new AssertionError("it has a wire from the beginning");
    }

    @Override
    public void handOverUnbound(Connection who, Wire receiver) {
        throw new AssertionError("it has a wire from the beginning");
    }
}

package dev.weft.process.connection;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Where a {@link Connection} gets its wire from, and how it is given to another process. */
interface Source {
    /** {@return the lock that guards the state and the wire of the connection} */
    ReentrantLock lock();

    /**
     * {@return the wire, or null if there is none yet: the readiness then comes when to look again}
     *
     * @throws IOException if there will never be one
     */
    @Nullable
    Wire wire(Connection who, Readiness again) throws IOException;

    /**
     * Keeps a message until there is a wire.
     *
     * @return false if it must go to the wire, which there is, or can be had with {@link #wire}
     */
    boolean keep(Connection who, ByteBuffer message);

    /** {@return what is written in the place of the connection for another process} */
    Serializable handle(Connection who) throws IOException;

    /** The connection was closed here and has no wire. */
    void closedUnbound(Connection who);

    /** The receiver of the connection has come for it, and it has no wire here. */
    void handOverUnbound(Connection who, Wire receiver);
}

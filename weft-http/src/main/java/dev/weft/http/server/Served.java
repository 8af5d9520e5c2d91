package dev.weft.http.server;

import dev.weft.net.netty.NettyIo;

/** A connection as its server sees it, whatever it speaks. */
interface Served {
    /** Closes the connection, or the part of it, whose deadline has come; on the I/O coroutine. */
    void closeIfLate(long now);

    /** Lets what has begun end, takes nothing more, and closes; on the I/O coroutine. */
    void finish();

    /**
     * Closes the socket with all that goes over it, and waits until it is closed; called by a coroutine, whatever
     * happens to its task.
     */
    void closeNow(NettyIo io);
}

package dev.weft.http.server;

import dev.weft.http.netty.WebSocketChannel;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/**
 * What carries a request in and its answer out: a connection of HTTP/1.1, or one stream of a connection of HTTP/2. Loop
 * thread only.
 *
 * <p>An answer is sent by {@link #respond}, or by {@link #begin}, the body written to the {@link #channel}, and
 * {@link #end} or {@link #breakOff}. What is said of a request that is no longer the one being answered is ignored.
 */
interface Carrier {
    /** {@return where the parts of the answer's body are written to} */
    Channel channel();

    /** {@return the address of the client, or of the proxy in front} */
    InetSocketAddress client();

    long now();

    /** {@return whether the client has left} */
    boolean isGone();

    /** Tells a client that waits for it to send the body; called by the task that reads it. */
    void giveLeave(Incoming incoming);

    /** Sends an answer whose body is in memory; on the I/O coroutine. */
    void respond(Incoming answered, Response response);

    /** Sends the header of an answer whose body follows; on the I/O coroutine. */
    void begin(Incoming answered, Response response);

    /** Ends an answer whose body has been written; on the I/O coroutine. */
    void end(Incoming answered, long bytes);

    /** Breaks an answer off in the middle, so that the client sees that it is not whole; on the I/O coroutine. */
    void breakOff(Incoming answered, long bytes);

    /** Becomes a websocket; on the I/O coroutine. */
    void upgrade(WebSocketChannel upgraded);
}

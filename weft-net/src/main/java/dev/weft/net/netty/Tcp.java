package dev.weft.net.netty;

import dev.weft.net.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** TCP connections and listening sockets, made by coroutines. */
public final class Tcp {
    private Tcp() {}

    /**
     * Connects. If this ends without a connection, the socket has been closed by then.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param address the resolved address
     * @param deadline the time at which to give up, by the loop's clock
     * @param handler what is added to the pipeline, best a {@link io.netty.channel.ChannelInitializer}
     * @return the connected channel, which the caller closes
     * @throws SocketTimeoutException if the time came first
     * @throws IOException if the system refuses, with its words
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static Channel connect(NettyIo io, InetSocketAddress address, long deadline, ChannelHandler handler)
            throws IOException {
        var options = Map.<ChannelOption<?>, Object>of(ChannelOption.TCP_NODELAY, true);
        return Channels.connect(io, io.binding().sockets(), address, null, options, deadline, handler);
    }

    /**
     * Listens.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param address where; port 0 lets the system choose
     * @param backlog how many connections the system keeps for the server until it accepts them
     * @param child what is added to the pipeline of each accepted connection
     * @return the listening channel, which the caller closes
     * @throws IOException if the system refuses, with its words
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static Channel listen(NettyIo io, InetSocketAddress address, int backlog, ChannelHandler child)
            throws IOException {
        return listen(io, address, backlog, false, List.of(io.eventLoop()), child);
    }

    /**
     * Listens for several loops.
     *
     * @param io the I/O of the calling coroutine's loop, which accepts
     * @param address where; port 0 lets the system choose
     * @param backlog how many connections the system keeps for the server until it accepts them
     * @param sharedPort whether others that say so too may listen at the same port
     * @param loops which loops get the accepted connections, by turns
     * @param child what is added to the pipeline of each accepted connection, on its loop
     * @return the listening channel, which the caller closes
     * @throws IOException if the system refuses, with its words
     * @throws UnsupportedOperationException if the port is to be shared and this system cannot do that
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static Channel listen(
            NettyIo io,
            InetSocketAddress address,
            int backlog,
            boolean sharedPort,
            List<EventLoop> loops,
            ChannelHandler child)
            throws IOException {
        Map<ChannelOption<?>, Object> options = new HashMap<>();
        options.put(ChannelOption.SO_BACKLOG, backlog);
        options.put(ChannelOption.SO_REUSEADDR, true);
        if (sharedPort) {
            sharePort(io.transport(), options);
        }
        var dealer = new Dealer(loops, Map.of(ChannelOption.TCP_NODELAY, true), child);
        return Channels.bind(io, io.binding().servers(), address, options, dealer);
    }

    /**
     * Fails if somebody listens at an address, even if the port may be shared.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param address where
     * @throws IOException if so, with the system's words
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static void requireFree(NettyIo io, InetSocketAddress address) throws IOException {
        var options =
                Map.<ChannelOption<?>, Object>of(ChannelOption.SO_REUSEADDR, true, ChannelOption.AUTO_READ, false);
        close(io, Channels.bind(io, io.binding().servers(), address, options, new ChannelInboundHandlerAdapter()));
    }

    /**
     * Adds the option by which several sockets may listen at one port.
     *
     * @param transport the transport that they are of
     * @param options the options of one of them
     * @throws UnsupportedOperationException if this system cannot do that
     */
    public static void sharePort(Transport transport, Map<ChannelOption<?>, Object> options) {
        if (System.getProperty("os.name").startsWith("Windows")) {
            throw new UnsupportedOperationException("Windows has no SO_REUSEPORT; use one listener for the port");
        }
        options.put(
                transport == Transport.NIO
                        ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
                        : UnixChannelOption.SO_REUSEPORT,
                true);
    }

    /**
     * Closes a channel and waits until its port and descriptor are free, whatever happens to the calling task.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param channel the channel
     */
    public static void close(NettyIo io, Channel channel) {
        Channels.close(io, channel);
    }
}

package dev.weft.net.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
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
     */
    public static Channel listen(NettyIo io, InetSocketAddress address, int backlog, ChannelHandler child)
            throws IOException {
        var bound = new Handover<Channel>();
        io.eventLoop().execute(() -> {
            ChannelFuture future = new ServerBootstrap()
                    .group(io.eventLoop())
                    .channelFactory(io.binding().servers())
                    .option(ChannelOption.SO_BACKLOG, backlog)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childHandler(child)
                    .bind(address);
            future.addListener(done -> Channels.report(future, bound));
        });
        bound.awaitUncancellable();
        return Channels.outcome(bound);
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

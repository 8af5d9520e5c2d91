package dev.weft.net.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

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
        var attempt = new Attempt(io, address, handler);
        io.eventLoop().execute(attempt);
        boolean inTime;
        try {
            inTime = attempt.connected.await(deadline);
        } catch (Throwable e) {
            attempt.undo();
            throw e;
        }
        if (!inTime) {
            attempt.undo();
            throw new SocketTimeoutException("no answer to the attempt to connect");
        }
        return outcome(attempt.connected);
    }

    /** One attempt to connect; its methods but {@code undo} run on the I/O coroutine. */
    private static final class Attempt implements Runnable {
        private final NettyIo io;
        private final InetSocketAddress address;
        private final ChannelHandler handler;
        private final Handover<Channel> connected = new Handover<>();
        private @Nullable Channel channel;

        Attempt(NettyIo io, InetSocketAddress address, ChannelHandler handler) {
            this.io = io;
            this.address = address;
            this.handler = handler;
        }

        @Override
        public void run() {
            ChannelFuture future = new Bootstrap()
                    .group(io.eventLoop())
                    .channelFactory(io.binding().sockets())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the coroutine has the deadline
                    .handler(handler)
                    .connect(address);
            channel = future.channel();
            future.addListener(done -> report(future, connected));
        }

        /** Closes the socket and waits until that is done, which no peer can delay. Called by the coroutine. */
        void undo() {
            connected.abandon();
            close(io, () -> channel);
        }
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
            future.addListener(done -> report(future, bound));
        });
        bound.awaitUncancellable();
        return outcome(bound);
    }

    /**
     * Closes a channel and waits until its port and descriptor are free, whatever happens to the calling task.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param channel the channel
     */
    public static void close(NettyIo io, Channel channel) {
        close(io, () -> channel);
    }

    private interface Source {
        @Nullable
        Channel get();
    }

    private static void close(NettyIo io, Source source) {
        var closed = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            Channel channel = source.get();
            if (channel == null) {
                closed.complete(true);
            } else {
                channel.closeFuture().addListener(done -> io.onceReleased(() -> closed.complete(true)));
                channel.close();
            }
        });
        closed.awaitUncancellable();
    }

    private static void report(ChannelFuture future, Handover<Channel> handover) {
        Throwable failure = future.cause();
        if (failure != null) {
            handover.fail(failure);
        } else {
            handover.complete(future.channel());
        }
    }

    private static Channel outcome(Handover<Channel> handover) throws IOException {
        Channel channel = handover.result();
        if (channel != null) {
            return channel;
        }
        Throwable failure = handover.failure();
        if (failure instanceof IOException e) {
            throw e;
        }
        throw new IOException(String.valueOf(failure), failure);
    }
}

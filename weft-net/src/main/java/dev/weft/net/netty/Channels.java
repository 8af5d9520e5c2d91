package dev.weft.net.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Channels of any kind, opened and closed by coroutines. If a call ends without a channel, its socket has been closed
 * by then.
 */
public final class Channels {
    private Channels() {}

    /**
     * Connects.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param factory makes the channel
     * @param remote where to, resolved
     * @param local where from, or null for the system to choose
     * @param options the options of the channel
     * @param deadline the time at which to give up, by the loop's clock
     * @param handler what is added to the pipeline
     * @return the connected channel, which the caller closes
     * @throws SocketTimeoutException if the time came first
     * @throws IOException if the system refuses, with its words
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static Channel connect(
            NettyIo io,
            ChannelFactory<? extends Channel> factory,
            SocketAddress remote,
            @Nullable SocketAddress local,
            Map<ChannelOption<?>, Object> options,
            long deadline,
            ChannelHandler handler)
            throws IOException {
        var attempt = new Attempt(io);
        io.eventLoop().execute(() -> {
            Bootstrap bootstrap = bootstrap(io, factory, options, handler);
            attempt.watch(local == null ? bootstrap.connect(remote) : bootstrap.connect(remote, local));
        });
        return attempt.await(deadline);
    }

    /**
     * Binds a socket to an address: one that listens, or one for datagrams.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param factory makes the channel
     * @param local the address
     * @param options the options of the channel
     * @param handler what is added to the pipeline
     * @return the bound channel, which the caller closes
     * @throws IOException if the system refuses, with its words
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static Channel bind(
            NettyIo io,
            ChannelFactory<? extends Channel> factory,
            SocketAddress local,
            Map<ChannelOption<?>, Object> options,
            ChannelHandler handler)
            throws IOException {
        var attempt = new Attempt(io);
        io.eventLoop()
                .execute(() ->
                        attempt.watch(bootstrap(io, factory, options, handler).bind(local)));
        return attempt.await(io.loop().now() + Long.MAX_VALUE / 2);
    }

    @SuppressWarnings("unchecked") // whoever put an option into the map had its value's type before them
    private static Bootstrap bootstrap(
            NettyIo io,
            ChannelFactory<? extends Channel> factory,
            Map<ChannelOption<?>, Object> options,
            ChannelHandler handler) {
        Bootstrap bootstrap = new Bootstrap()
                .group(io.eventLoop())
                .channelFactory(factory)
                .disableResolver() // addresses are resolved, or need not be
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the coroutine has the deadline
                .handler(handler);
        options.forEach((option, value) -> bootstrap.option((ChannelOption<Object>) option, value));
        return bootstrap;
    }

    /** One attempt to open a channel. */
    private static final class Attempt {
        private final NettyIo io;
        private final Handover<Channel> opened = new Handover<>();
        private @Nullable Channel channel;

        Attempt(NettyIo io) {
            this.io = io;
        }

        /** On the I/O coroutine. */
        void watch(ChannelFuture future) {
            channel = future.channel();
            future.addListener(done -> report(future, opened));
        }

        /** Called by the coroutine. */
        Channel await(long deadline) throws IOException {
            boolean inTime;
            try {
                inTime = opened.await(deadline);
            } catch (Throwable e) {
                undo();
                throw e;
            }
            if (!inTime) {
                undo();
                throw new SocketTimeoutException("no answer to the attempt to connect");
            }
            return outcome(opened);
        }

        /** Closes the socket and waits until that is done, which no peer can delay. */
        private void undo() {
            opened.abandon();
            close(io, () -> channel);
        }
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

    static void report(ChannelFuture future, Handover<Channel> handover) {
        Throwable failure = future.cause();
        if (failure != null) {
            handover.fail(failure);
        } else {
            handover.complete(future.channel());
        }
    }

    static Channel outcome(Handover<Channel> handover) throws IOException {
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

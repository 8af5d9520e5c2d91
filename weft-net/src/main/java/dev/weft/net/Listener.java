package dev.weft.net;

import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.Waiter;
import dev.weft.net.netty.Channels;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A socket that takes connections: {@link TcpListener} or {@link UnixListener}. {@link Server} runs a handler for each.
 *
 * <p>Connections are accepted when {@link #accept} asks for one, apart from a few ahead; the others wait in the
 * system's backlog. When the process has run out of descriptors, accepting pauses for a second and goes on then; a
 * warning is logged, and neither the listener nor who waits in {@code accept} notices.
 *
 * <p>For coroutines of one loop, that on which the listener was opened.
 *
 * @param <S> the kind of connection
 */
public abstract sealed class Listener<S extends SocketStream> implements AutoCloseable
        permits TcpListener, UnixListener {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    private static final long PAUSE_MILLIS = 1_000;

    final NettyIo io;
    private final Acceptor acceptor;
    private final Channel channel;
    private boolean closed;

    Listener(NettyIo io, Acceptor acceptor, Channel channel) {
        this.io = io;
        this.acceptor = acceptor;
        this.channel = channel;
    }

    /**
     * {@return the address at which this listens, with the port that the system chose if it was to choose; any thread}
     */
    public abstract SocketAddress address();

    /** Makes a stream of an accepted channel; on the I/O coroutine. */
    abstract S stream(Channel accepted, Wire wire);

    /**
     * Waits for the next connection. If it is cancelled, no connection is lost: the next call returns it.
     *
     * @return the connection; close it
     * @throws java.net.SocketException if this listener is closed, before or meanwhile
     * @throws IOException if the system refuses
     * @throws IllegalStateException if the caller is no coroutine of this listener's loop
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public S accept() throws IOException {
        onLoop();
        Waiter self = Waiter.current();
        self.checkpoint();
        Accepted next = acceptor.next(self, channel);
        if (next == null) {
            throw Input.closed("the listener at " + address());
        }
        return stream(next.channel(), next.wire());
    }

    private void onLoop() {
        if (!io.loop().isCurrent()) {
            throw new IllegalStateException(
                    "a listener is for coroutines of its loop '" + io.loop().name()
                            + "', and that at " + address() + " was used by thread '"
                            + Thread.currentThread().getName() + "'");
        }
    }

    /**
     * Stops listening; idempotent. When this returns, the address is free, and new attempts to connect are refused.
     * Connections that were accepted and not taken are reset; {@code accept} fails where somebody waits in it.
     */
    @Override
    public void close() {
        onLoop();
        if (closed) {
            return;
        }
        closed = true;
        acceptor.end(io);
        Channels.close(io, channel);
        closed();
    }

    /** Called once the socket is closed. */
    void closed() {}

    /** Has the socket behave as if accepting had failed; for tests. */
    void failAccepting(Throwable cause) {
        io.eventLoop().execute(() -> channel.pipeline().fireExceptionCaught(cause));
    }

    /** {@return whether this side has closed this listener} */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + address() + (closed ? ", closed]" : "]");
    }

    /** A connection that nobody has taken yet. */
    record Accepted(Channel channel, Wire wire) {}

    /** Accepts on the I/O coroutine; what it has accepted waits in a queue for coroutines of the same loop. */
    static final class Acceptor extends ChannelInboundHandlerAdapter implements FromOutside {
        private final NettyIo io;
        private final Map<ChannelOption<?>, Object> options;
        private final ArrayDeque<Accepted> ready = new ArrayDeque<>();
        private final List<Waiter> waiting = new ArrayList<>(1);
        private boolean ended;

        /**
         * @param io the I/O of the loop that accepts
         * @param options the options of accepted channels
         */
        Acceptor(NettyIo io, Map<ChannelOption<?>, Object> options) {
            this.io = io;
            this.options = options;
        }

        // ---- on the I/O coroutine

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var accepted = (Channel) message;
            if (ended) {
                accepted.unsafe().closeForcibly();
                return;
            }
            var wire = new Wire(io);
            accepted.pipeline().addLast(Wire.NAME, wire);
            setOptions(accepted);
            context.channel().eventLoop().register(accepted).addListener(done -> {
                if (done.isSuccess() && !ended) {
                    ready.add(new Accepted(accepted, wire));
                    waiting.forEach(Waiter::unpark);
                } else {
                    accepted.unsafe().closeForcibly();
                }
            });
        }

        @SuppressWarnings("unchecked") // whoever put an option into the map had its value's type before them
        private void setOptions(Channel accepted) {
            options.forEach((option, value) -> accepted.config().setOption((ChannelOption<Object>) option, value));
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (ready.isEmpty() && !waiting.isEmpty()) {
                context.read();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.log(
                    Level.WARNING,
                    "accepting connections at " + context.channel().localAddress() + " failed, and goes on in "
                            + PAUSE_MILLIS + " ms: " + Wire.reason(cause)
                            + "; if descriptors are short, raise the limit (ulimit -n) or have the server take fewer connections",
                    cause);
            context.channel()
                    .eventLoop()
                    .schedule(
                            () -> {
                                if (!ended && !waiting.isEmpty()) {
                                    context.read();
                                }
                            },
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
        }

        // ---- by coroutines

        @Nullable
        Accepted next(Waiter self, Channel listening) {
            if (ready.isEmpty() && !ended) {
                waiting.add(self);
                try {
                    listening.eventLoop().execute(listening::read);
                    while (ready.isEmpty() && !ended) {
                        self.checkpoint();
                        self.park(this);
                    }
                } finally {
                    waiting.remove(self);
                }
                self.leave();
            }
            return ready.poll();
        }

        void end(NettyIo io) {
            ended = true;
            waiting.forEach(Waiter::unpark);
            for (Accepted left; (left = ready.poll()) != null; ) {
                Channel channel = left.channel();
                io.eventLoop().execute(left.wire()::reset);
                Channels.close(io, channel);
            }
        }

        @Override
        public String toString() {
            return "a connection";
        }
    }
}

package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.Waiter;
import dev.weft.net.netty.Channels;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket: it sends and receives messages, each of which arrives whole, or not at all, or twice, and perhaps
 * before an earlier one.
 *
 * <pre>{@code
 * try (var endpoint = DatagramEndpoint.open(0)) {
 *     endpoint.send("ping".getBytes(UTF_8), server);
 *     byte[] answer = Weft.withTimeout(Duration.ofSeconds(1), endpoint::receive).bytes();
 * }
 * }</pre>
 *
 * <p>Up to {@value #MOST_WAITING} messages that nobody has received yet are kept; beyond that they stay with the
 * system, which drops what it has no room for. For coroutines of the loop on which it was opened.
 */
public final class DatagramEndpoint implements AutoCloseable {
    /** The most bytes that a message can have. */
    public static final int MOST_BYTES = 65_507;

    /** How many messages are kept that nobody has received yet. */
    public static final int MOST_WAITING = 256;

    private static final System.Logger LOG = System.getLogger(DatagramEndpoint.class.getName());

    /**
     * A message and who sent it.
     *
     * @param bytes the message, perhaps empty
     * @param sender the address from which it came
     */
    @SuppressWarnings(
            "ArrayRecordComponent") // a message is one object with its sender; who compares messages compares bytes
    public record Datagram(byte[] bytes, InetSocketAddress sender) {}

    private final NettyIo io;
    private final Channel channel;
    private final Inbox inbox;
    private final InetSocketAddress address;
    private boolean closed;

    private DatagramEndpoint(NettyIo io, Channel channel, Inbox inbox) {
        this.io = io;
        this.channel = channel;
        this.inbox = inbox;
        this.address = (InetSocketAddress) channel.localAddress();
    }

    /**
     * Opens a socket at the loopback address.
     *
     * @param port the port; 0 lets the system choose
     * @return the socket; close it
     * @throws BindException if the address cannot be had
     * @throws IllegalArgumentException if the port is out of range
     * @throws IllegalStateException if the caller is no coroutine
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static DatagramEndpoint open(int port) throws BindException {
        return open(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Opens a socket at an address, as {@link #open(int)}.
     *
     * @param address the address of an interface, or a wildcard for all
     * @param port the port; 0 lets the system choose
     * @return the socket; close it
     * @throws BindException if the address cannot be had
     */
    public static DatagramEndpoint open(InetAddress address, int port) throws BindException {
        NettyIo io = NettyIo.current();
        var local = new InetSocketAddress(requireNonNull(address, "address"), port);
        var inbox = new Inbox();
        var options = Map.<ChannelOption<?>, Object>of(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(MOST_BYTES + 1),
                ChannelOption.SO_BROADCAST,
                true);
        try {
            Channel channel = Channels.bind(io, io.binding().datagrams(), local, options, inbox);
            return new DatagramEndpoint(io, channel, inbox);
        } catch (IOException e) {
            var failure = new BindException("cannot open UDP at " + TcpStream.text(local) + ": " + Wire.reason(e));
            failure.initCause(e);
            throw failure;
        }
    }

    /** {@return the address of this socket, with the port that the system chose if it was to choose; any thread} */
    public InetSocketAddress address() {
        return address;
    }

    private void onLoop() throws IOException {
        if (!io.loop().isCurrent()) {
            throw new IllegalStateException(
                    "a UDP socket is for coroutines of its loop '" + io.loop().name()
                            + "', and that at " + address + " was used by thread '"
                            + Thread.currentThread().getName() + "'");
        }
        if (closed) {
            throw Input.closed("the UDP socket at " + TcpStream.text(address));
        }
    }

    /**
     * Sends a message, and waits until the system has taken it. Whether anybody gets it is another matter. If it is
     * cancelled, the message may be sent or not.
     *
     * @param bytes the message, of 1 to {@value #MOST_BYTES} bytes
     * @param destination where to, resolved
     * @throws IllegalArgumentException if the message is empty or too long, or the address not resolved
     * @throws java.net.SocketException if this socket is closed
     * @throws IOException if the system refuses to send it; later messages are not affected
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public void send(byte[] bytes, InetSocketAddress destination) throws IOException {
        onLoop();
        if (bytes.length == 0 || bytes.length > MOST_BYTES) { // Netty drops empty ones without a word
            throw new IllegalArgumentException(
                    "a UDP message has 1 to " + MOST_BYTES + " bytes here, and this one had " + bytes.length);
        }
        if (destination.isUnresolved()) {
            throw new IllegalArgumentException(
                    "'" + destination.getHostString() + "' has not been resolved; ask a Resolver first");
        }
        byte[] copy = bytes.clone();
        var done = new Handover<Boolean>();
        io.eventLoop().execute(() -> {
            var content = channel.alloc().directBuffer(copy.length).writeBytes(copy);
            channel.writeAndFlush(new DatagramPacket(content, destination)).addListener(future -> {
                Throwable problem = future.cause();
                if (problem == null) {
                    done.complete(true);
                } else {
                    done.fail(problem);
                }
            });
        });
        done.await(io.loop().now() + Long.MAX_VALUE / 2);
        Throwable problem = done.failure();
        if (problem != null) {
            throw new IOException(
                    "the message to " + TcpStream.text(destination) + " was not sent: " + Wire.reason(problem),
                    problem);
        }
    }

    /**
     * Waits for a message. If it is cancelled, no message is lost.
     *
     * @return the message that came first of those that nobody has received
     * @throws java.net.SocketException if this socket is closed, before or meanwhile
     * @throws IOException if the system refuses
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public Datagram receive() throws IOException {
        onLoop();
        Datagram next = inbox.next(Waiter.current(), channel);
        if (next == null) {
            throw Input.closed("the UDP socket at " + TcpStream.text(address));
        }
        return next;
    }

    /**
     * Closes the socket; idempotent. Who waits for a message gets a failure, and messages that nobody has received are
     * dropped.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            inbox.end();
            Channels.close(io, channel);
        }
    }

    @Override
    public String toString() {
        return "DatagramEndpoint[" + TcpStream.text(address) + (closed ? ", closed]" : "]");
    }

    /**
     * What has come and has not been received; the handler methods run on the I/O coroutine, {@code next} and
     * {@code end} on others of the loop.
     */
    private static final class Inbox extends ChannelInboundHandlerAdapter implements FromOutside {
        private final ArrayDeque<Datagram> ready = new ArrayDeque<>();
        private final List<Waiter> waiting = new ArrayList<>(1);
        private boolean paused;
        private boolean ended;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof DatagramPacket packet && !ended) {
                    byte[] bytes = new byte[packet.content().readableBytes()];
                    packet.content().readBytes(bytes);
                    ready.add(new Datagram(bytes, packet.sender()));
                    waiting.forEach(Waiter::unpark);
                    if (ready.size() >= MOST_WAITING && !paused) {
                        paused = true;
                        context.channel().config().setAutoRead(false);
                    }
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        /** An error that some message of ours has caused somewhere: it says nothing about the others. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.log(Level.DEBUG, () -> "UDP at " + context.channel().localAddress() + ": " + Wire.reason(cause), cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end();
        }

        @Nullable
        Datagram next(Waiter self, Channel channel) {
            self.checkpoint();
            if (ready.isEmpty() && !ended) {
                waiting.add(self);
                try {
                    while (ready.isEmpty() && !ended) {
                        self.checkpoint();
                        self.park(this);
                    }
                } finally {
                    waiting.remove(self);
                }
                self.leave();
            }
            Datagram next = ready.poll();
            if (paused && ready.size() <= MOST_WAITING / 2) {
                paused = false;
                channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
            }
            return next;
        }

        void end() {
            ended = true;
            ready.clear();
            waiting.forEach(Waiter::unpark);
        }

        @Override
        public String toString() {
            return "a UDP message";
        }
    }
}

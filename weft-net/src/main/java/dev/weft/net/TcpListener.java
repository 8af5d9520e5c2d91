package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.net.netty.Channels;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Tcp;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A listening TCP socket.
 *
 * <pre>{@code
 * try (var listener = TcpListener.open(0); var stream = listener.accept()) {
 *     stream.write("hello\n");
 * }
 * }</pre>
 */
public final class TcpListener extends Listener<TcpStream> {
    private final InetSocketAddress address;

    private TcpListener(NettyIo io, Acceptor acceptor, Channel channel) {
        super(io, acceptor, channel);
        this.address = (InetSocketAddress) channel.localAddress();
    }

    /**
     * Listens on the loopback address.
     *
     * @param port the port; 0 lets the system choose
     * @return the listener; close it
     * @throws BindException if the address cannot be had
     * @throws IOException if the system refuses in another way
     * @throws IllegalArgumentException if the port is out of range
     * @throws IllegalStateException if the caller is no coroutine
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static TcpListener open(int port) throws IOException {
        return at(InetAddress.getLoopbackAddress(), port).open();
    }

    /**
     * Begins to set how to listen.
     *
     * @param address the address of an interface, or a wildcard ({@code 0.0.0.0}, {@code ::}) for all
     * @param port the port; 0 lets the system choose
     * @return the settings
     * @throws IllegalArgumentException if the port is out of range
     */
    public static Builder at(InetAddress address, int port) {
        return new Builder(new InetSocketAddress(requireNonNull(address, "address"), port));
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    /** {@return the port at which this listens; any thread} */
    public int port() {
        return address.getPort();
    }

    @Override
    TcpStream stream(Channel accepted, Wire wire) {
        return new TcpStream(io, accepted, wire);
    }

    /** How to listen. */
    public static final class Builder {
        private final InetSocketAddress address;
        private final Map<ChannelOption<?>, Object> options = new LinkedHashMap<>();
        private final Map<ChannelOption<?>, Object> accepted = new LinkedHashMap<>();
        private boolean reusePort;

        private Builder(InetSocketAddress address) {
            this.address = address;
            options.put(ChannelOption.SO_BACKLOG, 128);
            options.put(ChannelOption.SO_REUSEADDR, true);
            options.put(ChannelOption.AUTO_READ, false);
            accepted.put(ChannelOption.TCP_NODELAY, true);
            accepted.put(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }

        /**
         * Sets how many connections the system keeps until they are accepted; 128 unless set.
         *
         * @param value the number, positive; systems have a limit of their own
         * @return this
         */
        public Builder backlog(int value) {
            if (value <= 0) {
                throw new IllegalArgumentException("the backlog must be positive, and was " + value);
            }
            options.put(ChannelOption.SO_BACKLOG, value);
            return this;
        }

        /**
         * Sets whether several listeners may share the port (SO_REUSEPORT), each on a loop of its own: Linux then
         * spreads the connections over them. All of them set it. Not unless set.
         *
         * @param on whether they may
         * @return this
         */
        public Builder reusePort(boolean on) {
            reusePort = on;
            return this;
        }

        /**
         * Sets whether small writes to accepted connections are sent at once (TCP_NODELAY); they are unless set.
         *
         * @param on whether they are
         * @return this
         */
        public Builder noDelay(boolean on) {
            accepted.put(ChannelOption.TCP_NODELAY, on);
            return this;
        }

        /**
         * Sets whether the system probes accepted connections that are idle now and then (SO_KEEPALIVE); not unless
         * set.
         *
         * @param on whether it does
         * @return this
         */
        public Builder keepAlive(boolean on) {
            accepted.put(ChannelOption.SO_KEEPALIVE, on);
            return this;
        }

        /**
         * Listens.
         *
         * @return the listener; close it
         * @throws BindException if the address cannot be had
         * @throws IOException if the system refuses in another way
         * @throws UnsupportedOperationException if the port is to be shared and this system cannot do that
         * @throws IllegalStateException if the caller is no coroutine
         * @throws dev.weft.Cancelled if the calling task is cancelled
         */
        public TcpListener open() throws IOException {
            NettyIo io = NettyIo.current();
            if (reusePort) {
                Tcp.sharePort(io.transport(), options);
            }
            var acceptor = new Acceptor(io, accepted);
            Channel channel;
            try {
                channel = Channels.bind(io, io.binding().servers(), address, options, acceptor);
            } catch (IOException e) {
                throw (IOException)
                        new BindException("cannot listen at " + TcpStream.text(address) + ": " + Wire.reason(e))
                                .initCause(e);
            }
            return new TcpListener(io, acceptor, channel);
        }
    }
}

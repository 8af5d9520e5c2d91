package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.loop.kernel.Durations;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection.
 *
 * <pre>{@code
 * try (var stream = TcpStream.connect("example.org", 7)) {
 *     stream.write("hello\n");
 *     System.out.println(stream.readLine());
 * }
 * }</pre>
 */
public final class TcpStream extends SocketStream {
    private final InetSocketAddress local;
    private final InetSocketAddress remote;

    TcpStream(NettyIo io, Channel channel, Wire wire) {
        super(io, channel, wire);
        this.local = (InetSocketAddress) channel.localAddress();
        this.remote = (InetSocketAddress) channel.remoteAddress();
        wire.name(label());
    }

    /**
     * Connects with the defaults of the {@link Builder}.
     *
     * @param host a name or an address
     * @param port the port
     * @return the connection; close it
     * @throws java.net.UnknownHostException if the name has no address
     * @throws java.net.ConnectException if no address of the host lets itself be connected; each attempt is a
     *     suppressed exception if there were several
     * @throws java.net.SocketTimeoutException if looking the name up or connecting took too long
     * @throws IOException if the system refuses in another way
     * @throws IllegalArgumentException if the port is out of range
     * @throws IllegalStateException if the caller is no coroutine
     * @throws dev.weft.Cancelled if the calling task is cancelled; nothing is left open then
     */
    public static TcpStream connect(String host, int port) throws IOException {
        return to(host, port).connect();
    }

    /**
     * Begins to set how to connect.
     *
     * @param host a name or an address
     * @param port the port, from 1 to 65535
     * @return the settings
     * @throws IllegalArgumentException if the port is out of range
     */
    public static Builder to(String host, int port) {
        return new Builder(host, port);
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    String label() {
        return "TCP stream to " + text(remote);
    }

    /** {@return an address as people write it} */
    static String text(InetSocketAddress address) {
        if (address.isUnresolved()) {
            return address.getHostString() + ":" + address.getPort();
        }
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /**
     * How to connect.
     *
     * <p>A host with several addresses is connected as RFC 8305 ("happy eyeballs") says: the addresses in the
     * order of the resolver, but both families by turns; the next attempt begins when the one before has failed, or
     * after {@link #attemptDelay}; the first that succeeds wins, and the others are closed.
     */
    public static final class Builder {
        private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
        private static final Duration RESOLVE_LIMIT = Duration.ofSeconds(10);

        final String host;
        final int port;
        final Map<ChannelOption<?>, Object> options = new LinkedHashMap<>();
        Resolver resolver = Resolver.system();
        Duration resolveTimeout = RESOLVE_LIMIT;
        Duration connectTimeout = CONNECT_LIMIT;
        Duration attemptDelay = Duration.ofMillis(250);

        @Nullable
        InetSocketAddress local;

        private Builder(String host, int port) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a port to connect to is from 1 to 65535, and was " + port);
            }
            this.host = requireNonNull(host, "host");
            this.port = port;
            options.put(ChannelOption.TCP_NODELAY, true);
            options.put(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }

        /**
         * Sets who looks up the name; {@link Resolver#system()} unless set.
         *
         * @param value the resolver
         * @return this
         */
        public Builder resolver(Resolver value) {
            resolver = requireNonNull(value, "resolver");
            return this;
        }

        /**
         * Sets how long looking up the name may take; 10 seconds unless set.
         *
         * @param value the time, positive
         * @return this
         */
        public Builder resolveTimeout(Duration value) {
            resolveTimeout = Durations.positive("the time-out for the name", value);
            return this;
        }

        /**
         * Sets how long connecting may take, all attempts together, once the addresses are known; 30 seconds unless
         * set.
         *
         * @param value the time, positive
         * @return this
         */
        public Builder connectTimeout(Duration value) {
            connectTimeout = Durations.positive("the time-out for connecting", value);
            return this;
        }

        /**
         * Sets after which time without an answer the next address is tried too; 250 milliseconds unless set.
         *
         * @param value the time, positive
         * @return this
         */
        public Builder attemptDelay(Duration value) {
            attemptDelay = Durations.positive("the delay of the next attempt", value);
            return this;
        }

        /**
         * Sets the address of this side; the system chooses it unless set.
         *
         * @param value the address; port 0 lets the system choose the port
         * @return this
         */
        public Builder localAddress(InetSocketAddress value) {
            local = requireNonNull(value, "localAddress");
            return this;
        }

        /**
         * Sets whether small writes are sent at once, without waiting for more (TCP_NODELAY); they are unless set.
         *
         * @param on whether they are
         * @return this
         */
        public Builder noDelay(boolean on) {
            options.put(ChannelOption.TCP_NODELAY, on);
            return this;
        }

        /**
         * Sets whether the system probes an idle connection now and then (SO_KEEPALIVE); not unless set.
         *
         * @param on whether it does
         * @return this
         */
        public Builder keepAlive(boolean on) {
            options.put(ChannelOption.SO_KEEPALIVE, on);
            return this;
        }

        /**
         * Sets the sizes of the system's buffers; the system's own choice unless set.
         *
         * @param receive SO_RCVBUF in bytes, positive
         * @param send SO_SNDBUF in bytes, positive
         * @return this
         */
        public Builder bufferSizes(int receive, int send) {
            if (receive <= 0 || send <= 0) {
                throw new IllegalArgumentException(
                        "sizes of buffers must be positive, and were " + receive + " and " + send);
            }
            options.put(ChannelOption.SO_RCVBUF, receive);
            options.put(ChannelOption.SO_SNDBUF, send);
            return this;
        }

        /**
         * Connects.
         *
         * @return the connection; close it
         * @throws java.net.UnknownHostException if the name has no address
         * @throws java.net.ConnectException if no address of the host lets itself be connected; each attempt is a
         *     suppressed exception if there were several
         * @throws java.net.SocketTimeoutException if looking the name up or connecting took too long
         * @throws IOException if the system refuses in another way
         * @throws IllegalStateException if the caller is no coroutine
         * @throws dev.weft.Cancelled if the calling task is cancelled; nothing is left open then
         */
        public TcpStream connect() throws IOException {
            return Connecting.connect(this);
        }
    }
}

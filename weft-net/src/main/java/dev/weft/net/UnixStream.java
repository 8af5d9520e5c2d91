package dev.weft.net;

import dev.weft.loop.kernel.Durations;
import dev.weft.net.netty.Channels;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A connection over a Unix-domain socket.
 *
 * <p>With the transports io_uring and NIO the end of the other side's output ends the connection as a whole, both
 * directions of it, since Netty knows no other way there; with epoll and kqueue ({@code -Dweft.transport=epoll}) each
 * direction ends by itself.
 */
public final class UnixStream extends SocketStream {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** {@return the options of both sides; channels of NIO know none of them} */
    static Map<ChannelOption<?>, Object> options(Transport transport) {
        return transport == Transport.NIO ? Map.of() : Map.of(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    private final UnixAddress local;
    private final UnixAddress remote;

    UnixStream(NettyIo io, Channel channel, Wire wire, UnixAddress local) {
        super(io, channel, wire);
        this.local = local;
        this.remote = UnixAddress.of(channel.remoteAddress());
        wire.name(label());
    }

    /**
     * Connects to a socket in the file system.
     *
     * @param path its path
     * @return the connection; close it
     * @throws ConnectException if there is no socket, or nobody listens
     * @throws IOException if the system refuses in another way
     * @throws IllegalStateException if the caller is no coroutine
     * @throws dev.weft.Cancelled if the calling task is cancelled; nothing is left open then
     */
    public static UnixStream connect(Path path) throws IOException {
        return connect(UnixAddress.of(path));
    }

    /**
     * Connects to an address, as {@link #connect(Path)}.
     *
     * @param address the address
     * @return the connection; close it
     * @throws UnsupportedOperationException if it is an abstract name and the transport has none
     * @throws ConnectException if there is no socket, or nobody listens
     * @throws SocketTimeoutException if the other side has not accepted within 30 seconds
     * @throws IOException if the system refuses in another way
     */
    public static UnixStream connect(UnixAddress address) throws IOException {
        NettyIo io = NettyIo.current();
        var wire = new Wire(io);
        Channel channel;
        try {
            channel = Channels.connect(
                    io,
                    io.binding().unixSockets(),
                    address.toNetty(io.transport()),
                    null,
                    options(io.transport()),
                    io.loop().now() + LIMIT.toNanos(),
                    wire);
        } catch (SocketTimeoutException e) {
            throw (IOException) new SocketTimeoutException(
                            "nobody accepted the connection to " + address + " within " + Durations.text(LIMIT))
                    .initCause(e);
        } catch (IOException e) {
            throw (IOException)
                    new ConnectException("cannot connect to " + address + ": " + Wire.reason(e)).initCause(e);
        }
        return new UnixStream(io, channel, wire, UnixAddress.of(channel.localAddress()));
    }

    @Override
    public UnixAddress localAddress() {
        return local;
    }

    @Override
    public UnixAddress remoteAddress() {
        return remote;
    }

    @Override
    String label() {
        return "Unix stream " + local + " to " + remote;
    }
}

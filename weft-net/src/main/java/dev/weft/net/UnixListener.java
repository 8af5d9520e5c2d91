package dev.weft.net;

import dev.weft.net.netty.Channels;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.UnixSockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A listening Unix-domain socket.
 *
 * <p>A socket in the file system is for its owner alone: the file has the mode 0600 from the moment it appears.
 * A socket that a listener which is gone has left behind is replaced; one where somebody listens, and any other file,
 * is an "address in use". Closing removes the file, unless somebody has put another one in its place.
 */
public final class UnixListener extends Listener<UnixStream> {
    private static final Map<ChannelOption<?>, Object> OPTIONS =
            Map.of(ChannelOption.SO_BACKLOG, 128, ChannelOption.AUTO_READ, false);

    private final UnixAddress address;
    private final UnixSockets.@Nullable Bound file;

    private UnixListener(
            NettyIo io, Acceptor acceptor, Channel channel, UnixAddress address, UnixSockets.@Nullable Bound file) {
        super(io, acceptor, channel);
        this.address = address;
        this.file = file;
    }

    /**
     * Listens at a path.
     *
     * @param path the path
     * @return the listener; close it
     * @throws BindException if somebody listens there, the path is another file, or it cannot be had for another reason
     * @throws IOException if the system refuses in another way
     * @throws IllegalStateException if the caller is no coroutine
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static UnixListener open(Path path) throws IOException {
        return open(UnixAddress.of(path));
    }

    /**
     * Listens at an address, as {@link #open(Path)}.
     *
     * @param address the address
     * @return the listener; close it
     * @throws UnsupportedOperationException if it is an abstract name and the transport has none
     * @throws BindException if the address cannot be had
     * @throws IOException if the system refuses in another way
     */
    public static UnixListener open(UnixAddress address) throws IOException {
        NettyIo io = NettyIo.current();
        Path path = address.path();
        var acceptor = new Acceptor(io, UnixStream.options(io.transport()));
        if (path != null) {
            UnixSockets.Bound bound = UnixSockets.listen(io, path, hidden -> bind(io, address, hidden, acceptor));
            return new UnixListener(io, acceptor, bound.channel(), address, bound);
        }
        Channel channel = bind(io, address, address.toNetty(io.transport()), acceptor);
        return new UnixListener(io, acceptor, channel, address, null);
    }

    private static Channel bind(NettyIo io, UnixAddress address, SocketAddress where, Acceptor acceptor)
            throws IOException {
        try {
            return Channels.bind(io, io.binding().unixServers(), where, OPTIONS, acceptor);
        } catch (IOException e) {
            var exception = new BindException("cannot listen at " + address + ": " + Wire.reason(e));
            exception.initCause(e);
            throw exception;
        }
    }

    @Override
    void closed() {
        if (file != null) {
            file.removeFile();
        }
    }

    @Override
    public UnixAddress address() {
        return address;
    }

    @Override
    UnixStream stream(Channel accepted, Wire wire) {
        return new UnixStream(io, accepted, wire, address);
    }
}

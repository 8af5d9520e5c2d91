package dev.weft.net;

import dev.weft.Weft;
import dev.weft.net.netty.Channels;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A listening Unix-domain socket.
 *
 * <p>A socket in the file system is for its owner alone: the file has the mode 0600 from the moment it appears.
 * A socket that a listener which is gone has left behind is replaced; one where somebody listens, and any other file, is an "address in use". Closing removes the file, unless somebody has put
 * another one in its place.
 */
public final class UnixListener extends Listener<UnixStream> {
    private static final Map<ChannelOption<?>, Object> OPTIONS =
            Map.of(ChannelOption.SO_BACKLOG, 128, ChannelOption.AUTO_READ, false);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final UnixAddress address;
    private final @Nullable Object key;

    private UnixListener(NettyIo io, Acceptor acceptor, Channel channel, UnixAddress address, @Nullable Object key) {
        super(io, acceptor, channel);
        this.address = address;
        this.key = key;
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
        return path == null ? listen(io, address, address, () -> null) : listen(io, path);
    }

    /**
     * Netty deletes the file at the path that it has bound, whoever's that is by then, and a new socket may be open to all for a moment. So the socket is bound at a path that nobody knows, and appears
     * at its own only when it is ready, by a step that fails if something is there.
     */
    private static UnixListener listen(NettyIo io, Path path) throws IOException {
        removeStale(path);
        byte[] random = new byte[6];
        RANDOM.nextBytes(random);
        Path hidden = path.resolveSibling("." + HexFormat.of().formatHex(random));
        return listen(io, UnixAddress.of(path), UnixAddress.of(hidden), () -> publish(hidden, path));
    }

    private static UnixListener listen(
            NettyIo io, UnixAddress address, UnixAddress bound, Callable<@Nullable Object> publish) throws IOException {
        var acceptor = new Acceptor(UnixStream.options(io.transport()));
        Channel channel;
        try {
            channel = Channels.bind(io, io.binding().unixServers(), bound.toNetty(io.transport()), OPTIONS, acceptor);
        } catch (IOException e) {
            throw cannot(address, Wire.reason(e), e);
        }
        try {
            return new UnixListener(io, acceptor, channel, address, Weft.shield(() -> offload(publish)));
        } catch (FileAlreadyExistsException e) {
            Channels.close(io, channel);
            throw cannot(address, "address in use: somebody was faster", e);
        } catch (Throwable e) {
            Channels.close(io, channel);
            throw e;
        }
    }

    private static @Nullable Object publish(Path hidden, Path path) throws IOException {
        try {
            try {
                Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
            } catch (UnsupportedOperationException _) {
                // Windows: the directory decides.
            }
            Files.createLink(path, hidden);
        } finally {
            Files.deleteIfExists(hidden);
        }
        BasicFileAttributes published = attributes(path);
        return published == null ? null : published.fileKey();
    }

    private static void removeStale(Path path) throws IOException {
        BasicFileAttributes found = offload(() -> attributes(path));
        if (found == null) {
            return;
        }
        if (!found.isOther()) {
            throw cannot(UnixAddress.of(path), "address in use: there is a file that is no socket", null);
        }
        try (var _ = UnixStream.connect(path)) {
            throw cannot(UnixAddress.of(path), "address in use: somebody listens there", null);
        } catch (ConnectException _) {
            offload(() -> Files.deleteIfExists(path)); // nobody listens: a leftover
        }
    }

    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException _) {
            return null; // there is none, or binding will say what is wrong
        }
    }

    private static BindException cannot(UnixAddress address, String why, @Nullable Throwable cause) {
        var exception = new BindException("cannot listen at " + address + ": " + why);
        exception.initCause(cause);
        return exception;
    }

    private static <T extends @Nullable Object> T offload(Callable<T> work) throws IOException {
        try {
            return Weft.offload(work);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    void closed() {
        Path path = address.path();
        if (path == null) {
            return;
        }
        BasicFileAttributes found;
        try { // two system calls, and no need to let a cancellation in between
            found = attributes(path);
            if (found != null && found.isOther() && (key == null || key.equals(found.fileKey()))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException _) {
            // The next listener replaces it.
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

package dev.weft.net.netty;

import dev.weft.Weft;
import dev.weft.net.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Unix-domain sockets in the file system, connected and bound by coroutines.
 *
 * <p>A file of a listening socket is for its owner alone: it has the mode 0600 from the moment it appears. One that a
 * listener which is gone has left behind is replaced; one where somebody listens, and any other file, is an "address in
 * use".
 */
public final class UnixSockets {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long PROBE_NANOS = Duration.ofSeconds(10).toNanos();

    private UnixSockets() {}

    /** Binds a listening socket to an address. */
    @FunctionalInterface
    public interface Binder {
        /**
         * Binds.
         *
         * @param address the address
         * @return the bound channel
         * @throws IOException if it cannot be had
         */
        Channel bind(SocketAddress address) throws IOException;
    }

    /**
     * A listening socket.
     *
     * @param channel the socket
     * @param path where it is
     * @param key tells its file from another one at the same place; null where the system has no such thing
     */
    public record Bound(
            Channel channel, Path path, @Nullable Object key) {
        /** Deletes the file once the socket is closed, unless somebody has put another one in its place. */
        public void removeFile() {
            try { // two system calls, and no need to let a cancellation in between
                BasicFileAttributes found = attributes(path);
                if (found != null && found.isOther() && (key == null || key.equals(found.fileKey()))) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException _) {
                // The next listener replaces it.
            }
        }
    }

    /**
     * {@return what the channels of a transport understand}
     *
     * @param transport the transport
     * @param path the path
     */
    public static SocketAddress address(Transport transport, Path path) {
        return transport == Transport.NIO
                ? UnixDomainSocketAddress.of(path)
                : new io.netty.channel.unix.DomainSocketAddress(path.toString());
    }

    /**
     * Connects.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param path where to
     * @param deadline the time at which to give up, by the loop's clock
     * @param handler what is added to the pipeline
     * @return the connected channel, which the caller closes
     * @throws IOException if there is no connection, with the system's words
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static Channel connect(NettyIo io, Path path, long deadline, ChannelHandler handler) throws IOException {
        return Channels.connect(
                io, io.binding().unixSockets(), address(io.transport(), path), null, Map.of(), deadline, handler);
    }

    /**
     * Listens, and accepts connections as they come.
     *
     * @param io the I/O of the calling coroutine's loop, which accepts
     * @param path where
     * @param backlog how many connections the system keeps for the server until it accepts them
     * @param loops which loops get the accepted connections, by turns
     * @param child what is added to the pipeline of each accepted connection, on its loop
     * @return the listening socket, which the caller closes
     * @throws BindException if somebody listens there, or there is another file
     * @throws IOException if the system refuses, with its words
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public static Bound listen(NettyIo io, Path path, int backlog, List<EventLoop> loops, ChannelHandler child)
            throws IOException {
        return listen(
                io,
                path,
                address -> Channels.bind(
                        io,
                        io.binding().unixServers(),
                        address,
                        Map.of(ChannelOption.SO_BACKLOG, backlog),
                        new Dealer(loops, Map.of(), child)));
    }

    /**
     * Listens. Netty deletes the file at the path that it has bound, whoever's that is by then, and a new socket may be
     * open to all for a moment. So the socket is bound at a path that nobody knows, and appears at its own only when it
     * is ready, by a step that fails if something is there.
     *
     * @param io the I/O of the calling coroutine's loop
     * @param path where
     * @param binder binds the socket
     * @return the listening socket, which the caller closes
     * @throws BindException if somebody listens there, or there is another file
     * @throws IOException what binding throws
     */
    public static Bound listen(NettyIo io, Path path, Binder binder) throws IOException {
        removeStale(io, path);
        byte[] random = new byte[6];
        RANDOM.nextBytes(random);
        Path hidden = path.resolveSibling("." + HexFormat.of().formatHex(random));
        Channel channel = binder.bind(address(io.transport(), hidden));
        try {
            return new Bound(channel, path, Weft.shield(() -> offload(() -> publish(hidden, path))));
        } catch (FileAlreadyExistsException e) {
            Channels.close(io, channel);
            throw cannot(path, "address in use: somebody was faster", e);
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

    private static void removeStale(NettyIo io, Path path) throws IOException {
        BasicFileAttributes found = offload(() -> attributes(path));
        if (found == null) {
            return;
        }
        if (!found.isOther()) {
            throw cannot(path, "address in use: there is a file that is no socket", null);
        }
        Channel answered;
        try {
            answered = connect(io, path, io.loop().now() + PROBE_NANOS, new ChannelInboundHandlerAdapter());
        } catch (ConnectException _) {
            offload(() -> Files.deleteIfExists(path)); // nobody listens: a leftover
            return;
        }
        Channels.close(io, answered);
        throw cannot(path, "address in use: somebody listens there", null);
    }

    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException _) {
            return null; // there is none, or binding will say what is wrong
        }
    }

    private static BindException cannot(Path path, String why, @Nullable Throwable cause) {
        var exception = new BindException("cannot listen at " + path + ": " + why);
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
}

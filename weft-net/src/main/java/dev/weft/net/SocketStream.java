package dev.weft.net;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.Waiter;
import dev.weft.net.netty.Channels;
import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the system: {@link TcpStream} or {@link UnixStream}.
 *
 * <p>What belongs to nobody any more is not closed by itself: close streams, best by try-with-resources. The end of a
 * loop closes all that is left.
 */
public abstract sealed class SocketStream implements ByteStream permits TcpStream, UnixStream {
    /** For how long {@link #close} tries to send what has been written. */
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    final NettyIo io;
    final Channel channel;
    final Wire wire;
    private boolean outputShut;
    private boolean closed;
    private Handshake.@Nullable Agreed session;

    SocketStream(NettyIo io, Channel channel, Wire wire) {
        this.io = io;
        this.channel = channel;
        this.wire = wire;
    }

    /** {@return the address of this side} */
    public abstract SocketAddress localAddress();

    /** {@return the address of the other side} */
    public abstract SocketAddress remoteAddress();

    /** {@return this stream for messages: kind and other side} */
    abstract String label();

    private void onLoop() {
        if (!io.loop().isCurrent()) {
            throw new IllegalStateException(
                    "a stream is for coroutines of its loop '" + io.loop().name() + "', and " + label()
                            + " was used by thread '" + Thread.currentThread().getName()
                            + "'; pass the bytes on, or open the stream where it is used");
        }
    }

    // ---- reading

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        onLoop();
        return wire.input.read(into, offset, length);
    }

    @Override
    public byte[] read(int most) throws IOException {
        onLoop();
        return wire.input.read(most);
    }

    @Override
    public byte[] readExactly(int count) throws IOException {
        onLoop();
        return wire.input.readExactly(count);
    }

    @Override
    public byte[] readUntil(List<byte[]> separators, int limit) throws IOException {
        onLoop();
        return wire.input.readUntil(separators, limit);
    }

    @Override
    public @Nullable String readLine(int limit) throws IOException {
        onLoop();
        return wire.input.readLine(limit);
    }

    @Override
    public byte[] readAll(int limit) throws IOException {
        onLoop();
        return wire.input.readAll(limit);
    }

    // ---- writing

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        onLoop();
        writable();
        wire.output.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        onLoop();
        wire.output.flush();
    }

    @Override
    public long written() {
        return wire.output.accepted();
    }

    /**
     * Sends a whole file, as {@link #sendFile(Path, long, long)}.
     *
     * @param file the file
     * @return how many bytes were written: the size of the file
     * @throws IOException if the file cannot be read or the connection is broken
     */
    public long sendFile(Path file) throws IOException {
        return sendFile(file, 0, Long.MAX_VALUE);
    }

    /**
     * Sends part of a file, by the system itself where it can do that, without its bytes passing through this process.
     * Writes of other coroutines wait until it is done.
     *
     * <p>It goes in pieces of at most 1 MiB. If it is cancelled or fails, the pieces before have been written;
     * {@link #written} tells how many bytes that is.
     *
     * @param file the file
     * @param position where the part begins, from 0
     * @param count how long it is at most; it ends with the file in any case
     * @return how many bytes were written
     * @throws IllegalArgumentException if the position or the count is negative
     * @throws java.nio.file.NoSuchFileException if there is no such file
     * @throws IOException if the file cannot be read or the connection is broken
     */
    public long sendFile(Path file, long position, long count) throws IOException {
        onLoop();
        writable();
        return FileSending.send(this, file, position, count);
    }

    // ---- TLS

    /**
     * Begins TLS on this connection as its client, in place: what is written and read from now on is encrypted. Bytes
     * that have arrived and have not been read belong to the handshake, so that nobody between can slip plain text in.
     * On a connection that is encrypted already this begins TLS inside TLS.
     *
     * @param tls whom to trust and more; made by {@link Tls#client}
     * @param host the name by which the other side is known: its certificate must be for it
     * @throws TlsException if there is no agreement; it says why and what to do. The connection is aborted then
     * @throws IOException if the connection is broken, or keys or certificates cannot be loaded
     * @throws IllegalStateException if a task is reading this stream
     * @throws IllegalArgumentException if {@code tls} is for servers
     * @throws Cancelled if the calling task is cancelled; the connection is aborted then
     */
    public void startTls(Tls tls, String host) throws IOException {
        onLoop();
        session = Handshake.asClient(this, tls, host);
    }

    /**
     * Begins TLS on this connection as its server, in place, as {@link #startTls(Tls, String)}.
     *
     * @param tls the key and more; made by {@link Tls#server}
     * @throws TlsException if there is no agreement; it says why and what to do. The connection is aborted then
     * @throws IOException if the connection is broken, or keys or certificates cannot be loaded
     * @throws IllegalStateException if a task is reading this stream
     * @throws IllegalArgumentException if {@code tls} is for clients
     * @throws Cancelled if the calling task is cancelled; the connection is aborted then
     */
    public void startTls(Tls tls) throws IOException {
        onLoop();
        session = Handshake.asServer(this, tls);
    }

    /** {@return whether what is sent goes through TLS} */
    public boolean isSecure() {
        return session != null;
    }

    /** {@return what was agreed on by TLS: version, cipher, the certificates of the other side; null without TLS} */
    public @Nullable SSLSession tlsSession() {
        Handshake.Agreed agreed = session;
        return agreed == null ? null : agreed.session();
    }

    /** {@return the protocol that was agreed on by ALPN; null without TLS or without agreement} */
    public @Nullable String applicationProtocol() {
        Handshake.Agreed agreed = session;
        return agreed == null ? null : agreed.applicationProtocol();
    }

    private void writable() throws IOException {
        if (outputShut && !closed) {
            throw new SocketException("the output of " + label() + " has been shut down on this side");
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        onLoop();
        if (session != null) {
            throw new UnsupportedOperationException(
                    "TLS cannot end one direction alone; have the protocol say where a message ends, and close");
        }
        if (outputShut || closed) {
            return;
        }
        wire.output.flush();
        outputShut = true;
        var done = new Handover<Boolean>();
        io.eventLoop()
                .execute(() -> ((DuplexChannel) channel).shutdownOutput().addListener(future -> done.complete(true)));
        done.awaitUncancellable(); // it waits for no peer; if the peer is gone, reading tells
    }

    // ---- the end

    @Override
    public void close() throws IOException {
        onLoop();
        if (closed) {
            return;
        }
        closed = true;
        wire.input.fail(new ClosedHere());
        wire.input.discard();
        boolean inTime;
        try {
            Waiter self = Waiter.current();
            inTime = wire.output.awaitSent(self, self.nanoTime() + CLOSE_LIMIT.toNanos());
        } catch (Cancelled e) {
            finish(true);
            throw e;
        }
        boolean lost = wire.output.untold();
        long unsent = wire.output.unsent();
        Throwable cause = wire.failure();
        finish(!inTime);
        if (!inTime || lost) {
            throw new IOException(
                    "the last " + unsent + " bytes that were written to " + label() + " could not be sent"
                            + (lost
                                    ? ": " + cause
                                    : " within " + CLOSE_LIMIT.toSeconds() + " s; it was closed without"),
                    cause);
        }
    }

    @Override
    public void abort() {
        onLoop();
        if (closed) {
            return;
        }
        closed = true;
        finish(true);
    }

    /** Aborts without waiting for the socket to be closed. */
    void drop() {
        closed = true;
        wire.fail(new ClosedHere());
        io.eventLoop().execute(wire::reset);
    }

    private void finish(boolean hard) {
        wire.fail(new ClosedHere());
        if (hard) {
            io.eventLoop().execute(wire::reset);
        }
        Channels.close(io, channel);
    }

    /** {@return whether this side has closed this stream} */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return label() + (closed ? " (closed)" : session != null ? " (TLS)" : "");
    }
}

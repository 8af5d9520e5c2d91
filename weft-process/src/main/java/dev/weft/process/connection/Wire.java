package dev.weft.process.connection;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A socket that never blocks, and the waits for it. One reader and one writer at a time; {@link #close} by any thread
 * ends their waits.
 *
 * <p>It does not block because a channel that does is closed by an interrupt of the thread that uses it, in the middle
 * of a message.
 */
final class Wire {
    private static final int MOST_AT_ONCE = 1 << 17;

    private final SocketChannel channel;
    private volatile @Nullable Readiness reading;
    private volatile @Nullable Readiness writing;

    /** Makes a wire of a connected socket, which belongs to it from now on. */
    Wire(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
    }

    /** {@return how many bytes were read, 0 if there are none now, -1 at the end} */
    int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    /** Writes what the socket takes. */
    void write(ByteBuffer from) throws IOException {
        int end = from.limit();
        try {
            int count = 1;
            while (count > 0 && from.position() < end) {
                // The JDK copies an array to memory of its own, as much as is to be written, and keeps that.
                from.limit(Math.min(end, from.position() + MOST_AT_ONCE));
                count = channel.write(from);
            }
        } finally {
            from.limit(end);
        }
    }

    /** Arms a readiness for bytes or the end; it comes at once if the wire is closed. */
    void armReading(Readiness readiness) {
        reading = readiness;
        Poller.get().arm(channel, SelectionKey.OP_READ, readiness);
        if (!channel.isOpen()) {
            readiness.come();
        }
    }

    /** Waits for bytes or the end; false if the time is over first. */
    boolean awaitReading(long deadline) {
        var readiness = new Readiness("bytes of a connection");
        armReading(readiness);
        return readiness.await(deadline);
    }

    /** Waits for room; false if the time is over first. */
    boolean awaitWriting(long deadline) {
        var readiness = new Readiness("room in a connection");
        writing = readiness;
        Poller.get().arm(channel, SelectionKey.OP_WRITE, readiness);
        if (!channel.isOpen()) {
            readiness.come();
        }
        return readiness.await(deadline);
    }

    /** Fills a buffer. */
    void readFully(ByteBuffer into, long deadline) throws IOException, TimeoutException {
        while (into.hasRemaining()) {
            int count = read(into);
            if (count < 0) {
                throw new EOFException("the other side closed the connection after " + into.position() + " of "
                        + into.limit() + " bytes");
            }
            if (count == 0 && !awaitReading(deadline)) {
                throw new TimeoutException("it had sent " + into.position() + " of " + into.limit() + " bytes in time");
            }
        }
    }

    /** Writes a buffer to its end. */
    void writeFully(ByteBuffer from, long deadline) throws IOException, TimeoutException {
        write(from);
        while (from.hasRemaining()) {
            if (!awaitWriting(deadline)) {
                throw new TimeoutException("it did not take " + from.remaining() + " bytes in time");
            }
            write(from);
        }
    }

    /** Tells the other side that nothing more will be sent. */
    void endOutput() throws IOException {
        try {
            channel.shutdownOutput();
        } catch (ClosedChannelException e) {
            // It knows already.
            return;
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Closes the socket; idempotent. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger("dev.weft.process").log(System.Logger.Level.DEBUG, "closing a connection failed", e);
        }
        comeAll();
        Poller.get().forgetClosed();
    }

    /** Has those who wait look again. */
    void comeAll() {
        Readiness in = reading;
        if (in != null) {
            in.come();
        }
        Readiness out = writing;
        if (out != null) {
            out.come();
        }
    }

    @Override
    public String toString() {
        return channel.toString();
    }
}

package dev.weft.http.netty;

import dev.weft.net.netty.Handover;
import dev.weft.net.netty.NettyIo;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * Writes the body of a message to a channel in pieces, and waits while the peer does not take them.
 *
 * <p>One coroutine at a time writes. A piece goes out when it is full, and at {@link #flush}; the writer then waits
 * until the system has taken it. What was announced and what is written must agree: a body that would get longer fails
 * before the surplus is sent.
 */
public abstract class BodyWriter extends OutputStream {
    private static final int PIECE = 32 * 1024;
    private static final int UNCOPIED = 128 * 1024;

    private final NettyIo io;
    private final Channel channel;
    private final long announced;
    private byte[] piece = new byte[Math.min(PIECE, 4 * 1024)];
    private int filled;
    private long written;
    private boolean closed;

    /**
     * Begins a body.
     *
     * @param io the loop's I/O
     * @param channel where the body goes
     * @param announced its length, negative if unknown
     */
    protected BodyWriter(NettyIo io, Channel channel, long announced) {
        this.io = io;
        this.channel = channel;
        this.announced = announced;
    }

    /**
     * Called before bytes are accepted and after each wait; throws if no more should be written.
     *
     * @throws IOException if so
     */
    protected abstract void checkOpen() throws IOException;

    /** {@return until when the peer has to take the next piece, by the loop's clock} */
    protected abstract long deadline();

    /** {@return what to throw if the peer did not take a piece in time} */
    protected abstract RuntimeException late();

    /**
     * {@return what to throw if the channel failed}
     *
     * @param cause what the system said
     */
    protected abstract RuntimeException broken(Throwable cause);

    @Override
    public final void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public final void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException("the body has ended; nothing can be written after close()");
        }
        checkOpen();
        if (announced >= 0 && length > announced - written) {
            throw new IOException("the body was announced with " + announced + " bytes, and " + (written + length)
                    + " are being written; announce the right length, or none");
        }
        written += length;
        int done = 0;
        while (done < length) {
            if (filled == piece.length) {
                makeRoom();
            }
            int count = Math.min(length - done, piece.length - filled);
            System.arraycopy(bytes, offset + done, piece, filled, count);
            filled += count;
            done += count;
        }
    }

    private void makeRoom() throws IOException {
        if (piece.length < PIECE) {
            piece = java.util.Arrays.copyOf(piece, PIECE);
        } else {
            flush();
        }
    }

    /** Sends what has been written so far, and waits until the system has taken it. */
    @Override
    public final void flush() throws IOException {
        if (filled == 0) {
            return;
        }
        byte[] full = piece;
        int length = filled;
        piece = new byte[full.length];
        filled = 0;
        send(full, 0, length);
    }

    /**
     * Sends bytes without copying them.
     *
     * @param all the bytes, not to be changed until the message has been sent
     * @throws IOException as {@link #write} does
     */
    public final void sendAll(byte[] all) throws IOException {
        flush();
        written += all.length;
        for (int at = 0; at < all.length; at += UNCOPIED) {
            send(all, at, Math.min(UNCOPIED, all.length - at));
        }
    }

    private void send(byte[] full, int offset, int length) throws IOException {
        checkOpen();
        var done = new Handover<Boolean>();
        io.eventLoop()
                .execute(() -> channel.writeAndFlush(
                                new DefaultHttpContent(Unpooled.wrappedBuffer(full, offset, length)))
                        .addListener(sent -> {
                            Throwable cause = sent.cause();
                            if (cause == null) {
                                done.complete(true);
                            } else {
                                done.fail(cause);
                            }
                        }));
        if (!done.await(deadline())) {
            throw late();
        }
        checkOpen();
        Throwable failure = done.failure();
        if (failure != null) {
            throw broken(failure);
        }
    }

    /** Sends what is left. Whether the message ends here is the owner's business. */
    @Override
    public final void close() throws IOException {
        if (!closed) {
            flush();
            closed = true;
        }
    }

    /** {@return how many bytes have been written} */
    public final long written() {
        return written;
    }
}

package dev.weft.http.netty;

import dev.weft.net.netty.Handover;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The body of one message between the handler that receives it and the coroutine that reads it, copied out of Netty's
 * buffers.
 *
 * <p>Loop thread only: the handler's methods run on the I/O coroutine, those of the reader in one coroutine at a time
 * of the same loop, so that the two never run at the same time. While more than {@link #HIGH} bytes wait to be read,
 * the channel is not read; it is again once fewer than {@link #LOW} are left.
 */
public final class BodyQueue {
    /** From how many waiting bytes on the channel rests. */
    public static final int HIGH = 256 * 1024;

    private static final int LOW = HIGH / 4;
    private static final byte[] NONE = {};

    private final Gate gate;

    /** What has come and has not been read; null until something comes, which in most messages is never. */
    private @Nullable ArrayDeque<byte[]> pieces;

    private int taken; // of the first piece
    private long buffered;
    private long received;
    private boolean ended;
    private boolean discarding;
    private boolean paused;
    private @Nullable Throwable failure;
    private @Nullable Handover<Boolean> reader;

    /** What stops and starts the reading of a channel. */
    public interface Gate {
        /** Stops it; called on the I/O coroutine. */
        void pause();

        /** Starts it again; called by the reading coroutine. */
        void resume();

        /**
         * {@return a gate that turns a channel's automatic reading off and on}
         *
         * @param channel the channel
         */
        static Gate of(Channel channel) {
            return new Gate() {
                @Override
                public void pause() {
                    channel.config().setAutoRead(false);
                }

                @Override
                public void resume() {
                    channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
                }
            };
        }
    }

    /**
     * Makes an empty queue.
     *
     * @param gate stops and starts the channel
     */
    public BodyQueue(Gate gate) {
        this.gate = gate;
    }

    // ---- the handler's side

    /**
     * Adds what a buffer holds; the buffer is neither changed nor kept.
     *
     * @param part the buffer
     */
    public void offer(ByteBuf part) {
        int more = part.readableBytes();
        received += more;
        if (more == 0 || discarding || ended) {
            return;
        }
        var piece = new byte[more];
        part.getBytes(part.readerIndex(), piece);
        ArrayDeque<byte[]> waiting = pieces;
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
            pieces = waiting;
        }
        waiting.add(piece);
        buffered += more;
        if (buffered > HIGH && !paused) {
            paused = true;
            gate.pause();
        }
        tell();
    }

    /** Says that the body is complete; the channel is free for what comes next, whether or not this is read. */
    public void end() {
        ended = true;
        if (paused) {
            paused = false;
            gate.resume();
        }
        tell();
    }

    /**
     * Says that the rest will not come; what is there can be read first.
     *
     * @param cause why
     */
    public void fail(Throwable cause) {
        if (!ended && failure == null) {
            failure = cause;
            tell();
        }
    }

    private void tell() {
        Handover<Boolean> waiting = reader;
        if (waiting != null) {
            waiting.complete(true);
        }
    }

    // ---- the reader's side

    /**
     * Waits until there is something to read, or the end, or a failure.
     *
     * @param deadline when to give up, by the loop's clock
     * @return false if the time came first
     * @throws IllegalStateException if another coroutine is waiting already
     */
    public boolean await(long deadline) {
        if (isReady()) {
            return true;
        }
        if (reader != null) {
            throw new IllegalStateException("another task is reading this body; one at a time may");
        }
        var waiting = new Handover<Boolean>();
        reader = waiting;
        try {
            return waiting.await(deadline);
        } finally {
            reader = null;
        }
    }

    private boolean isReady() {
        return buffered > 0 || ended || failure != null;
    }

    /**
     * Takes bytes that are there.
     *
     * @param into where they go
     * @param offset where there
     * @param length how many at most, more than zero
     * @return how many; 0 if none are there now, -1 at the end
     */
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        int done = 0;
        ArrayDeque<byte[]> waiting = pieces;
        while (waiting != null && done < length && !waiting.isEmpty()) {
            byte[] first = waiting.getFirst();
            int count = Math.min(length - done, first.length - taken);
            System.arraycopy(first, taken, into, offset + done, count);
            done += count;
            taken += count;
            if (taken == first.length) {
                waiting.removeFirst();
                taken = 0;
            }
        }
        took(done);
        return done == 0 && ended ? -1 : done;
    }

    /**
     * Takes the next piece as it came.
     *
     * @return the bytes, not to be shared; empty if none are there now
     */
    public byte[] poll() {
        ArrayDeque<byte[]> waiting = pieces;
        byte[] first = waiting == null ? null : waiting.poll();
        if (first == null) {
            return NONE;
        }
        byte[] piece = taken == 0 ? first : java.util.Arrays.copyOfRange(first, taken, first.length);
        taken = 0;
        took(piece.length);
        return piece;
    }

    private void took(int bytes) {
        buffered -= bytes;
        if (paused && buffered < LOW) {
            paused = false;
            gate.resume();
        }
    }

    /** Drops what is there and what will come. */
    public void discard() {
        discarding = true;
        pieces = null;
        taken = 0;
        took((int) buffered);
    }

    /** {@return whether the last byte has arrived, read or not} */
    public boolean isEnded() {
        return ended;
    }

    /** {@return whether everything has been read} */
    public boolean isExhausted() {
        return ended && buffered == 0;
    }

    /** {@return why the rest will not come, or null} */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** {@return how many bytes wait to be read} */
    public long buffered() {
        return buffered;
    }

    /** {@return how many bytes have arrived} */
    public long received() {
        return received;
    }
}

package dev.weft.http.netty;

import dev.weft.net.netty.Handover;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The body of one message between the handler that receives it and the coroutine that reads it, copied out of Netty's
 * buffers.
 *
 * <p>Loop thread only: the handler's methods run on the I/O coroutine, those of the reader in one coroutine at a time
 * of the same loop, so that the two never run at the same time. While more than {@link #HIGH} bytes wait to be read,
 * the channel is not read; it is again once fewer than {@link #LOW} are left. More is let in while it is known that
 * nobody can read ({@link #expectNoReader}). What comes in small pieces is kept in larger ones, so that a peer cannot
 * have more memory taken than about twice what it has sent.
 */
public final class BodyQueue {
    /** From how many waiting bytes on the channel rests. */
    public static final int HIGH = 256 * 1024;

    private static final int LOW = HIGH / 4;

    /** Smaller parts than this are put together. */
    private static final int SMALL = 1024;

    /** How large a piece of small parts becomes. */
    private static final int GATHERED = 8 * 1024;

    private final Gate gate;

    /** What has come and has not been read; null until something comes, which in most messages is never. */
    private @Nullable ArrayDeque<byte[]> pieces;

    /** What has come last, if that was small: to be filled before it becomes a piece; null if there is none. */
    private byte @Nullable [] gathering;

    private int gathered; // in that
    private int taken; // of the first piece
    private long buffered;
    private long received;
    private boolean ended;
    private long most = HIGH; // may wait before the channel rests
    private long toldAhead; // of what waits: the gate knows it as taken already
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
         * Notes that bytes have been read, or dropped; called by the reading coroutine, or on the I/O coroutine.
         *
         * @param bytes how many
         */
        default void took(int bytes) {}

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
        if (more == 0 || ended) {
            return;
        }
        if (discarding) {
            gate.took(more);
            return;
        }
        if (more < SMALL) {
            gather(part, more);
        } else {
            finishGathering();
            var piece = new byte[more];
            part.getBytes(part.readerIndex(), piece);
            add(piece);
        }
        buffered += more;
        if (buffered > most) {
            rest();
        } else if (most > HIGH) {
            toldAhead += more;
            gate.took(more);
        }
        tell();
    }

    private void rest() {
        if (!paused) {
            paused = true;
            gate.pause();
        }
    }

    /**
     * Has more taken in before the channel rests: nobody reads yet, and the peer may have to be rid of this to go on.
     * On the I/O coroutine, before anything comes.
     *
     * @param bytes how many may wait to be read
     */
    public void expectNoReader(long bytes) {
        most = bytes;
    }

    /** Has the channel rest as usual from now on; on the I/O coroutine. */
    public void expectReader() {
        most = HIGH;
        if (buffered > HIGH && !ended) {
            rest();
        }
    }

    private void add(byte[] piece) {
        ArrayDeque<byte[]> waiting = pieces;
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
            pieces = waiting;
        }
        waiting.add(piece);
    }

    private void gather(ByteBuf part, int more) {
        byte[] open = gathering;
        if (open != null && gathered + more > GATHERED) {
            finishGathering();
            open = null;
        }
        if (open == null) {
            open = new byte[more]; // the whole of most small bodies
            gathered = 0;
        } else if (gathered + more > open.length) {
            open = Arrays.copyOf(open, Math.min(GATHERED, Math.max(2 * open.length, gathered + more)));
        }
        part.getBytes(part.readerIndex(), open, gathered, more);
        gathering = open;
        gathered += more;
    }

    /** Makes a piece of what has been gathered. */
    private void finishGathering() {
        byte[] open = gathering;
        if (open != null) {
            gathering = null;
            add(gathered == open.length ? open : Arrays.copyOf(open, gathered));
        }
    }

    /** {@return what can be read now} */
    private @Nullable ArrayDeque<byte[]> readable() {
        if (gathering != null && (pieces == null || pieces.isEmpty())) {
            finishGathering();
        }
        return pieces;
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
        ArrayDeque<byte[]> waiting = readable();
        while (waiting != null && done < length && !waiting.isEmpty()) {
            byte[] first = waiting.getFirst();
            int count = Math.min(length - done, first.length - taken);
            System.arraycopy(first, taken, into, offset + done, count);
            done += count;
            taken += count;
            if (taken == first.length) {
                waiting.removeFirst();
                taken = 0;
                waiting = readable();
            }
        }
        took(done);
        return done == 0 && ended ? -1 : done;
    }

    private void took(int bytes) {
        buffered -= bytes;
        int told = (int) Math.min(bytes, toldAhead);
        toldAhead -= told;
        if (bytes > told) {
            gate.took(bytes - told);
        }
        if (paused && buffered < LOW) {
            paused = false;
            gate.resume();
        }
    }

    /** Drops what is there and what will come. */
    public void discard() {
        discarding = true;
        pieces = null;
        gathering = null;
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

    /** {@return in how many pieces the waiting bytes are kept} */
    int pieces() {
        return (pieces == null ? 0 : pieces.size()) + (gathering == null ? 0 : 1);
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

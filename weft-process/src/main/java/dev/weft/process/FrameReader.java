package dev.weft.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/** Cuts what arrives on a non-blocking channel into frames. One thread. */
final class FrameReader {
    private static final int BUFFER = 1 << 16;
    private static final byte[] NOTHING = {};

    /** Takes one frame. */
    interface Sink {
        void accept(Frame frame) throws IOException;
    }

    private final ReadableByteChannel channel;
    private final boolean fromWorker;
    private final int longestBody;
    private final Sink sink;
    /** Holds what has been read and not yet taken, between frames in read mode. */
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    private int received;
    private boolean inBody;
    private byte type;
    private byte kind;
    private long id;
    private byte[] body = NOTHING;
    private int filled;

    /**
     * Makes a reader.
     *
     * @param channel where frames come from
     * @param fromWorker whether they are those that a worker sends, and not those that it gets
     * @param longestBody the most bytes in a body
     * @param sink takes the frames, in the thread that reads
     */
    FrameReader(ReadableByteChannel channel, boolean fromWorker, int longestBody, Sink sink) {
        this.channel = channel;
        this.fromWorker = fromWorker;
        this.longestBody = longestBody;
        this.sink = sink;
    }

    /**
     * Reads once and hands on the frames that are complete.
     *
     * @return false at the end of the stream
     * @throws ProtocolException if something is no frame
     */
    boolean read() throws IOException {
        buffer.compact();
        int count = channel.read(buffer);
        buffer.flip();
        received = count;
        if (count < 0) {
            return false;
        }
        while (inBody ? fill() : header()) {}
        return true;
    }

    /** {@return whether the last {@link #read} found anything} */
    boolean hasReceived() {
        return received > 0;
    }

    private boolean header() throws IOException {
        if (buffer.remaining() < Frame.HEADER) {
            return false;
        }
        int length = buffer.getInt();
        type = buffer.get();
        kind = buffer.get();
        short zero = buffer.getShort();
        id = buffer.getLong();
        if (zero != 0 || !(fromWorker ? Frame.isFromWorker(type) : Frame.isFromPool(type))) {
            throw new ProtocolException(
                    "expected a frame and found one of type " + type + " with " + zero + " where 0 belongs");
        }
        if (length < 0 || length > longestBody) {
            throw new ProtocolException("a frame of type " + type + " claims a body of " + length + " bytes; at most "
                    + longestBody + " are taken");
        }
        body = new byte[length];
        filled = 0;
        inBody = true;
        return true;
    }

    private boolean fill() throws IOException {
        int count = Math.min(buffer.remaining(), body.length - filled);
        buffer.get(body, filled, count);
        filled += count;
        if (filled < body.length) {
            return false;
        }
        Frame frame = new Frame(type, kind, id, body, body.length);
        inBody = false;
        body = NOTHING;
        sink.accept(frame);
        return true;
    }
}

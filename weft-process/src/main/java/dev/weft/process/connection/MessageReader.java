package dev.weft.process.connection;

import dev.weft.process.internal.ValueCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what arrives on a wire into messages; goes on where it was when there was no more to read. What a message claims
 * to be long is allocated as its bytes arrive. For one reader at a time.
 */
final class MessageReader {
    enum Progress {
        /** A message is there. */
        READY,
        /** The wire has no more now. */
        WAIT,
        /** The other side has ended the stream, between two messages. */
        END
    }

    /** No kind of value has a larger number; see {@link ValueCodec}. */
    private static final int MOST_KIND = 63;

    private static final int BUFFER = 8192;
    private static final int FIRST_PART = 1 << 16;
    private static final int MOST_AT_ONCE = 1 << 17;

    private final ByteBuffer in =
            ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private byte kind;
    private int length;
    private int filled;
    private byte @Nullable [] body;
    private boolean ended;

    /** A whole message. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Received(byte kind, byte[] body) {}

    /**
     * Reads until a message is there, as far as that can be done without waiting.
     *
     * @throws ConnectionException if what arrives is no message, is too long, or ends in the middle
     */
    Progress advance(Wire wire, int longest) throws IOException {
        while (true) {
            byte[] bytes = body;
            if (bytes != null && filled == length) {
                return Progress.READY;
            }
            if (ended) {
                return Progress.END;
            }
            if (bytes != null) {
                int count = readBody(wire, bytes);
                if (count == 0) {
                    return Progress.WAIT;
                }
                if (count < 0) {
                    throw torn(filled, length);
                }
            } else if (in.remaining() >= ValueCodec.HEADER) {
                begin(longest);
            } else {
                in.compact();
                int count;
                try {
                    count = wire.read(in);
                } finally {
                    in.flip();
                }
                if (count == 0) {
                    return Progress.WAIT;
                }
                if (count < 0) {
                    if (in.hasRemaining()) {
                        throw torn(in.remaining(), ValueCodec.HEADER);
                    }
                    ended = true;
                }
            }
        }
    }

    private void begin(int longest) {
        kind = in.get();
        length = in.getInt();
        if (kind < 0 || kind > MOST_KIND || length < 0) {
            throw new ConnectionException(
                    "what the other side sent is no message (it begins with kind " + kind + ", length " + length
                            + "), and the connection is closed: both sides must use this library, in the same version",
                    null);
        }
        if (length > longest) {
            throw new ConnectionException(
                    "the other side sent a message of " + length + " bytes, and this connection takes at most "
                            + longest
                            + ": it is closed. Send large things in parts or as the name of a file, or allow more with longestMessage",
                    null);
        }
        byte[] bytes = new byte[Math.min(length, FIRST_PART)];
        filled = Math.min(in.remaining(), bytes.length);
        in.get(bytes, 0, filled);
        body = bytes;
    }

    private int readBody(Wire wire, byte[] bytes) throws IOException {
        byte[] room = bytes;
        if (filled == room.length) {
            room = Arrays.copyOf(room, (int) Math.min(length, 2L * room.length));
            body = room;
        }
        if (in.hasRemaining()) {
            int count = Math.min(in.remaining(), room.length - filled);
            in.get(room, filled, count);
            filled += count;
            return count;
        }
        int count = wire.read(ByteBuffer.wrap(room, filled, Math.min(room.length - filled, MOST_AT_ONCE)));
        filled += Math.max(0, count);
        return count;
    }

    private static ConnectionException torn(int had, int of) {
        return new ConnectionException(
                "the other side ended in the middle of a message, after " + had + " of " + of
                        + " bytes: its process has probably been killed",
                null);
    }

    /** {@return the message that is there, which the next {@link #take} removes} */
    Received peek() {
        byte[] bytes = body;
        if (bytes == null || filled != length) {
            throw new AssertionError("no message is there");
        }
        return new Received(kind, bytes);
    }

    Received take() {
        Received message = peek();
        body = null;
        return message;
    }

    /** {@return the bytes that have been read and belong to messages that have not been taken, as they came} */
    ByteBuffer unread() {
        byte[] bytes = body;
        int begun = bytes == null ? 0 : ValueCodec.HEADER + filled;
        ByteBuffer all = ByteBuffer.allocate(begun + in.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes != null) {
            all.put(kind).putInt(length).put(bytes, 0, filled);
        }
        return all.put(in).flip();
    }
}

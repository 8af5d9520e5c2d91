package dev.weft.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says first: that it is one, and which. The frame has a fixed length, so that nothing has to be believed
 * to read it.
 *
 * @param number the number of the worker
 * @param token the secret that the pool gave it
 * @param maxMemory the most heap it has, in bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared with equals
record Hello(int number, byte[] token, long maxMemory) {
    static final int TOKEN = 32;
    static final int BODY = Long.BYTES + TOKEN + Long.BYTES;
    /** "WEFT" and the version of the protocol. */
    private static final long MAGIC = 0x57_45_46_54_00_00_00_01L;

    Frame frame() {
        byte[] body = new byte[BODY];
        ByteBuffer.wrap(body)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC)
                .put(token)
                .putLong(maxMemory);
        return new Frame(Frame.HELLO, Kind.NULL, number, body, BODY);
    }

    /** {@return the greeting in a complete frame, or null if it is none} */
    static @Nullable Hello parse(ByteBuffer frame) {
        frame.order(ByteOrder.LITTLE_ENDIAN);
        int length = frame.getInt();
        byte type = frame.get();
        byte kind = frame.get();
        short zero = frame.getShort();
        long number = frame.getLong();
        long magic = frame.getLong();
        byte[] token = new byte[TOKEN];
        frame.get(token);
        long maxMemory = frame.getLong();
        boolean good = length == BODY
                && type == Frame.HELLO
                && kind == Kind.NULL
                && zero == 0
                && number == (int) number
                && magic == MAGIC
                && maxMemory > 0;
        return good ? new Hello((int) number, token, maxMemory) : null;
    }
}

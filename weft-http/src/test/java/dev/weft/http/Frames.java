package dev.weft.http;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Frames of HTTP/2, byte by byte, for peers that do what Netty's codec would not. */
public final class Frames {
    public static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RESET = 3;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;

    public static final int END_OF_STREAM = 1;
    public static final int PADDED = 8;

    public static final byte[] SETTINGS = frame(4, 0, 0, new byte[0]);
    public static final byte[] SETTINGS_CONFIRMED = frame(4, 1, 0, new byte[0]);

    private static final int END_OF_HEADERS = 4;
    private static final int END_OF_BOTH = END_OF_STREAM | END_OF_HEADERS;

    private Frames() {}

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Frame(int type, int flags, int stream, byte[] payload) {}

    public static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** {@return the frame, on another stream; one for the connection as it is} */
    public static byte[] on(int stream, byte[] frame) {
        byte[] copy = frame.clone();
        if (frame[3] != GOAWAY) {
            ByteBuffer.wrap(copy).putInt(5, stream);
        }
        return copy;
    }

    public static byte[] reset(int stream, int code) {
        return frame(RESET, 0, stream, ByteBuffer.allocate(4).putInt(code).array());
    }

    /** A whole GET over http; the fields as literals without indexing. */
    public static byte[] get(int stream, String path) {
        return request(stream, END_OF_BOTH, 0x82, path);
    }

    /** The header of a POST over http, whose body follows. */
    public static byte[] post(int stream, String path) {
        return request(stream, END_OF_HEADERS, 0x83, path);
    }

    private static byte[] request(int stream, int flags, int method, String path) {
        var block = new ByteArrayOutputStream();
        block.write(method); // an entry of HPACK's static table
        block.write(0x86); // :scheme http
        literal(block, 4, path); // :path
        literal(block, 1, "h"); // :authority
        return frame(HEADERS, flags, stream, block.toByteArray());
    }

    /** A whole request that has an answer without a body. */
    public static byte[] head(int stream, String path) {
        var block = new ByteArrayOutputStream();
        literal(block, 2, "HEAD"); // :method
        block.write(0x86); // :scheme http
        literal(block, 4, path); // :path
        literal(block, 1, "h"); // :authority
        return frame(HEADERS, END_OF_BOTH, stream, block.toByteArray());
    }

    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@return the next frame, or null at the end} */
    public static @Nullable Frame read(DataInputStream in) throws IOException {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & Integer.MAX_VALUE;
            return new Frame(type, flags, stream, in.readNBytes(length));
        } catch (EOFException e) {
            return null;
        }
    }
}

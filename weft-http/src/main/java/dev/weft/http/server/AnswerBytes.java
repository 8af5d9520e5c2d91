package dev.weft.http.server;

import dev.weft.http.netty.HeadBytes;
import dev.weft.net.netty.NettyIo;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes one buffer of an answer of HTTP/1.1 whose body is in memory, as most are: with what Netty's encoder would
 * write, and without its objects. One for each loop, for its I/O coroutine.
 */
final class AnswerBytes {
    private static final int NO_CONTENT = 204;
    private static final int RESET_CONTENT = 205;
    private static final int NOT_MODIFIED = 304;
    private static final int STATUSES = 600;
    private static final byte[] CONTENT_LENGTH = ascii("content-length: ");
    private static final byte[] NONE = {};

    private final NettyIo io;
    private final HeadBytes head = new HeadBytes();

    /** The first line for each status, as it has been needed. */
    private final byte[] @Nullable [] statusLines = new byte[STATUSES] @Nullable [];

    private String date = "";
    private byte[] dateLine = NONE;

    AnswerBytes(NettyIo io) {
        this.io = io;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * {@return an answer, to be sent now}
     *
     * @param today the value of the Date field
     * @param connection the value of the Connection field; null to leave that to the response
     * @param oldClient whether the client knows no chunks
     * @param toHead whether it is to a HEAD, which has the header of a body and no body
     */
    ByteBuf whole(Response response, String today, @Nullable String connection, boolean oldClient, boolean toHead) {
        int status = response.status();
        head.clear();
        head.add(statusLine(status));
        for (Map.Entry<String, String> field : response.headers()) {
            if (!isOurs(field.getKey(), connection != null)) {
                head.field(field.getKey(), field.getValue());
            }
        }
        long length = status == RESET_CONTENT ? 0 : response.length();
        if (length >= 0 && status != NO_CONTENT) {
            head.field(CONTENT_LENGTH, length);
        }
        head.add(dateLine(today));
        if (length < 0 && status != NO_CONTENT && !oldClient) {
            head.field("transfer-encoding", "chunked"); // what a GET would be answered with
        }
        if (connection != null) {
            head.field("connection", connection);
        }
        head.endLine();
        boolean bare = toHead || status == NO_CONTENT || status == RESET_CONTENT || status == NOT_MODIFIED;
        return head.with(bare ? NONE : response.body(), io);
    }

    private byte[] statusLine(int status) {
        byte[] known = statusLines[status];
        if (known == null) {
            known = ascii("HTTP/1.1 " + HttpResponseStatus.valueOf(status) + "\r\n");
            statusLines[status] = known;
        }
        return known;
    }

    private byte[] dateLine(String today) {
        if (!today.equals(date)) {
            date = today;
            dateLine = ascii("date: " + today + "\r\n");
        }
        return dateLine;
    }

    /** Whether a field says how the answer is carried, which is not for a handler to say. */
    private static boolean isOurs(String name, boolean connectionToo) {
        return switch (name.length()) {
            case 4 -> name.equalsIgnoreCase("date");
            case 10 -> connectionToo && name.equalsIgnoreCase("connection");
            case 14 -> name.equalsIgnoreCase("content-length");
            case 17 -> name.equalsIgnoreCase("transfer-encoding");
            default -> false;
        };
    }
}

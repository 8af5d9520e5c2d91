package dev.weft.bench.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What the generators of load have to know of HTTP. */
final class Answers {
    static final byte[] GET = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    static final String BODY = "Hello, World!";
    private static final String LENGTH = "\r\ncontent-length:";

    private Answers() {}

    /** {@return the bytes up to the empty line, read from a blocking channel, and none beyond} */
    static String readHeader(SocketChannel channel) throws IOException {
        var header = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (header.length() < 4 || header.indexOf("\r\n\r\n", header.length() - 4) < 0) {
            one.clear();
            if (channel.read(one) < 0) {
                throw new IOException("the server closed the connection within a header: " + header);
            }
            header.append((char) one.get(0));
        }
        return header.toString();
    }

    /** {@return how long the whole answer to a GET is; it is read} */
    static int readLength(SocketChannel channel) throws IOException {
        String header = readHeader(channel);
        int at = header.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        if (!header.startsWith("HTTP/1.1 200 ") || at < 0) {
            throw new IOException("expected a response 200 with a Content-Length, found " + header);
        }
        int from = at + LENGTH.length();
        int body = Integer.parseInt(
                header.substring(from, header.indexOf('\r', from)).strip());
        ByteBuffer rest = ByteBuffer.allocate(body);
        while (rest.hasRemaining()) {
            if (channel.read(rest) < 0) {
                throw new IOException("the server closed the connection within a body");
            }
        }
        String found = new String(rest.array(), StandardCharsets.US_ASCII);
        if (!found.equals(BODY)) {
            throw new IOException("expected the body '" + BODY + "', found '" + found + "'");
        }
        return header.length() + body;
    }
}

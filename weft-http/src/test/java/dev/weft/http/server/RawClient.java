package dev.weft.http.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client of a plain blocking socket that sends what it is told and shows what comes; for threads beside the loop. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(HttpServer server) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** Sends a text and returns all that comes until the server closes. */
    static String exchange(HttpServer server, String text) throws IOException {
        try (var client = new RawClient(server)) {
            client.send(text);
            return client.rest();
        }
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** {@return the next response, which must have a Content-Length; its header in lower case} */
    String response() throws IOException {
        var header = new StringBuilder();
        while (header.length() < 4 || !header.substring(header.length() - 4).equals("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                return header.toString();
            }
            header.append(Character.toLowerCase((char) c));
        }
        int at = header.indexOf("content-length: ");
        int length = at < 0 ? 0 : Integer.parseInt(header.substring(at + 16, header.indexOf("\r\n", at)));
        return header + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** {@return all that comes until the server closes} */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

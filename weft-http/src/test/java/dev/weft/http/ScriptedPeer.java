package dev.weft.http;

import dev.weft.Weft;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client of a plain socket for coroutines, which sends what it is told, byte for byte. */
public final class ScriptedPeer implements AutoCloseable {
    private final Socket socket;
    private byte[] last = {};

    public ScriptedPeer(int port) {
        socket = beside(() -> {
            var opened = new Socket(InetAddress.getLoopbackAddress(), port);
            opened.setSoTimeout(20_000);
            return opened;
        });
    }

    public void send(String text) {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void send(byte[] bytes) {
        beside(() -> {
            socket.getOutputStream().write(bytes);
            return 0;
        });
    }

    /** {@return what comes up to an empty line} */
    public String header() {
        return beside(() -> {
            var header = new StringBuilder();
            while (header.length() < 4 || !header.substring(header.length() - 4).equals("\r\n\r\n")) {
                int c = socket.getInputStream().read();
                if (c < 0) {
                    break;
                }
                header.append((char) c);
            }
            return header.toString();
        });
    }

    /** {@return the next bytes} */
    public byte[] bytes(int count) {
        last = beside(() -> socket.getInputStream().readNBytes(count));
        return last;
    }

    /** {@return one of the bytes that were returned last} */
    public byte last(int index) {
        return last[index];
    }

    private static <T> T beside(java.util.concurrent.Callable<T> work) {
        try {
            return Weft.offload(work);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

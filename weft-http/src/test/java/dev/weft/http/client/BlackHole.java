package dev.weft.http.client;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** An address that answers no attempt to connect: a listening socket that accepts nothing and whose backlog is full. */
public final class BlackHole implements AutoCloseable {
    private static final int ENOUGH = 64;

    private final ServerSocket listening;
    private final List<Socket> fillers = new ArrayList<>();

    public BlackHole() throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        for (int i = 0; i < ENOUGH; i++) {
            var filler = new Socket();
            fillers.add(filler);
            try {
                filler.connect(address(), 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        close();
        abort("this system accepts connections beyond the backlog, so that none can be made to hang");
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        for (Socket filler : fillers) {
            filler.close();
        }
        listening.close();
    }
}

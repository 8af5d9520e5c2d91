package dev.weft.process.connection;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** Connects without blocking, so that an interrupt finds nothing to close. */
final class Sockets {
    private Sockets() {}

    /**
     * Connects.
     *
     * @throws IOException if nobody listens there, or nobody answers in time
     */
    static Wire connect(SocketAddress address, long deadline) throws IOException {
        boolean inet = address instanceof InetSocketAddress;
        SocketChannel channel = inet ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean good = false;
        try {
            channel.configureBlocking(false);
            if (inet) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            if (!channel.connect(address)) {
                finish(channel, address, deadline);
            }
            good = true;
            return new Wire(channel);
        } finally {
            if (!good) {
                channel.close();
                Poller.get().forgetClosed();
            }
        }
    }

    private static void finish(SocketChannel channel, SocketAddress address, long deadline) throws IOException {
        while (!channel.finishConnect()) {
            var readiness = new Readiness("an answer from " + Addresses.words(address));
            Poller.get().arm(channel, SelectionKey.OP_CONNECT, readiness);
            if (!readiness.await(deadline)) {
                throw new IOException("no answer in time");
            }
        }
    }
}

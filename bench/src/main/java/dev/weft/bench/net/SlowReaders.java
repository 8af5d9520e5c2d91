package dev.weft.bench.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients that take a kibibyte a second, each at a time of its own, however much the server sends. Runs until it is
 * interrupted.
 */
final class SlowReaders implements Runnable, AutoCloseable {
    private static final int BYTES = 1024;
    private static final int GROUPS = 100;
    private static final int PAUSE_MILLIS = 1000 / GROUPS;

    private final List<SocketChannel> channels = new ArrayList<>();
    private volatile long bytes;

    private SlowReaders() {}

    static SlowReaders open(int port, int count, byte[] greeting) throws IOException {
        var readers = new SlowReaders();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open();
            readers.channels.add(channel);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 * BYTES);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.write(ByteBuffer.wrap(greeting));
            Answers.readHeader(channel);
            channel.configureBlocking(false);
        }
        return readers;
    }

    /** {@return how much they have read} */
    long bytes() {
        return bytes;
    }

    @Override
    public void run() {
        ByteBuffer some = ByteBuffer.allocateDirect(BYTES);
        try {
            for (int group = 0; ; group = (group + 1) % GROUPS) {
                long read = bytes;
                for (int i = group; i < channels.size(); i += GROUPS) {
                    SocketChannel channel = channels.get(i);
                    some.clear();
                    if (channel.read(some) < 0) {
                        throw new IOException("the server closed the connection of a slow client");
                    }
                    read += some.position();
                }
                bytes = read;
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            // all is measured
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }
}

package dev.weft.bench.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks a server the same thing over many connections, from one thread. It knows of a protocol only what is sent, and
 * how long the answer is: so it is the same for all servers, and costs little.
 *
 * <p>{@link #asFastAsItAnswers} is a closed loop, for rates: a connection asks again as soon as it has its answer.
 * {@link #atRate} asks at times that are fixed beforehand and measures from those: a server that stalls is charged with
 * all requests that should have been made meanwhile.
 */
final class LoadGenerator implements AutoCloseable {
    private static final long SILENCE_MILLIS = 10_000;

    /** Rates below this do not keep a core busy with waiting, at the price of what a pause takes too long. */
    private static final int SPARSE = 1000;

    private static final long PAUSE_NANOS = 50_000;
    private static final int BUFFER = 64 * 1024;

    private final Selector selector = Selector.open();
    private final List<Connection> connections = new ArrayList<>();
    private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER);
    private final byte[] request;
    private final int answerLength;

    /**
     * Connects.
     *
     * @param port where the server listens, on loopback
     * @param count how many connections
     * @param greeting what each says first, and is answered with a header; empty for nothing
     * @param request what is asked each time
     * @param answerLength how long each answer is
     */
    LoadGenerator(int port, int count, byte[] greeting, byte[] request, int answerLength) throws IOException {
        this.request = request;
        this.answerLength = answerLength;
        for (int i = 0; i < count; i++) {
            SocketChannel channel = connect(port);
            if (greeting.length > 0) {
                channel.write(ByteBuffer.wrap(greeting));
                Answers.readHeader(channel);
            }
            channel.configureBlocking(false);
            var connection = new Connection(channel);
            channel.register(selector, SelectionKey.OP_READ, connection);
            connections.add(connection);
        }
    }

    static SocketChannel connect(int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return channel;
    }

    private final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer out = ByteBuffer.allocateDirect(request.length).put(request);

        /** When its requests should have been made; the first one is under way. */
        private final ArrayDeque<Long> due = new ArrayDeque<>();

        private int missing;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        void ask() throws IOException {
            out.rewind();
            while (out.hasRemaining()) {
                channel.write(out);
            }
            missing = answerLength;
        }

        /** {@return whether the answer is whole} */
        boolean read() throws IOException {
            received.clear();
            int count = channel.read(received);
            if (count < 0) {
                throw new IOException("the server closed a connection");
            }
            missing -= count;
            if (missing < 0) {
                throw new IOException("an answer is " + -missing + " bytes longer than the first one was");
            }
            return count > 0 && missing == 0;
        }
    }

    /** Does so many requests, one at a time on each connection. */
    void asFastAsItAnswers(int operations) throws IOException {
        int asked = 0;
        for (Connection connection : connections) {
            if (asked < operations) {
                connection.ask();
                asked++;
            }
        }
        for (int done = 0; done < operations; ) {
            if (selector.select(SILENCE_MILLIS) == 0) {
                throw new IOException("the server has been silent for " + SILENCE_MILLIS + " ms");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                var connection = (Connection) key.attachment();
                if (connection.read()) {
                    done++;
                    if (asked < operations) {
                        connection.ask();
                        asked++;
                    }
                }
            }
            selector.selectedKeys().clear();
        }
    }

    /**
     * Does so many requests at a constant rate, over the connections in turn. Where one has no answer yet, its next
     * request waits, and the wait counts.
     *
     * @return the nanoseconds from when each should have been made until its answer was there, in order of size
     */
    long[] atRate(int operations, int perSecond) throws IOException {
        var latencies = new long[operations];
        long start = System.nanoTime();
        long lastSign = start;
        int asked = 0;
        for (int done = 0; done < operations; ) {
            long now = System.nanoTime();
            for (; asked < operations && now - intended(start, asked, perSecond) >= 0; asked++) {
                Connection connection = connections.get(asked % connections.size());
                connection.due.add(intended(start, asked, perSecond));
                if (connection.due.size() == 1) {
                    connection.ask();
                }
            }
            if (selector.selectNow() == 0) {
                if (now - lastSign > SILENCE_MILLIS * 1_000_000) {
                    throw new IOException("the server has been silent for " + SILENCE_MILLIS + " ms");
                }
                if (perSecond < SPARSE) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                } else {
                    Thread.onSpinWait();
                }
                continue;
            }
            lastSign = now;
            for (SelectionKey key : selector.selectedKeys()) {
                var connection = (Connection) key.attachment();
                if (connection.read()) {
                    latencies[done++] = System.nanoTime() - connection.due.remove();
                    if (!connection.due.isEmpty()) {
                        connection.ask();
                    }
                }
            }
            selector.selectedKeys().clear();
        }
        Arrays.sort(latencies);
        return latencies;
    }

    private static long intended(long start, int number, int perSecond) {
        return start + number * 1_000_000_000L / perSecond;
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }
}

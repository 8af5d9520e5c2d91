package dev.weft.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One end of a stream of bytes in memory, in both directions, as {@link InputStream} and {@link OutputStream}: what
 * code for sockets runs on in a test. Comes from a {@link FakeNetwork}, or with its other end from {@link #pair}.
 *
 * <p>A read waits for bytes and suspends its coroutine; a write never waits. To close the output ends the input of the
 * other end, once it has read what was written; to close the connection does that too, and whatever the other end
 * writes afterwards is refused. For coroutines of one loop; one at a time reads.
 */
public final class FakeConnection implements AutoCloseable {
    private static final byte[] END = {};

    /**
     * Both ends of a connection.
     *
     * @param left one end
     * @param right the other end
     */
    public record Pair(FakeConnection left, FakeConnection right) {}

    private final FakeNetwork network;
    private final String host;
    private final String peerHost;
    private final Inbox<byte[]> inbox;
    private final ArrayDeque<byte[]> heldBack = new ArrayDeque<>();
    private final Input input = new Input();
    private final Output output = new Output();
    private @Nullable FakeConnection peer;
    private long lastArrival = Long.MIN_VALUE;
    private boolean closed;

    FakeConnection(FakeNetwork network, String host, String peerHost) {
        this.network = network;
        this.host = host;
        this.peerHost = peerHost;
        this.inbox = new Inbox<>("bytes from " + peerHost);
    }

    /** {@return the two ends of a connection without latency} */
    public static Pair pair() {
        var network = new FakeNetwork(RandomGenerator.getDefault());
        var left = new FakeConnection(network, "left", "right");
        var right = new FakeConnection(network, "right", "left");
        left.join(right);
        return new Pair(left, right);
    }

    void join(FakeConnection other) {
        peer = other;
        other.peer = this;
    }

    /** {@return the host of the other end} */
    public String peerHost() {
        return peerHost;
    }

    /** {@return the bytes that the other end writes; a read waits for at least one} */
    public InputStream input() {
        return input;
    }

    /** {@return where to write for the other end; bytes are on their way at once, without {@code flush}} */
    public OutputStream output() {
        return output;
    }

    /** Ends both directions; idempotent. */
    @Override
    public void close() {
        if (!closed) {
            output.close();
            closed = true;
            network.ended(this);
        }
    }

    private void send(byte[] bytes) {
        if (network.parted(host, peerHost)) {
            heldBack.add(bytes);
        } else {
            transmit(bytes);
        }
    }

    private void transmit(byte[] bytes) {
        FakeConnection other = Objects.requireNonNull(peer);
        lastArrival = Math.max(lastArrival, network.arrivalInStream());
        other.inbox.send(bytes, lastArrival);
    }

    /** The partition is over: what it held back goes on. */
    void healed() {
        List.copyOf(heldBack).forEach(this::transmit);
        heldBack.clear();
    }

    private final class Input extends InputStream {
        private byte[] chunk = {};
        private int position;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (closed) {
                throw new SocketException("the connection of " + host + " to " + peerHost + " was closed at this end");
            }
            if (length == 0) {
                return 0;
            }
            if (position == chunk.length && !ended) {
                chunk = inbox.receive();
                position = 0;
                ended = chunk == END;
            }
            if (ended) {
                return -1;
            }
            int count = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public int available() {
            return chunk.length - position;
        }

        @Override
        public void close() {
            FakeConnection.this.close();
        }
    }

    private final class Output extends OutputStream {
        private boolean ended;

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, source.length);
            if (ended) {
                throw new SocketException("the output of " + host + " to " + peerHost + " was closed at this end");
            }
            if (Objects.requireNonNull(peer).closed) {
                throw new SocketException("broken pipe: " + peerHost + " has closed its connection to " + host);
            }
            if (length > 0) {
                send(Arrays.copyOfRange(source, offset, offset + length));
            }
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                send(END);
            }
        }
    }

    @Override
    public String toString() {
        return "FakeConnection[" + host + " to " + peerHost + (closed ? ", closed" : "") + "]";
    }
}

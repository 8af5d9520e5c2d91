package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.inspect.Owner;
import dev.weft.inspect.Request;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection to a process that is looked into. One thread at a time uses it, and each call blocks that thread until
 * the answer is there; an answer that does not come within ten seconds ends it.
 */
public final class Session implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int CHUNK = 64 << 10;
    private static final String END = "{\"kind\":\"end\"";
    private static final String ERROR = "{\"kind\":\"error\"";

    private final long pid;
    private final long patienceMillis;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(CHUNK).flip();

    /** What has been read of a line. */
    private byte[] line = new byte[256];

    private int length;

    /** Connects; an answer that takes longer ends it. */
    Session(long pid, Path socket, long patienceMillis) throws IOException {
        this.pid = pid;
        this.patienceMillis = patienceMillis;
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            if (!Owner.isAtTheOtherEnd(channel)) {
                throw new IOException("somebody else listens at " + socket);
            }
            channel.configureBlocking(false);
            selector = Selector.open();
            key = channel.register(selector, SelectionKey.OP_READ);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Asks, and passes the lines of the answer on.
     *
     * @param request the question
     * @param lines takes each line of JSON but the last
     * @return the last line, of kind {@code end}
     * @throws CliException if the process refuses, has ended, or does not answer
     */
    public String ask(Request request, Consumer<String> lines) {
        try {
            send(StandardCharsets.US_ASCII.encode(request.line() + "\n"));
            while (true) {
                String next = readLine();
                if (next.startsWith(END)) {
                    return next;
                }
                if (next.startsWith(ERROR)) {
                    throw CliException.failure("process " + pid + " refuses: "
                            + MAPPER.readTree(next).path("message").asString(""));
                }
                lines.accept(next);
            }
        } catch (IOException e) {
            throw Target.hasEnded(pid);
        }
    }

    /**
     * {@return what the process says of itself}
     */
    public Snapshot.ProcessFacts hello() {
        return snapshot(new Request("hello", Map.of())).process();
    }

    /**
     * {@return what the process does at this moment}
     *
     * @param look how much of it
     */
    public Snapshot snapshot(Look look) {
        return snapshot(look.request());
    }

    /**
     * Asks which tasks have computed most since the last such question on this connection. From the first one on the
     * process counts, which takes it about 0.7 µs for each step, until this is closed.
     *
     * @param count how many tasks at most
     * @return the loops and those tasks, the one that computed most first
     */
    public Snapshot top(int count) {
        return snapshot(new Request("top", Map.of("count", Integer.toString(count))));
    }

    private Snapshot snapshot(Request request) {
        var snapshot = new Snapshot.Builder();
        String end = ask(request, next -> snapshot.add(read(next)));
        snapshot.add(read(end));
        return snapshot.build();
    }

    static JsonNode read(String line) {
        return MAPPER.readTree(line);
    }

    private void send(ByteBuffer request) throws IOException {
        while (request.hasRemaining()) {
            if (channel.write(request) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    private void await(int operation) throws IOException {
        key.interestOps(operation);
        if (selector.select(patienceMillis) == 0 && selector.selectedKeys().isEmpty()) {
            throw CliException.failure("process " + pid + " has not answered for "
                    + TimeUnit.MILLISECONDS.toSeconds(patienceMillis)
                    + " s: it may be stopped (kill -CONT " + pid + " lets it go on) or have no memory left");
        }
        selector.selectedKeys().clear();
    }

    private String readLine() throws IOException {
        length = 0;
        while (true) {
            while (in.hasRemaining()) {
                byte next = in.get();
                if (next == '\n') {
                    return new String(line, 0, length, StandardCharsets.US_ASCII);
                }
                if (length == line.length) {
                    line = Arrays.copyOf(line, 2 * length);
                }
                line[length++] = next;
            }
            in.clear();
            int count = channel.read(in);
            in.flip();
            if (count < 0) {
                throw new IOException("closed by the other end");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ);
            }
        }
    }

    /** Ends the connection; the process stops to count. */
    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }
}

package dev.weft.net;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.loop.kernel.Waiter;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory, with all that a {@link ByteStream} promises, back-pressure included: to test what
 * talks over streams, by the virtual clock too, since nothing outside the loop takes part.
 *
 * <pre>{@code
 * var pair = MemoryStream.pair();
 * group.spawn(() -> serve(pair.left()));
 * pair.right().write("hello\n");
 * }</pre>
 *
 * <p>Both ends belong to the loop of the coroutine that makes them.
 */
public final class MemoryStream implements ByteStream {
    /**
     * Both ends of a connection.
     *
     * @param left one end
     * @param right the other end
     */
    public record Pair(MemoryStream left, MemoryStream right) {}

    private final LoopCore loop = LoopCore.current();
    private final String name;
    private final Half half = new Half();
    private final Input input = new Input(half, false);
    private final Output output = new Output(half, false);
    private @Nullable MemoryStream peer;
    private boolean full;
    private boolean outputShut;
    private boolean closed;

    private MemoryStream(String name) {
        this.name = name;
    }

    /**
     * {@return the two ends of a connection}
     *
     * @throws IllegalStateException if the caller is no coroutine
     */
    public static Pair pair() {
        var left = new MemoryStream("left end in memory");
        var right = new MemoryStream("right end in memory");
        left.peer = right;
        right.peer = left;
        return new Pair(left, right);
    }

    private MemoryStream peer() {
        MemoryStream other = peer;
        if (other == null) {
            throw new AssertionError("an end without another one");
        }
        return other;
    }

    /** What the two halves ask of this end. */
    private final class Half implements Input.Source, Output.Sink {
        @Override
        public void pause() {
            full = true;
        }

        @Override
        public void resume() {
            full = false;
            peer().transfer();
        }

        @Override
        public void wanted() {
            transfer();
        }

        @Override
        public IOException problem(Throwable cause) {
            if (cause instanceof ClosedHere) {
                return Input.closed(name);
            }
            var broken = new SocketException(name + " is broken: " + cause.getMessage());
            broken.initCause(cause);
            return broken;
        }
    }

    /** Moves what is staged to the other end, if that takes it. */
    private void transfer() {
        MemoryStream other = peer();
        int count = output.stagedBytes();
        if (count > 0 && !other.full) {
            other.input.add(output.staged(), 0, count);
            output.fetched();
            output.sent(count);
        }
    }

    private void onLoop() {
        if (!loop.isCurrent()) {
            throw new IllegalStateException("a stream is for coroutines of its loop '" + loop.name() + "', and the "
                    + name + " was used by thread '" + Thread.currentThread().getName() + "'");
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        onLoop();
        return input.read(into, offset, length);
    }

    @Override
    public byte[] read(int most) throws IOException {
        onLoop();
        return input.read(most);
    }

    @Override
    public byte[] readExactly(int count) throws IOException {
        onLoop();
        return input.readExactly(count);
    }

    @Override
    public byte[] readUntil(List<byte[]> separators, int limit) throws IOException {
        onLoop();
        return input.readUntil(separators, limit);
    }

    @Override
    public @Nullable String readLine(int limit) throws IOException {
        onLoop();
        return input.readLine(limit);
    }

    @Override
    public byte[] readAll(int limit) throws IOException {
        onLoop();
        return input.readAll(limit);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        onLoop();
        if (outputShut && !closed) {
            throw new SocketException("the output of the " + name + " has been shut down on this side");
        }
        output.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        onLoop();
        output.flush();
    }

    @Override
    public long written() {
        return output.accepted();
    }

    @Override
    public void shutdownOutput() throws IOException {
        onLoop();
        if (!outputShut && !closed) {
            output.flush();
            outputShut = true;
            peer().input.end();
        }
    }

    @Override
    public void close() throws IOException {
        onLoop();
        if (closed) {
            return;
        }
        closed = true;
        input.fail(new ClosedHere());
        input.discard();
        boolean inTime;
        try {
            Waiter self = Waiter.current();
            inTime = output.awaitSent(self, self.nanoTime() + SocketStream.CLOSE_LIMIT.toNanos());
        } catch (Cancelled e) {
            cut("the other end was aborted");
            throw e;
        }
        if (!inTime) {
            cut("the other end was aborted");
            throw new IOException("the last " + output.unsent() + " bytes that were written to the " + name
                    + " were not read within " + SocketStream.CLOSE_LIMIT.toSeconds() + " s; it was closed without");
        }
        peer().input.end();
        peer().output.fail(new SocketException("the other end was closed"));
        output.fail(new ClosedHere());
    }

    @Override
    public void abort() {
        onLoop();
        if (!closed) {
            closed = true;
            cut("the other end was aborted");
        }
    }

    private void cut(String why) {
        input.fail(new ClosedHere());
        output.fail(new ClosedHere());
        var reset = new SocketException(why);
        peer().input.fail(reset);
        peer().output.fail(reset);
    }

    @Override
    public String toString() {
        return name + (closed ? " (closed)" : "");
    }
}

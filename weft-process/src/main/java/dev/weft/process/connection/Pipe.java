package dev.weft.process.connection;

import dev.weft.process.internal.ProcessSupport;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Two {@linkplain Connection ends} of a stream of messages, of which one, or each, is given to another process.
 *
 * <pre>{@code
 * var pipe = Pipe.open();
 * Connection end = pipe.right();
 * try (var child = WorkerProcess.start(() -> { end.send("ready"); return null; }); var mine = pipe.left()) {
 *     IO.println(mine.receive());
 * }
 * }</pre>
 *
 * <p>Capture the end, not the pipe, so that only that is sent. Once the other process has used its end, this one cannot
 * use that end any more.
 *
 * @param left one end; of a one-way pipe the one that receives
 * @param right the other end; of a one-way pipe the one that sends
 */
public record Pipe(Connection left, Connection right) implements AutoCloseable {
    private static final AtomicLong NUMBERS = new AtomicLong();

    /**
     * {@return a new pipe whose ends both send and receive}
     */
    public static Pipe open() {
        return open(true);
    }

    /**
     * {@return a new pipe whose left end receives and whose right end sends}
     */
    public static Pipe oneWay() {
        return open(false);
    }

    private static Pipe open(boolean bothWays) {
        int longest = ProcessSupport.get().longestMessage();
        var ends = new PipeEnds(
                "pipe-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet(),
                new Connection.Terms(true, bothWays, longest),
                new Connection.Terms(bothWays, true, longest));
        return new Pipe(ends.left(), ends.right());
    }

    /** Closes both ends, as far as they are here. */
    @Override
    public void close() {
        left.close();
        right.close();
    }
}

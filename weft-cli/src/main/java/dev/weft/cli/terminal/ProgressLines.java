package dev.weft.cli.terminal;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/** Progress for logs and pipes: now and then a line. Guarded by {@code this}. */
public final class ProgressLines implements Progress {
    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private final PrintStream out;
    private final LongSupplier clock;
    private long next;
    private boolean closed;

    /**
     * Starts.
     *
     * @param out where to print
     * @param clock the time in nanoseconds
     * @param atOnce whether there is a line at once, or the first one only when the command has taken a while
     */
    public ProgressLines(PrintStream out, LongSupplier clock, boolean atOnce) {
        this.out = out;
        this.clock = clock;
        this.next = clock.getAsLong() + (atOnce ? 0 : INTERVAL_NANOS);
    }

    @Override
    public synchronized void update(String what, double secondsLeft) {
        if (closed || clock.getAsLong() - next < 0) {
            return;
        }
        next = clock.getAsLong() + INTERVAL_NANOS;
        out.println(
                "weft: " + what + (Double.isNaN(secondsLeft) ? "" : ", about " + Math.round(secondsLeft) + " s left"));
        out.flush();
    }

    @Override
    public void clear() {}

    @Override
    public synchronized void close() {
        closed = true;
    }
}

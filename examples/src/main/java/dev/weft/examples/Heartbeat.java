package dev.weft.examples;

import dev.weft.Action;
import dev.weft.Task;
import dev.weft.Weft;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls something again and again. */
public final class Heartbeat implements AutoCloseable {
    private final Task<@Nullable Void> task;
    private boolean closed;

    /**
     * Begins.
     *
     * @param interval how often
     * @param beat what to call
     */
    public Heartbeat(Duration interval, Action<? extends Exception> beat) {
        task = Weft.spawn(() -> {
            while (true) {
                Weft.sleep(interval);
                beat.run();
            }
        });
    }

    /** {@return whether it was closed} */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Ends it. <strong>The planted bug:</strong> the first call remembers that it was closed, and only a second one
     * ends the task.
     */
    @Override
    public void close() {
        if (closed) {
            task.cancel("the heartbeat is closed");
        }
        closed = true;
    }
}

package dev.weft.examples;

import dev.weft.Task;
import dev.weft.Weft;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names that are taken for a while. A task sweeps out those that have expired. */
public final class Leases implements AutoCloseable {
    private final Map<String, Duration> expiry = new HashMap<>();
    private final Duration sweepEvery;
    private final Task<@Nullable Void> sweeper;
    private Duration now = Duration.ZERO;

    /**
     * Makes leases, and begins to sweep.
     *
     * @param sweepEvery how often
     */
    public Leases(Duration sweepEvery) {
        this.sweepEvery = sweepEvery;
        sweeper = Weft.spawn(this::sweep);
    }

    private void sweep() {
        while (true) {
            Weft.sleep(sweepEvery);
            now = now.plus(sweepEvery);
            expiry.values().removeIf(end -> end.compareTo(now) <= 0);
        }
    }

    /**
     * Takes a name.
     *
     * @param name the name
     * @param time for how long; longer by the time to the next sweep
     * @return false if it is taken
     */
    public boolean take(String name, Duration time) {
        return expiry.putIfAbsent(name, now.plus(time)) == null;
    }

    /** {@return how many names are taken} */
    public int taken() {
        return expiry.size();
    }

    @Override
    public void close() {
        sweeper.cancel("the leases are closed");
        sweeper.join();
    }
}

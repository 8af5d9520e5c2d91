package dev.weft.loop.kernel;

import dev.weft.loop.jdk.ThreadCounters;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Those who look on from outside and want to know what computes: from the first who comes to the last who goes, loops
 * note their steps. Who comes and goes is told by one thread, the listener's; pumps ask for the {@link LoopWatch} of
 * their loop.
 */
final class Onlookers {
    private static volatile @Nullable Onlookers current;

    /** Of the listener's thread. */
    private static int number;

    private final Map<LoopCore, LoopWatch> watches = new ConcurrentHashMap<>();

    /** Whether a trace is taken. */
    private volatile boolean tracing;

    /** Somebody comes. */
    static Onlookers enter() {
        Onlookers here = current;
        if (here == null) {
            ThreadCounters.prepare();
            here = new Onlookers();
            current = here;
            LoopEvents.Recordings.live(true);
        }
        number++;
        return here;
    }

    /** Somebody goes. */
    void leave() {
        if (--number == 0) {
            LoopEvents.Recordings.live(false);
            current = null;
            watches.values().forEach(LoopWatch::forget);
        }
    }

    static @Nullable Onlookers current() {
        return current;
    }

    /** {@return the watch of a loop; its pump calls} */
    LoopWatch watch(LoopCore loop) {
        return watches.computeIfAbsent(loop, _ -> {
            var watch = new LoopWatch(this, loop);
            watch.traces(tracing);
            return watch;
        });
    }

    Collection<LoopWatch> watches() {
        return watches.values();
    }

    /** {@return the watch of a loop, or null if it has not made a step since} */
    @Nullable
    LoopWatch known(LoopCore loop) {
        return watches.get(loop);
    }

    boolean isTracing() {
        return tracing;
    }

    void trace(boolean on) {
        tracing = on;
        watches.values().forEach(watch -> watch.traces(on));
    }
}

package dev.weft.loop.kernel;

import dev.weft.inspect.Listener;
import dev.weft.inspect.Source;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What lets others look into this process: begun with its first loop or pool, unless {@code -Dweft.inspect=off}. Has
 * the coarse clock from which tasks take the time of their first step.
 */
public final class Inspection {
    private static final long NANOS_PER_UNIT = TimeUnit.MILLISECONDS.toNanos(100);
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    /** Set by whoever begins. */
    private static volatile @Nullable Listener listener;

    /**
     * The coarse clock: tenths of a second, moved once a second while there is a listener. Plain, since each task reads
     * it; who sees it late takes a task for older than it is.
     */
    static int now;

    private static final long ZERO = System.nanoTime();

    /** Which step a loop is in, and since when; of loops that have been in the same one for some time. */
    private static volatile Map<LoopCore, Held> held = Map.of();

    /** A step that goes on. */
    private record Held(long step, long since) {}

    private Inspection() {}

    /** Begins to listen, if nobody has. Called by whoever makes a loop or a pool. */
    static void begin() {
        if (!BEGUN.getPlain() && BEGUN.compareAndSet(false, true)) {
            String wanted = System.getProperty("weft.inspect", "on");
            if (!wanted.equals("off") && !wanted.equals("false")) {
                try {
                    listener = Listener.start(new Here());
                } catch (OutOfMemoryError e) { // no thread: then nobody can look
                    listener = null;
                }
            }
        }
    }

    /**
     * Begins to listen now and not when the first loop is half a second old, and waits until that is done. For test
     * kits.
     */
    public static void beginNow() {
        begin();
        Listener begun = listener;
        if (begun != null) {
            begun.hurry();
        }
    }

    /**
     * {@return what there is to tell of this process}
     */
    public static Source source() {
        return new Here();
    }

    /** {@return how long ago a task took its first step, in nanoseconds, to the second; any thread} */
    static long age(LoopTask<?> task) {
        return Math.max(0, System.nanoTime() - ZERO - Integer.toUnsignedLong(task.begunAt) * NANOS_PER_UNIT);
    }

    /** {@return for how long a loop has been seen in the step that it is in, in nanoseconds; zero if it goes on} */
    static long heldFor(LoopCore loop) {
        Held step = held.get(loop);
        return step != null && loop.stepNow() == step.step ? Math.max(0, System.nanoTime() - step.since) : 0;
    }

    private static void look() {
        Map<LoopCore, Held> before = held;
        Map<LoopCore, Held> now = new HashMap<>();
        for (LoopCore loop : LoopCore.live()) {
            long step = loop.stepNow();
            Held known = before.get(loop);
            if (step >= 0) {
                now.put(loop, known != null && known.step == step ? known : new Held(step, System.nanoTime()));
            }
        }
        held = now;
    }

    /** What there is to tell of this process. */
    private static final class Here implements Source {
        @Override
        public void tick() {
            now = (int) ((System.nanoTime() - ZERO) / NANOS_PER_UNIT);
            look();
        }

        @Override
        public Session open() {
            return new InspectionSession();
        }
    }
}

package dev.weft.loop.kernel;

import dev.weft.loop.jdk.LoopLog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Tells while it lasts that a coroutine holds its loop up, once each time, with the stack that the coroutine has at
 * that moment.
 *
 * <p>A daemon thread of its own, beside all pools and loops, since those may be what is held up. It looks at the number
 * of steps that the loop has made, which the pump counts without knowing that anybody looks: if that stands still while
 * the loop is not at rest, somebody is in a step. What it reads is not synchronised; so it takes the stack first and
 * then looks whether the step is still the same one.
 */
final class Watchdog implements Runnable {
    /** What a report carries: the stack is that of the coroutine. */
    private static final class LoopHeldUp extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LoopHeldUp(String message, StackTraceElement[] stack) {
            super(message);
            setStackTrace(stack);
        }
    }

    /** How often it looks in the time of its threshold. */
    private static final int LOOKS = 4;

    private static final long LONGEST_BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SHORTEST_BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LoopCore loop;
    private final long threshold;

    private Watchdog(LoopCore loop, long threshold) {
        this.loop = loop;
        this.threshold = threshold;
    }

    /** Starts to watch a loop until it has ended; called by whoever makes the loop. */
    static void start(LoopCore loop, long threshold) {
        Thread.ofPlatform()
                .name("weft-watchdog-" + loop.name())
                .daemon()
                .unstarted(new Watchdog(loop, threshold))
                .start();
    }

    @Override
    public void run() {
        long between = Math.clamp(threshold / LOOKS, SHORTEST_BETWEEN_LOOKS, LONGEST_BETWEEN_LOOKS);
        long step = -1;
        long since = System.nanoTime();
        long lastLook = since;
        boolean told = false;
        while (!loop.isClosed()) {
            LockSupport.parkNanos(this, between);
            long now = System.nanoTime();
            long current = loop.stepNow();
            if (current != step) {
                step = current;
                since = now;
                told = false;
            } else if (now - lastLook > between + threshold / 2) {
                since += now
                        - lastLook; // everything has stood still, as in a collection of garbage: it is nobody's fault
            } else if (current >= 0 && !told && now - since >= threshold) {
                told = tell(step, now - since);
            }
            lastLook = now;
        }
    }

    private boolean tell(long step, long nanos) {
        Strand strand = loop.strandNow();
        Thread thread = strand == null ? loop.pump : strand.thread;
        if (thread == null) {
            return false;
        }
        StackTraceElement[] stack = thread.getStackTrace();
        LoopTask<?> task = strand == null ? null : strand.task;
        if (loop.stepNow() != step) {
            return false; // it has ended meanwhile, and the stack is of another one
        }
        String message = who(strand, task) + " has held loop '" + loop.name() + "' up for "
                + Duration.ofNanos(nanos).toMillis()
                + " ms and goes on; nothing else runs there meanwhile. Give long computing and calls that block the thread to Weft.offload or a pool, or put Weft.checkpoint() into the computation";
        var held = new LoopHeldUp(message, stack);
        if (!loop.tellHandler(message, held, task, null)) {
            LoopLog.warn(message, held);
        }
        return true;
    }

    private static String who(@Nullable Strand strand, @Nullable LoopTask<?> task) {
        if (task != null) {
            return "task '" + task.name() + "'";
        }
        return strand == null ? "a virtual thread that was started inside a coroutine" : "a callback";
    }
}

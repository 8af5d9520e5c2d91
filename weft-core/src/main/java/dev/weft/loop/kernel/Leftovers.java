package dev.weft.loop.kernel;

import dev.weft.loop.jdk.JdkAccess;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What becomes of virtual threads whose loop has closed: the JDK's own scheduler goes on with them. A thread that
 * somebody started inside a coroutine outlives the loop, and a continuation or a timed wait that nobody served would be
 * lost with all that waits for it.
 */
final class Leftovers {
    private Leftovers() {}

    /** Goes on with a thread; any thread. */
    static void run(Runnable continuation) {
        JdkAccess.defaultScheduler().execute(continuation);
    }

    /** Ends a timed wait of a thread when its time has come; any thread. */
    static Future<?> wakeAfter(long nanos, Runnable wakeUp) {
        return JdkAccess.defaultScheduler().schedule(wakeUp, nanos, TimeUnit.NANOSECONDS);
    }
}

package dev.weft.loop.kernel;

import dev.weft.loop.EventLoop.Report;
import dev.weft.loop.EventLoop.TaskFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a loop does besides running tasks.
 *
 * @param handler hears of what nobody awaits; null for the uncaught-exception handler
 * @param factory decides what tasks run; null for what they are given
 * @param debug whether tasks remember where they were started
 * @param watchNanos how long a coroutine may hold the loop before it is reported; 0 for as long as it likes
 * @param executor runs the passes; null for a thread of the loop or of the caller
 */
record LoopOptions(
        @Nullable Consumer<? super Report> handler,
        @Nullable TaskFactory factory,
        boolean debug,
        long watchNanos,
        @Nullable Executor executor) {
    static final String DEBUG = "weft.debug";
    static final String WATCHDOG = "weft.watchdog";

    /** The threshold of the watchdog in debug mode. */
    private static final long DEBUG_WATCH_MILLIS = 100;

    /** {@return what the properties of the JVM ask for} */
    static LoopOptions ofProperties() {
        boolean debug = debugByProperty();
        return new LoopOptions(null, null, debug, watchNanosByProperty(debug), null);
    }

    static boolean debugByProperty() {
        return Boolean.getBoolean(DEBUG);
    }

    static long watchNanosByProperty(boolean debug) {
        String given = System.getProperty(WATCHDOG);
        long millis;
        try {
            millis = given == null ? (debug ? DEBUG_WATCH_MILLIS : 0) : Long.parseLong(given);
        } catch (NumberFormatException e) {
            millis = -1;
        }
        if (millis < 0) {
            throw new IllegalStateException("-D" + WATCHDOG
                    + " must be a number of milliseconds, or 0 for no watchdog, and was '" + given + "'");
        }
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}

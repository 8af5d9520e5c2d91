package dev.weft.loop.jdk;

/**
 * The log of Weft, for those who may write one: never a pump, which would wait for a coroutine that holds the log's
 * lock.
 */
public final class LoopLog {
    private LoopLog() {}

    /**
     * Writes a warning.
     *
     * @param message what happened
     * @param exception where it happened
     */
    public static void warn(String message, Throwable exception) {
        System.getLogger("dev.weft").log(System.Logger.Level.WARNING, message, exception);
    }
}

package dev.weft.process.shared;

/** What is logged of things between processes. */
public final class Log {
    private Log() {}

    /**
     * Something that needs nobody's attention.
     *
     * @param message what happened
     * @param cause why
     */
    public static void debug(String message, Throwable cause) {
        System.getLogger("dev.weft.process").log(System.Logger.Level.DEBUG, message, cause);
    }

    /**
     * Something that was made good, and that somebody may want to know.
     *
     * @param message what happened
     */
    public static void info(String message) {
        System.getLogger("dev.weft.process").log(System.Logger.Level.INFO, message);
    }

    /**
     * Something that should not happen.
     *
     * @param message what happened
     * @param cause why
     */
    public static void warning(String message, Throwable cause) {
        System.getLogger("dev.weft.process").log(System.Logger.Level.WARNING, message, cause);
    }
}

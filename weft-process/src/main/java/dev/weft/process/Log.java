package dev.weft.process;

/** What this package logs: with the logger of its name, which is made only when there is something to say. */
final class Log {
    private Log() {}

    /** Something that needs nobody's attention. */
    static void debug(String message, Throwable cause) {
        logger().log(System.Logger.Level.DEBUG, message, cause);
    }

    static void warning(String message) {
        logger().log(System.Logger.Level.WARNING, message);
    }

    static void error(String message, Throwable cause) {
        logger().log(System.Logger.Level.ERROR, message, cause);
    }

    private static System.Logger logger() {
        return System.getLogger("dev.weft.process");
    }
}

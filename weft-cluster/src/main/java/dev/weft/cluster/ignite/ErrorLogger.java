package dev.weft.cluster.ignite;

import org.apache.ignite.IgniteLogger;
import org.jspecify.annotations.Nullable;

/**
 * Prints what Ignite takes for an error, in one line, to standard error; all else with {@code
 * -Dweft.cluster.verbose}.
 */
final class ErrorLogger implements IgniteLogger {
    private static final boolean VERBOSE = Boolean.getBoolean("weft.cluster.verbose");

    private static void print(String level, String message, @Nullable Throwable failure) {
        System.err.println(
                "weft: engine: " + level + message.replace('\n', ' ') + (failure == null ? "" : " (" + failure + ")"));
        if (VERBOSE && failure != null) {
            failure.printStackTrace();
        }
    }

    @Override
    public IgniteLogger getLogger(Object category) {
        return this;
    }

    @Override
    public void trace(String message) {}

    @Override
    public void debug(String message) {}

    @Override
    public void info(String message) {
        if (VERBOSE) {
            print("", message, null);
        }
    }

    @Override
    public void warning(String message, @Nullable Throwable failure) {
        if (VERBOSE) {
            print("warning: ", message, failure);
        }
    }

    @Override
    public void error(String message, @Nullable Throwable failure) {
        print("", message, failure);
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public boolean isInfoEnabled() {
        return VERBOSE;
    }

    @Override
    public boolean isQuiet() {
        return false; // what is said quietly goes to standard output
    }

    @Override
    public @Nullable String fileName() {
        return null;
    }
}

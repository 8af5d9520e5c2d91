package dev.weft.loop.kernel;

import java.lang.Thread.UncaughtExceptionHandler;

/** Where goes what callbacks throw: there is nobody who awaits them. */
final class Uncaught {
    private Uncaught() {}

    /**
     * Tells the exception handler of the loop that the caller runs on, or else the uncaught-exception handler of the
     * current thread.
     */
    static void report(Throwable failure) {
        LoopCore loop = LoopCore.currentOrNull();
        if (loop == null) {
            tellThread(failure);
        } else {
            loop.report("a callback on loop '" + loop.name() + "' failed: " + failure, failure, null, null);
        }
    }

    /**
     * Tells the uncaught-exception handler of the current thread; if that fails, the one for all threads, with the
     * failure of the handler as a suppressed one.
     */
    static void tellThread(Throwable failure) {
        Thread thread = Thread.currentThread();
        UncaughtExceptionHandler own = thread.getUncaughtExceptionHandler();
        try {
            own.uncaughtException(thread, failure);
        } catch (Throwable broken) {
            UncaughtExceptionHandler common = Thread.getDefaultUncaughtExceptionHandler();
            if (common != null && common != own && own != thread.getThreadGroup()) {
                tellInstead(common, thread, failure, broken);
            }
            // Otherwise as the JVM does where a handler throws: whoever called back has others to serve, and nobody is
            // left to tell.
        }
    }

    private static void tellInstead(
            UncaughtExceptionHandler common, Thread thread, Throwable failure, Throwable broken) {
        try {
            if (failure != broken) {
                failure.addSuppressed(broken);
            }
            common.uncaughtException(thread, failure);
        } catch (Throwable _) {
            // Nobody is left to tell.
        }
    }
}

package dev.weft.loop.kernel;

/** Where goes what callbacks throw: there is nobody who awaits them. */
final class Uncaught {
    private Uncaught() {}

    /** Tells the exception handler of the loop that the caller runs on, or else the uncaught-exception handler of the current thread. */
    static void report(Throwable failure) {
        LoopCore loop = LoopCore.currentOrNull();
        if (loop == null) {
            tellThread(failure);
        } else {
            loop.report("a callback on loop '" + loop.name() + "' failed: " + failure, failure, null, null);
        }
    }

    /** Tells the uncaught-exception handler of the current thread. */
    static void tellThread(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable _) {
            // As the JVM does where a handler throws: whoever called back has others to serve, and nobody is left to
            // tell.
        }
    }
}

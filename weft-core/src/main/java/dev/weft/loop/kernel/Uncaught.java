package dev.weft.loop.kernel;

/** Where goes what callbacks throw: there is nobody who awaits them. */
final class Uncaught {
    private Uncaught() {}

    /** Tells the uncaught-exception handler of the current thread. */
    static void report(Throwable failure) {
        LoopCore loop = LoopCore.currentOrNull();
        LoopControl steering = loop == null ? null : loop.control;
        if (steering != null) {
            steering.uncaught(failure);
            return;
        }
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable _) {
            // As the JVM does where a handler throws: whoever called back has others to serve, and nobody is left to
            // tell.
        }
    }
}

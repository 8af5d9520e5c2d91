package dev.weft.testing;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Hears of what kills threads while one test runs, in place of the JVM's default handler. */
final class UncaughtErrors implements UncaughtExceptionHandler {
    private final @Nullable UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    private final Queue<Problem> errors = new ConcurrentLinkedQueue<>();

    /** Begins to listen. */
    static UncaughtErrors begin() {
        var errors = new UncaughtErrors();
        Thread.setDefaultUncaughtExceptionHandler(errors);
        return errors;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        var problem = new Problem(
                Problem.Kind.UNCAUGHT, "thread '" + thread.getName() + "' died of what nobody caught: " + failure);
        problem.initCause(failure);
        errors.add(problem);
        if (before != null) {
            before.uncaughtException(thread, failure);
        }
    }

    /**
     * Ends it.
     *
     * @return the first error, with the others as suppressed ones; null if there was none
     */
    @Nullable
    Problem end() {
        if (Thread.getDefaultUncaughtExceptionHandler() == this) {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        Problem first = errors.poll();
        if (first != null) {
            errors.forEach(first::addSuppressed);
        }
        return first;
    }
}

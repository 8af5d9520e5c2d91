package dev.weft.process;

/**
 * Stands in for an exception of a worker that cannot be rebuilt in this process, because it cannot be serialized, its
 * class is not here or is not {@linkplain ProcessPool.Builder#allow allowed}. Its stack trace is that of the exception
 * in the worker.
 */
@SuppressWarnings("serial")
public final class RemoteFailureException extends RuntimeException {
    private final String className;
    private final String trace;

    /**
     * Makes a stand-in for an exception; called by Weft.
     *
     * @param className the name of its class
     * @param message its text, and why it has a stand-in
     * @param trace its stack trace as text
     * @param stack its stack
     */
    public RemoteFailureException(String className, String message, String trace, StackTraceElement[] stack) {
        super(message);
        this.className = className;
        this.trace = trace;
        setStackTrace(stack);
    }

    /**
     * {@return the name of the class of the exception in the worker}
     */
    public String className() {
        return className;
    }

    /**
     * {@return the whole stack trace of the exception in the worker, with causes, as text}
     */
    public String trace() {
        return trace;
    }
}

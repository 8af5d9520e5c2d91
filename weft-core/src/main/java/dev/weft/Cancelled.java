package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at a checkpoint of a task whose scope has been cancelled, at every checkpoint until the scope is left.
 *
 * <p>It is an {@link Error}, so that {@code catch (Exception e)} does not lose it; code that catches it must let it go on
 * after cleaning up. Swallowing it changes little: the next checkpoint throws again. A JDK call that is interrupted by the
 * cancellation throws its {@link InterruptedException} instead, and a task that ends with that one counts as cancelled too.
 *
 * <p>The cause, where there is one, is the stack of the call that asked for the cancellation.
 */
@SuppressWarnings("serial") // an Error is Serializable by inheritance; this one never leaves its process
public final class Cancelled extends Error {
    private final String reason;

    /**
     * Makes a cancellation signal; called by Weft.
     *
     * @param reason why, as given to the call that cancelled
     * @param origin where the cancellation was asked for, or null if that is not known
     */
    public Cancelled(String reason, @Nullable Throwable origin) {
        super("cancelled: " + reason, origin);
        this.reason = reason;
    }

    /**
     * {@return why the work was cancelled, as given to the call that cancelled}
     */
    public String reason() {
        return reason;
    }
}

package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at a checkpoint of a task whose scope has been cancelled, at every checkpoint until the scope is left.
 *
 * <p>It is an {@link Error}, so that {@code catch (Exception e)} does not lose it; code that catches it must let it go
 * on after cleaning up. Swallowing it changes little: the next checkpoint throws again. A JDK call that is interrupted
 * by the cancellation throws its {@link InterruptedException} instead, and a task that ends with that one counts as
 * cancelled too.
 *
 * <p>It says what ended the work: {@link #source} the kind of event, {@link #reason} the words, {@link #requester} the
 * task that asked, and the cause, where there is one, is the stack of the call that asked.
 */
@SuppressWarnings("serial") // an Error is Serializable by inheritance; this one never leaves its process
public final class Cancelled extends Error {
    /** What kind of event ended the work. */
    public enum Source {
        /** A call: {@link Task#cancel(String)}, {@link TaskGroup#cancel}, {@link CancelScope#cancel}. */
        REQUEST,
        /** The time of a {@link CancelScope} or of {@link Weft#withTimeout} was over. */
        DEADLINE,
        /** Another task of the group failed, or the block of the group ended. */
        GROUP,
        /** The thread was interrupted by code that is not Weft's. */
        INTERRUPT,
        /** The loop, pool or program is being closed. */
        SHUTDOWN
    }

    private final Source source;
    private final String reason;
    private final @Nullable String requester;

    /**
     * Makes a signal of {@linkplain Source#REQUEST a request} by nobody in particular; called by Weft.
     *
     * @param reason why, as given to the call that cancelled
     * @param origin where the cancellation was asked for, or null if that is not known
     */
    public Cancelled(String reason, @Nullable Throwable origin) {
        this(Source.REQUEST, reason, null, origin);
    }

    /**
     * Makes a cancellation signal; called by Weft.
     *
     * @param source what ended the work
     * @param reason why, in words
     * @param requester the name of the task that asked, or null if it was none
     * @param origin where the cancellation was asked for, or null if that is not known
     */
    public Cancelled(Source source, String reason, @Nullable String requester, @Nullable Throwable origin) {
        super("cancelled: " + reason + (requester == null ? "" : " (asked for by task '" + requester + "')"), origin);
        this.source = source;
        this.reason = reason;
        this.requester = requester;
    }

    /**
     * {@return what kind of event ended the work}
     */
    public Source source() {
        return source;
    }

    /**
     * {@return why the work was cancelled, as given to the call that cancelled}
     */
    public String reason() {
        return reason;
    }

    /**
     * {@return the name of the task that asked for the cancellation; null if it was no task, but the clock, another
     * thread or the end of a block}
     */
    public @Nullable String requester() {
        return requester;
    }
}

package dev.weft;

import dev.weft.loop.kernel.Durations;
import java.time.Duration;

/**
 * Thrown where work did not end in the time it was given: by {@link Weft#withTimeout} and by the iteration of
 * {@link Results} with a {@linkplain Results#timeout time-out}. The work itself has been cancelled.
 */
@SuppressWarnings("serial")
public final class TimedOutException extends RuntimeException {
    private final Duration limit;

    /**
     * Makes the report of one expired limit.
     *
     * @param what what was being done, for the message
     * @param limit the time that it was given
     */
    public TimedOutException(String what, Duration limit) {
        super(what + " did not end within " + Durations.text(limit));
        this.limit = limit;
    }

    /**
     * {@return the time that the work was given}
     */
    public Duration limit() {
        return limit;
    }
}

package dev.weft.cli.map.run;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Runs tries, and ends them where their time is over or the run is. {@link #run} is called by slots, the rest by any
 * thread.
 */
interface Runner extends AutoCloseable {
    /**
     * Runs a try to its end.
     *
     * @return how it ended; null if that has been said by somebody else, who gave it up
     * @throws IOException if there is no room for its output
     */
    @Nullable
    Ended run(Attempt attempt, int slot) throws IOException;

    /**
     * Runs what is in a lot, as long as it has something to begin.
     *
     * @param lot the lot
     * @param lots told of each that has ended
     * @return false if a try was given up, and the lot is no longer the caller's
     * @throws IOException if there is no room for output, or what has ended cannot be printed or recorded
     */
    default boolean run(Lot lot, Lots lots) throws IOException {
        for (Attempt attempt = lot.begin(); attempt != null; attempt = lot.begin()) {
            Ended ended = run(attempt, lot.slot);
            if (ended == null) {
                return false;
            }
            lots.end(lot, ended);
        }
        return true;
    }

    /** Asks all that runs to end, what is just being started too, and ends it by force after the grace. */
    void stop();

    /** Ends all that runs at once. */
    void kill();

    /** Ends what began last, to make room; its input is tried again later. */
    void stopYoungest();

    /** {@return whether the run was told to end what runs} */
    boolean isOver();

    @Override
    default void close() {}
}

package dev.weft.cli.map.run;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a run is to go.
 *
 * @param jobs how many commands at once; asked again whenever one could be started
 * @param delay the least time between two starts
 * @param timeLimit how long each may take
 * @param killGrace how long one may take to end after it was asked to
 * @param retry which failures are tried again
 * @param halt when the run ends early; null for never
 * @param freeMemory how much memory must be free for another start; below half of it, the youngest is ended and waits;
 *     0 for any
 * @param layout how output is printed
 * @param results where output is kept, a directory for each input; null for nowhere
 */
public record Plan(
        Jobs jobs,
        Duration delay,
        TimeLimit timeLimit,
        Duration killGrace,
        Retry retry,
        @Nullable Halt halt,
        long freeMemory,
        Layout layout,
        @Nullable Path results) {

    /**
     * Changes how many at once.
     *
     * @param other how many
     * @return the same with another number at once
     */
    public Plan with(Jobs other) {
        return new Plan(other, delay, timeLimit, killGrace, retry, halt, freeMemory, layout, results);
    }

    /** {@return whether nothing here needs that inputs are taken one by one} */
    boolean allowsLots() {
        return delay.isZero() && halt == null && freeMemory == 0;
    }

    /** How many commands at once. */
    @FunctionalInterface
    public interface Jobs {
        /**
         * {@return the number, at least 1}
         */
        int now();

        /**
         * {@return the most that {@link #now} will ever say, where that is known; what it says now where it is not}
         */
        default int most() {
            return now();
        }

        /**
         * Takes note of the end of a try; called by one thread at a time.
         *
         * @param ok whether it went well
         * @param running how many were under way until now, this one included
         */
        default void ended(boolean ok, int running) {}
    }

    /**
     * How output is printed.
     *
     * @param keepOrder in the order of inputs, and not as commands end
     * @param ungrouped as commands write it, mixed
     * @param tag each line behind its input
     * @param json a line of JSON for each input, instead of its output
     */
    public record Layout(boolean keepOrder, boolean ungrouped, boolean tag, boolean json) {}
}

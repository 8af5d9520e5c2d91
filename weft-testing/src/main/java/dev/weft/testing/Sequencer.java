package dev.weft.testing;

import dev.weft.sync.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * A script for the order of a few steps in different coroutines.
 *
 * <pre>{@code
 * group.spawn(() -> { try (var _ = sequencer.step(1)) { queue.put("late"); } });
 * group.spawn(() -> { try (var _ = sequencer.step(0)) { queue.put("early"); } });
 * }</pre>
 *
 * <p>Step <i>n</i> begins when step <i>n</i> - 1 has ended. For coroutines of one loop.
 */
public final class Sequencer {
    /** A step that has begun. */
    public final class Step implements AutoCloseable {
        private final int number;

        private Step(int number) {
            this.number = number;
        }

        /** Ends the step, and lets the next one begin. */
        @Override
        public void close() {
            ended(number).set();
        }
    }

    private final List<Event> ends = new ArrayList<>();
    private final List<Boolean> begun = new ArrayList<>();

    /** Makes a sequencer whose first step is 0. */
    public Sequencer() {}

    /**
     * Waits until all steps before this one have ended, and begins it.
     *
     * @param number its number, from 0; each is used once
     * @return the step; close it, best by try-with-resources
     * @throws IllegalArgumentException if the number is negative
     * @throws IllegalStateException if the step has begun already
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public Step step(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("a step of a sequencer has a number from 0, and this one has " + number);
        }
        ended(number);
        if (begun.get(number)) {
            throw new IllegalStateException(
                    "step " + number + " of this sequencer has begun already; use each number once");
        }
        begun.set(number, true);
        if (number > 0) {
            ended(number - 1).await();
        }
        return new Step(number);
    }

    private Event ended(int number) {
        while (ends.size() <= number) {
            ends.add(new Event());
            begun.add(false);
        }
        return ends.get(number);
    }
}

package dev.weft.testing;

import java.util.random.RandomGenerator;

/** One run of a test: its clock, its sequencer and its random numbers. Belongs to the coroutines of the run. */
public final class Trial {
    private final TestClock clock;
    private final Sequencer sequencer = new Sequencer();
    private final RandomGenerator random;

    Trial(TestClock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** {@return the clock of the loop} */
    public TestClock clock() {
        return clock;
    }

    /** {@return a sequencer of this run} */
    public Sequencer sequencer() {
        return sequencer;
    }

    /** {@return random numbers that the seed of the test determines} */
    public RandomGenerator random() {
        return random;
    }
}

package dev.weft.testing;

/** What a {@link Simulation} runs, once for each schedule: it must make its state anew each time. */
@FunctionalInterface
public interface TestBody {
    /**
     * Runs once, as the main task of a fresh loop.
     *
     * @param trial what the test controls
     * @throws Throwable if the test fails
     */
    void run(Trial trial) throws Throwable;
}

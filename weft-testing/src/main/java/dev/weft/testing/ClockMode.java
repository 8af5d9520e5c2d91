package dev.weft.testing;

/** How the clock of a test goes. It is the clock of every timer, sleep and time-out on the loop. */
public enum ClockMode {
    /** As everywhere else. */
    REAL,

    /** Only where the test moves it, by {@link TestClock#advance}. */
    PAUSED,

    /**
     * It jumps to the next timer whenever nothing can run and nothing from outside of the loop is pending; otherwise it
     * stands still. So sleeps take no real time, and time-outs that depend on something outside do not fire early.
     */
    AUTO_JUMP
}

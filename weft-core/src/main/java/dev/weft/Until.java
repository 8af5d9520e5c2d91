package dev.weft;

/** What {@link Weft#waitUntil} waits for. */
public enum Until {
    /** All tasks have ended, however they ended. */
    ALL_COMPLETED,
    /** At least one task has ended, however it ended. */
    FIRST_COMPLETED,
    /** A task has failed, or all have ended. A cancelled task has not failed. */
    FIRST_EXCEPTION
}

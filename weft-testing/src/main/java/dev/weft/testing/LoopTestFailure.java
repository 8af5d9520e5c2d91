package dev.weft.testing;

/**
 * A test failed in one of many schedules, or was cancelled somewhere and failed for that. Its message says how to
 * replay it; the cause is what the test failed with, in the replay.
 */
@SuppressWarnings("serial") // an Error is Serializable by inheritance; this one never leaves its process
public final class LoopTestFailure extends AssertionError {
    private final String replay;

    LoopTestFailure(String message, String replay, Throwable cause) {
        super(message, cause);
        this.replay = replay;
    }

    /**
     * {@return what replays the failure, for {@link LoopTest#replay()}, the property {@code weft.replay} and
     * {@link Simulation#replay}; empty if it cannot be replayed}
     */
    public String replay() {
        return replay;
    }
}

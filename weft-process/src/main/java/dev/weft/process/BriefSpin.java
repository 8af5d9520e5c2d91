package dev.weft.process;

/**
 * Whether a thread that waits for the next event does better to stay awake for a moment. Where a processor is idle,
 * waking a thread takes it longer than a short task; and where events follow each other closely, the next one comes
 * before it would have slept.
 *
 * <p>A thread that stays awake yields its processor between looks, so that it takes no time from others, and does so
 * only while the events before came closely one after the other: what is idle, or works on something long, sleeps at
 * once. One thread.
 */
final class BriefSpin {
    /** For how long it is worth staying awake. */
    static final long MOST_NANOS = 50_000;

    /** How soon events must follow each other for the next one to be expected. */
    private static final long CLOSE_NANOS = 200_000;

    /** With one processor, nothing can happen while this thread has it. */
    private static final boolean POSSIBLE = Runtime.getRuntime().availableProcessors() > 1;

    private long last;
    private boolean close;

    /** {@return whether events that take so long on average are worth staying awake for} */
    static boolean isWorthwhile(long nanosBetween) {
        return POSSIBLE && nanosBetween < CLOSE_NANOS;
    }

    /** Tells that an event has come. */
    void event() {
        long now = System.nanoTime();
        close = isWorthwhile(now - last);
        last = now;
    }

    /** {@return whether to look once more before going to sleep; gives way to others first} */
    boolean stays() {
        if (!close || System.nanoTime() - last > MOST_NANOS) {
            return false;
        }
        Thread.yield();
        return true;
    }
}

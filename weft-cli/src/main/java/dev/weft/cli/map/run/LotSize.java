package dev.weft.cli.map.run;

/**
 * How many inputs a slot takes together: as many as take about two milliseconds, so that what is done for each lot
 * hardly counts and nothing waits long; one by one where a call takes a millisecond. It begins with one, grows by the
 * lot and falls at once. Any thread; of two that measure at the same moment, one counts.
 */
final class LotSize {
    static final int MOST = 1024;
    private static final long TARGET_NANOS = 2_000_000;
    private static final int GROWTH = 4;

    private volatile int size = 1;

    /** {@return how many inputs the next lot has at most} */
    int now() {
        return size;
    }

    /**
     * Learns from a lot.
     *
     * @param count how many tries ended in it
     * @param nanos how long they took altogether
     */
    void took(int count, long nanos) {
        if (count > 0) {
            long fitting = count * TARGET_NANOS / Math.max(1, nanos);
            size = Math.clamp(fitting, 1, Math.min(MOST, GROWTH * size));
        }
    }
}

package dev.weft;

/**
 * What a pool has done so far; the numbers are read one after the other while the pool goes on.
 *
 * @param submitted tasks accepted
 * @param succeeded tasks that ended with a result
 * @param failed tasks that ended with a failure
 * @param cancelled tasks that were cancelled
 */
public record PoolStatistics(long submitted, long succeeded, long failed, long cancelled) {
    /**
     * {@return tasks that have not ended: waiting or running}
     */
    public long pending() {
        return submitted - succeeded - failed - cancelled;
    }
}

package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.PoolStatistics;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the elements of batches as tasks, where the pool's own book has one for each batch. Any thread. */
final class ElementCounts {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder cancelled = new LongAdder();

    void accepted(Batch batch) {
        accepted.add(batch.size() - 1L);
    }

    /** Counts a batch that is not submitted. */
    void refused(Batch batch) {
        accepted.add(batch.size());
        failed.add(batch.size());
    }

    /** Counts the ends of all elements and ends the batch in the pool's book; once for each batch. */
    void ended(Batch batch, @Nullable Cancelled signal) {
        int stopped = batch.stoppedElements();
        int broken = batch.failedElements();
        succeeded.add(batch.size() - stopped - broken - (signal == null ? 1L : 0));
        cancelled.add(stopped - (signal == null ? 0 : 1L));
        failed.add(broken);
        BatchPart book = batch.first;
        if (book == null) {
            throw new AssertionError("a batch ended that was not submitted");
        }
        book.endBatch(signal);
    }

    PoolStatistics statistics(PoolStatistics tasks) {
        return new PoolStatistics(
                tasks.submitted() + accepted.sum(),
                tasks.succeeded() + succeeded.sum(),
                tasks.failed() + failed.sum(),
                tasks.cancelled() + cancelled.sum());
    }
}

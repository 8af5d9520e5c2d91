package dev.weft.process;

import dev.weft.Cancelled;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive elements of a {@link Batch} that are in one place: waiting, or with one worker.
 *
 * <p>{@code from} moves up as elements end: by the keeper of the worker that has the part, and under the pool's lock
 * while none has it. {@code to} moves down, under the lock, when a worker gives the end of the part back, which then is
 * a part of its own.
 */
final class BatchPart extends RemoteTask<@Nullable Void> {
    final Batch batch;
    /** The first element whose end is not known. */
    volatile int from;
    /** Guarded by the pool's lock: the element behind the last. */
    int to;
    /** Guarded by the pool's lock: what {@code from} was when it was sent. */
    int sentFrom;

    BatchPart(WorkerPool pool, long id, Batch batch, int from, int to) {
        super(pool, id, batch.loader);
        this.batch = batch;
        this.from = from;
        this.to = to;
        setWeight(batch.weight());
    }

    /** {@return how many elements have not ended, as far as is known} */
    @Override
    int count() {
        return to - from;
    }

    /** {@return the elements from {@code cut} on, as a part of its own; under the pool's lock} */
    BatchPart cutOff(int cut, long newId) {
        var end = new BatchPart(pool, newId, batch, cut, to);
        end.retries = retries;
        end.stop = stop;
        end.abandoned = abandoned;
        to = cut;
        if (!end.abandoned) {
            batch.parts.add(end);
        }
        return end;
    }

    @Override
    Frame frame() {
        return batch.frame(id, from, to);
    }

    @Override
    protected String kind() {
        return pool.name() + "-batch";
    }

    /** Ends what has not ended as failed; not under the lock. */
    @Override
    void failWith(Throwable failure) {
        failAll(from, to, failure);
    }

    @Override
    void endStopped(Cancelled signal) {
        failAll(from, to, signal);
    }

    void failAll(int first, int limit, Throwable failure) {
        for (int i = first; i < limit; i++) {
            batch.fail(i, failure);
        }
        batch.tell(first, limit);
    }

    /** Ends the batch in the pool's book; the first part, once no part is left. Not under the lock. */
    void endBatch(@Nullable Cancelled signal) {
        if (signal == null) {
            succeedWith(null);
        } else {
            super.endStopped(signal);
        }
    }
}

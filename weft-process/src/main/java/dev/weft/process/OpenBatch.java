package dev.weft.process;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A batch that is being filled. The iterating thread adds inputs and finishes it. If the source of inputs makes it
 * wait, a timer sends what there is, so that no input waits for one that may take long to come, or comes only when this
 * one has been worked on.
 *
 * <p>{@code lock} guards it; after {@code sent} is set, nothing is added.
 */
final class OpenBatch {
    /** The input would make the message too long, and belongs into the next. */
    static final int NO_ROOM = -1;

    private static final int MOST_BYTES = 1 << 20;
    private static final Duration PATIENCE = Duration.ofMillis(2);

    private final Batch.Taker taker;
    private final WorkerPool pool;
    private final String map;
    private final long firstIndex;
    private final FunctionBytes function;
    private final int size;

    private final ReentrantLock lock = new ReentrantLock();
    // All that follow: guarded by lock.
    private final List<@Nullable Object> inputs;
    private final Encoder encoder;
    private @Nullable TransferException unsendable;
    private boolean timed;
    private boolean dropped;
    private @Nullable Batch sent;

    OpenBatch(Batch.Taker taker, WorkerPool pool, String map, long firstIndex, FunctionBytes function, int size) {
        this.taker = taker;
        this.pool = pool;
        this.map = map;
        this.firstIndex = firstIndex;
        this.function = function;
        this.size = size;
        this.inputs = new ArrayList<>(size);
        this.encoder = pool.encoder();
        encoder.skipHead(BatchClaims.HEADER);
        encoder.nestedBytes(function.kind(), function.bytes(), function.length());
        unsendable = function.failure();
    }

    /**
     * Adds an input.
     *
     * @return how many bytes it takes, or {@link #NO_ROOM}
     */
    int add(@Nullable Object input, int mostBytes) {
        lock.lock();
        try {
            if (!inputs.isEmpty() && (sent != null || unsendable != null)) {
                return NO_ROOM;
            }
            int before = encoder.length();
            int files = encoder.sharedFiles();
            long weight = encoder.weight();
            TransferException failure = null;
            if (unsendable == null) {
                try {
                    encoder.nested(input);
                } catch (Throwable e) {
                    encoder.truncate(before, files);
                    failure = Unsendable.input(firstIndex + inputs.size(), input, e, encoder.codec());
                }
                if (!inputs.isEmpty()
                        && (failure != null
                                || encoder.weight() - weight > mostBytes / 2
                                || encoder.length() > MOST_BYTES)) {
                    encoder.truncate(before, files);
                    return NO_ROOM;
                }
                unsendable = failure;
            }
            inputs.add(input);
            return (int) Math.min(Integer.MAX_VALUE, encoder.weight() - weight);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether there is room for one more; if so, and for long, what there is will be sent} */
    boolean hasRoom() {
        lock.lock();
        try {
            if (inputs.size() >= size || sent != null || unsendable != null) {
                return false;
            }
            if (!timed) {
                timed = true;
                Timers.after(PATIENCE, this::sendWhatThereIs);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Sends what has not been sent, and adds the batch to those under way; the iterating thread. */
    void finish(ArrayDeque<Batch> window) {
        lock.lock();
        try {
            if (!inputs.isEmpty()) {
                window.addLast(send());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives up what has not been sent. */
    void drop() {
        lock.lock();
        try {
            dropped = true;
        } finally {
            lock.unlock();
        }
    }

    private void sendWhatThereIs() {
        lock.lock();
        try {
            if (!dropped && !inputs.isEmpty()) {
                Batch _ = send();
            }
        } catch (RejectedExecutionException e) {
            // The pool is closed; the iterating thread is told when it finishes the batch.
            Log.debug("a batch came too late", e);
        } finally {
            lock.unlock();
        }
    }

    private Batch send() {
        Batch batch = sent;
        if (batch != null) {
            return batch;
        }
        encoder.putInt(0, 0);
        encoder.putInt(Integer.BYTES, inputs.size());
        batch = new Batch(
                taker, map, firstIndex, function.loader(), inputs.toArray(), encoder.bytes(), encoder.length());
        batch.setShared(encoder.shared(), encoder.weight());
        TransferException failure = unsendable;
        if (failure == null) {
            pool.submit(batch);
            sent = batch;
        } else {
            sent = batch;
            pool.refuse(batch, failure);
        }
        return batch;
    }
}

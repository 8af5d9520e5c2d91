package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.TaskCore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Inputs of a map that travel as one message, and what has become of each. It is submitted to the pool as one piece of
 * work; the pool may divide it into {@link BatchPart parts}, and each element ends once, by whoever is first to say so.
 *
 * <p>The thread that iterates the map makes it and takes from it; keepers of workers, cancellers and timers end its
 * elements.
 */
final class Batch implements Callable<@Nullable Void> {
    /** Stands for a result that is null. */
    static final Object NULL = new Object();

    /** Stands for an end that has been taken. */
    private static final Object TAKEN = new Object();

    /** How an element ended that has no result; throws what a task would. */
    static final class Problem extends TaskCore<@Nullable Object> {
        Problem(String name, Throwable failure) {
            super(name);
            if (failure instanceof Cancelled signal) {
                endCancelled(signal);
            } else {
                fail(failure);
            }
        }

        @Override
        protected String kind() {
            return "element";
        }

        @Override
        public boolean cancel(String reason) {
            return false;
        }
    }

    /** Is told when elements have ended. */
    interface Taker {
        /** So many elements have ended with results, or without. Any thread. */
        void counted(int succeeded, int failed);

        /** {@return how often an element is run again if its worker died} */
        int retries();

        /** Elements {@code from} to {@code to - 1}, or some of them, have ended. Any thread; must be short. */
        void ended(Batch batch, int from, int to);

        /** How long elements took in a worker. */
        void measured(long nanos, int elements);
    }

    final String map;
    /** The place of the first input in the map. */
    final long firstIndex;
    /** Looks up classes of results. */
    final ClassLoader loader;

    private final Taker taker;
    private final @Nullable Object[] inputs;
    private final AtomicReferenceArray<@Nullable Object> ends;
    private final AtomicInteger stopped = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final byte[] message;
    private final int length;
    private long[] shared = {};
    private long weightWithFiles;

    /** Guarded by the pool's lock: what has not ended; the first one made stands for the batch in the pool's book. */
    final List<BatchPart> parts = new ArrayList<>(1);
    /** Guarded by the pool's lock. */
    @Nullable
    BatchPart first;

    /** Guarded by the pool's lock: why it is to stop, if so. */
    @Nullable
    Cancelled stop;

    /** The iterating thread only: how many ends have been taken. */
    int taken;

    /**
     * Makes a batch.
     *
     * @param message as {@link Frame#BATCH} says, for all elements
     */
    Batch(
            Taker taker,
            String map,
            long firstIndex,
            ClassLoader loader,
            @Nullable Object[] inputs,
            byte[] message,
            int length) {
        this.taker = taker;
        this.map = map;
        this.firstIndex = firstIndex;
        this.loader = loader;
        this.inputs = inputs;
        this.message = message;
        this.length = length;
        this.ends = new AtomicReferenceArray<>(inputs.length);
    }

    /** Says which files belong to it, and how many bytes it has with those. Before it is submitted. */
    void setShared(long[] files, long weight) {
        shared = files;
        weightWithFiles = weight;
    }

    /** {@return the files with large inputs} */
    long[] shared() {
        return shared;
    }

    /** {@return how many bytes its message has, with those in files} */
    long weight() {
        return weightWithFiles;
    }

    int size() {
        return inputs.length;
    }

    @Nullable
    Object input(int element) {
        return inputs[element];
    }

    /** {@return the name of an element, for messages} */
    String name(int element) {
        return map + "[" + (firstIndex + element) + "]";
    }

    /** {@return how an element ended: its result, {@link #NULL} or a {@link Problem}; or null} */
    @Nullable
    Object end(int element) {
        return ends.getAcquire(element);
    }

    /** {@return how an element ended, once; after that null} The iterating thread, without order. */
    @Nullable
    Object takeEnd(int element) {
        Object end = ends.getAcquire(element);
        if (end == null || end == TAKEN) {
            return null;
        }
        ends.setRelease(element, TAKEN);
        return end;
    }

    /** {@return the message that sends some of the elements} */
    Frame frame(long id, int from, int to) {
        byte[] body = message;
        if (from != 0 || to != size()) {
            body = message.clone(); // the first may still be under way
            ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).putInt(from).putInt(to);
        }
        return new Frame(Frame.BATCH, Kind.NULL, id, body, length);
    }

    /** Ends an element with a result, if it has not ended; {@link #tell} says so to the taker. */
    boolean succeed(int element, @Nullable Object result) {
        return ends.compareAndSet(element, null, result == null ? NULL : result);
    }

    /** Ends an element without a result, if it has not ended. */
    boolean fail(int element, Throwable failure) {
        boolean first = ends.getAcquire(element) == null
                && ends.compareAndSet(element, null, new Problem(name(element), failure));
        if (first) {
            (failure instanceof Cancelled ? stopped : failed).incrementAndGet();
            taker.counted(0, 1);
        }
        return first;
    }

    /** {@return how many elements were cancelled} */
    int stoppedElements() {
        return stopped.get();
    }

    /** {@return how many elements failed} */
    int failedElements() {
        return failed.get();
    }

    /** Counts elements that {@link #succeed} has ended. */
    void countSucceeded(int elements) {
        taker.counted(elements, 0);
    }

    /** Tells the taker that elements have ended. */
    void tell(int from, int to) {
        taker.ended(this, from, to);
    }

    int retries() {
        return taker.retries();
    }

    void measured(long nanos, int elements) {
        taker.measured(nanos, elements);
    }

    @Override
    public @Nullable Void call() {
        throw new AssertionError("a batch is run by a worker, and not here");
    }
}

package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.process.codec.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a worker one after the other, all in one thread.
 *
 * <p>A task is waiting, running or ended:
 *
 * <pre>
 *   TASK ──► waiting ──► running ──► ended: RESULT, ERROR, or CANCELLED if it reacted to a cancellation
 *               ├─CANCEL─► ended: CANCELLED
 *               └─REVOKE─► given back: REVOKED
 * </pre>
 *
 * <p>{@code accept} is called by the reading thread, {@code run} by the thread of the tasks; {@code lock} guards what
 * they share. An interrupt is sent, and taken back when its task has ended, under the lock, so that none reaches the
 * next task.
 */
final class TaskLoop implements WorkerTasks {
    private static final long NONE = -1;

    private final Thread runner;
    private final int longestAnswer;
    private final Decoder decoder;
    private final @Nullable SharedFiles answers;
    private final Codec.@Nullable Session codec;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    /** Guarded by {@code lock}. */
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();
    /** Guarded by {@code lock}. */
    private long running = NONE;
    /** Guarded by {@code lock}: whether the running task has been told to stop. */
    private boolean cancelled;
    /** Guarded by {@code lock}: the elements of the running task if it is a batch. */
    private @Nullable BatchClaims claims;

    /** Written under {@code lock}: that there may be something in {@code waiting}. */
    private volatile boolean anyWaiting;

    /** The thread of the tasks only. */
    private final BriefSpin spin = new BriefSpin();

    /** The thread of the tasks only: whether the pool knows that this process has begun with its first work. */
    private boolean begun;

    private final BatchRunner batches;
    /** How many batches wait or run. */
    private final AtomicInteger batchesHere = new AtomicInteger();

    /**
     * Makes a loop.
     *
     * @param runner the thread that will run the tasks
     * @param longestAnswer the most bytes in an answer
     * @param work where large arrays in work are, or null
     * @param answers where to put large arrays in answers, or null
     * @param codec what objects are written and read with, or null for JDK serialization
     */
    TaskLoop(
            Thread runner,
            int longestAnswer,
            @Nullable SharedFiles work,
            @Nullable SharedFiles answers,
            Codec.@Nullable Session codec) {
        this.codec = codec;
        this.decoder = new Decoder(true, work, null, Encoder.MOST_BYTES).codec(codec);
        this.answers = answers;
        this.runner = runner;
        this.longestAnswer = longestAnswer;
        this.batches = new BatchRunner(this, longestAnswer, answers, codec);
    }

    @Override
    public boolean hasBatches() {
        return batchesHere.get() != 0;
    }

    @Override
    public void flush(PoolLink link) throws IOException {
        batches.flush(link);
    }

    @Override
    public void accept(Frame frame, PoolLink link) throws IOException {
        switch (frame.type()) {
            case Frame.TASK, Frame.BYE, Frame.INITIALIZE, Frame.COLLECT -> enqueue(frame);
            case Frame.INTERRUPT -> interrupt(frame);
            case Frame.BATCH -> {
                batchesHere.incrementAndGet();
                enqueue(frame);
            }
            case Frame.CANCEL -> cancel(frame.id(), link);
            case Frame.TAKEN -> release(frame.id());
            case Frame.REVOKE -> revoke(frame.id(), link);
            default -> throw new ProtocolException("a worker was sent a frame of type " + frame.type());
        }
    }

    private void interrupt(Frame frame) {
        lock.lock();
        try {
            if (running != frame.id()) {
                return;
            }
            BatchClaims batch = claims;
            if (batch == null) {
                cancelled = true;
                runner.interrupt();
            } else if (frame.length() == Integer.BYTES
                    && batch.tell(ByteBuffer.wrap(frame.body())
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getInt())) {
                runner.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void release(long file) {
        if (answers != null) {
            answers.release(file);
        }
    }

    private void enqueue(Frame frame) {
        lock.lock();
        try {
            waiting.addLast(frame);
            anyWaiting = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void cancel(long task, PoolLink link) throws IOException {
        lock.lock();
        try {
            if (running == task) {
                BatchClaims batch = claims;
                if (batch == null) {
                    cancelled = true;
                    runner.interrupt();
                } else if (batch.stop()) {
                    runner.interrupt();
                }
                return;
            }
            Frame dropped = drop(task);
            if (dropped == null) {
                return; // it has ended, and its answer is under way
            }
        } finally {
            lock.unlock();
        }
        link.send(new Frame(Frame.CANCELLED, task));
    }

    /** Takes a task out of the line; under the lock. */
    private @Nullable Frame drop(long task) {
        for (Iterator<Frame> frames = waiting.iterator(); frames.hasNext(); ) {
            Frame frame = frames.next();
            if (frame.id() == task && isWork(frame)) {
                frames.remove();
                left(frame);
                return frame;
            }
        }
        return null;
    }

    private void left(Frame frame) {
        if (frame.type() == Frame.BATCH) {
            batchesHere.decrementAndGet();
        }
    }

    private void revoke(long most, PoolLink link) throws IOException {
        ByteBuffer given = ByteBuffer.allocate(Math.clamp(most, 1, 1 << 16) * 2 * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        lock.lock();
        try {
            while (given.hasRemaining() && !waiting.isEmpty() && isWork(waiting.getLast())) {
                Frame frame = waiting.removeLast();
                left(frame);
                given.putLong(frame.id()).putLong(-1);
            }
            BatchClaims batch = claims;
            if (given.position() == 0 && batch != null) {
                int cut = batch.cut();
                if (cut != BatchClaims.NONE) {
                    given.putLong(running).putLong(cut);
                }
            }
        } finally {
            lock.unlock();
        }
        link.send(new Frame(Frame.REVOKED, Kind.NULL, 0, given.array(), given.position()));
    }

    private static boolean isWork(Frame frame) {
        return frame.type() == Frame.TASK || frame.type() == Frame.BATCH;
    }

    @Override
    public void run(PoolLink link, StartMark mark) throws IOException {
        for (Frame frame = take(); frame.type() != Frame.BYE; frame = take()) {
            BatchClaims batch = claims; // set by this thread only
            if (frame.type() == Frame.INITIALIZE) {
                initialize(frame);
                link.send(new Frame(Frame.INITIALIZED, 0));
            } else if (frame.type() == Frame.COLLECT) {
                System.gc();
                link.send(new Frame(Frame.COLLECTED, 0));
            } else if (batch != null) {
                batches.run(frame, batch, decoder, mark, link);
                endBatch();
            } else {
                mark.set(frame.id());
                link.send(answer(frame, link));
            }
        }
    }

    private Frame take() {
        spin.event();
        while (!anyWaiting && spin.stays()) {}
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                arrived.awaitUninterruptibly();
            }
            Frame frame = waiting.removeFirst();
            anyWaiting = !waiting.isEmpty();
            Thread.interrupted(); // something that a former task has left behind may have interrupted its thread
            running = frame.type() == Frame.BYE ? NONE : frame.id();
            if (frame.type() == Frame.BATCH) {
                claims = BatchClaims.of(frame);
            }
            return frame;
        } finally {
            lock.unlock();
        }
    }

    private void initialize(Frame frame) {
        try {
            Object _ = decode(frame).call();
            boolean _ = settle();
        } catch (Throwable e) {
            System.err.println("weft: the initializer of the pool failed:");
            e.printStackTrace();
            System.exit(Exit.NOT_INITIALIZED);
        }
    }

    private void endBatch() {
        lock.lock();
        try {
            running = NONE;
            claims = null;
            Thread.interrupted();
        } finally {
            lock.unlock();
        }
        batchesHere.decrementAndGet();
    }

    /** {@return the next element of the running batch, or NONE; no interrupt for the one before will reach it} */
    int claim(BatchClaims batch) {
        int element = batch.claim();
        while (element == BatchClaims.TOLD) {
            settle(batch);
            element = batch.claim();
        }
        return element;
    }

    /** Ends the running of an element; true if it had been told to stop. */
    boolean settle(BatchClaims batch) {
        Thread.interrupted(); // perhaps left behind by the element itself
        if (!batch.told()) {
            return false;
        }
        lock.lock();
        try {
            batch.clearTold();
            Thread.interrupted();
        } finally {
            lock.unlock();
        }
        return true;
    }

    /** Lets no element of a batch run any more. */
    void abandon(BatchClaims batch) {
        boolean _ = batch.stop();
        settle(batch);
        int _ = claim(batch);
    }

    /** Tells the pool that the first work of this process begins; what comes later is told by its end. */
    void begins(long task, PoolLink link) throws IOException {
        if (!begun) {
            begun = true;
            link.send(new Frame(Frame.BEGUN, task));
        }
    }

    private Frame answer(Frame frame, PoolLink link) {
        Object result = null;
        Throwable failure = null;
        try {
            Callable<?> work = decode(frame);
            begins(frame.id(), link);
            result = work.call();
        } catch (Throwable e) {
            failure = e;
        }
        boolean stopped = settle();
        if (failure == null) {
            Encoder encoder = new Encoder(longestAnswer, null).share(answers).codec(codec);
            try {
                byte kind = encoder.encodeResult(result);
                return new Frame(Frame.RESULT, kind, frame.id(), encoder.bytes(), encoder.length());
            } catch (Throwable e) {
                encoder.abandon();
                failure = e;
            }
        }
        return stopped && isCancellation(failure)
                ? new Frame(Frame.CANCELLED, frame.id())
                : FailureCodec.encode(frame.id(), failure);
    }

    private Callable<?> decode(Frame frame) {
        Object work;
        try {
            work = decoder.decode(frame.kind(), frame.body(), UserClasses.loader(), null);
        } catch (Throwable e) {
            throw new TransferException(undecodable("work", e), e);
        }
        return runnable(work);
    }

    static Callable<?> runnable(@Nullable Object work) {
        if (work instanceof Callable<?> callable) {
            return callable;
        }
        throw new TransferException(
                "a worker was sent a "
                        + (work == null ? "null" : work.getClass().getName()) + " to run",
                null);
    }

    static String undecodable(String what, Throwable e) {
        if (e instanceof ClassNotFoundException || e instanceof NoClassDefFoundError) {
            return "the " + what + " needs class " + e.getMessage()
                    + ", which is not on the class path of the worker process. The worker has that of the"
                    + " JVM that opened the pool (java.class.path, jdk.module.path); a class that was loaded in another way must be put there";
        }
        return "the " + what + " could not be read in the worker process: " + e;
    }

    /** Ends the running of a task; true if it had been told to stop. */
    private boolean settle() {
        lock.lock();
        try {
            running = NONE;
            Thread.interrupted();
            boolean stopped = cancelled;
            cancelled = false;
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    static boolean isCancellation(@Nullable Throwable failure) {
        return failure instanceof Cancelled
                || failure instanceof InterruptedException
                || failure instanceof ClosedByInterruptException;
    }
}

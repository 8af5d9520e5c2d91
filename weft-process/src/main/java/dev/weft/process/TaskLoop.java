package dev.weft.process;

import dev.weft.Cancelled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
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
 * <p>{@code accept} is called by the reading thread, {@code run} by the thread of the tasks; {@code lock} guards what they share. An
 * interrupt is sent, and taken back when its task has ended, under the lock, so that none reaches the next task.
 */
final class TaskLoop {
    private static final long NONE = -1;

    private final Thread runner;
    private final int longestAnswer;
    private final Decoder decoder = new Decoder(true);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    /** Guarded by {@code lock}. */
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();
    /** Guarded by {@code lock}. */
    private long running = NONE;
    /** Guarded by {@code lock}: whether the running task has been told to stop. */
    private boolean cancelled;

    TaskLoop(Thread runner, int longestAnswer) {
        this.runner = runner;
        this.longestAnswer = longestAnswer;
    }

    void accept(Frame frame, PoolLink link) throws IOException {
        switch (frame.type()) {
            case Frame.TASK, Frame.BYE -> enqueue(frame);
            case Frame.CANCEL -> cancel(frame.id(), link);
            case Frame.REVOKE -> revoke(frame.id(), link);
            default -> throw new ProtocolException("a worker was sent a frame of type " + frame.type());
        }
    }

    private void enqueue(Frame frame) {
        lock.lock();
        try {
            waiting.addLast(frame);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void cancel(long task, PoolLink link) throws IOException {
        lock.lock();
        try {
            if (running == task) {
                cancelled = true;
                runner.interrupt();
                return;
            }
            if (!waiting.removeIf(frame -> frame.id() == task)) {
                return; // it has ended, and its answer is under way
            }
        } finally {
            lock.unlock();
        }
        link.send(new Frame(Frame.CANCELLED, task));
    }

    private void revoke(long most, PoolLink link) throws IOException {
        ByteBuffer given =
                ByteBuffer.allocate((int) Math.min(most, 1 << 16) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        lock.lock();
        try {
            while (given.hasRemaining()
                    && !waiting.isEmpty()
                    && waiting.getLast().type() == Frame.TASK) {
                given.putLong(waiting.removeLast().id());
            }
        } finally {
            lock.unlock();
        }
        link.send(new Frame(Frame.REVOKED, Kind.NULL, 0, given.array(), given.position()));
    }

    /** Runs tasks until there are no more to come. */
    void run(PoolLink link, StartMark mark) throws IOException {
        for (Frame frame = take(); frame.type() != Frame.BYE; frame = take()) {
            mark.set(frame.id());
            link.send(answer(frame));
        }
    }

    private Frame take() {
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                arrived.awaitUninterruptibly();
            }
            Frame frame = waiting.removeFirst();
            Thread.interrupted(); // something that a former task has left behind may have interrupted its thread
            running = frame.type() == Frame.TASK ? frame.id() : NONE;
            return frame;
        } finally {
            lock.unlock();
        }
    }

    private Frame answer(Frame frame) {
        Object result = null;
        Throwable failure = null;
        try {
            result = decode(frame).call();
        } catch (Throwable e) {
            failure = e;
        }
        boolean stopped = settle();
        if (failure == null) {
            Encoder encoder = new Encoder(longestAnswer, null);
            try {
                byte kind = encoder.encodeResult(result);
                return new Frame(Frame.RESULT, kind, frame.id(), encoder.bytes(), encoder.length());
            } catch (Throwable e) {
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
            work = decoder.decode(frame.kind(), frame.body(), ClassLoader.getSystemClassLoader(), null);
        } catch (Throwable e) {
            throw new TransferException(undecodable(e), e);
        }
        if (work instanceof Callable<?> callable) {
            return callable;
        }
        throw new TransferException(
                "a worker was sent a "
                        + (work == null ? "null" : work.getClass().getName()) + " to run",
                null);
    }

    private static String undecodable(Throwable e) {
        if (e instanceof ClassNotFoundException || e instanceof NoClassDefFoundError) {
            return "the work needs class " + e.getMessage()
                    + ", which is not on the class path of the worker process. The worker has that of the"
                    + " JVM that opened the pool (java.class.path, jdk.module.path); a class that was loaded in another way must be put there";
        }
        return "the work could not be read in the worker process: " + e;
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

    private static boolean isCancellation(@Nullable Throwable failure) {
        return failure instanceof Cancelled
                || failure instanceof InterruptedException
                || failure instanceof ClosedByInterruptException;
    }
}

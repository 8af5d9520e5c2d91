package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.loop.kernel.ServiceLoop;
import dev.weft.loop.kernel.TaskCore;
import dev.weft.process.codec.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a worker as coroutines of one loop, as many at once as the pool sends.
 *
 * <pre>
 *   TASK ──► marked as started ──► coroutine of the loop ──► ended: RESULT, ERROR, or CANCELLED if it reacted to a cancellation
 * </pre>
 *
 * <p>The reading thread writes the number of each task to the {@link StartMark} before it hands the task to the loop,
 * so that the pool knows what a death has cost. A place in that file is used again once the answer of its task has gone
 * out. The reading thread passes cancellations on through the loop, which says so ({@link Frame#HEARD}): where it does
 * not, it is held up, and only the end of the process helps.
 */
final class CoroutineTasks implements WorkerTasks {
    /** A task that has not been answered. */
    private static final class Running {
        final int place;
        /** Whether the pool has told it to stop. */
        volatile boolean told;

        volatile @Nullable Task<Frame> task;

        Running(int place) {
            this.place = place;
        }
    }

    private final int longestAnswer;
    private final @Nullable SharedFiles answers;
    private final Codec.@Nullable Session codec;
    private final ServiceLoop loop = new ServiceLoop("worker");

    private final ReentrantLock decoding = new ReentrantLock();
    /** Guarded by {@code decoding}. */
    private final Decoder decoder;

    private final Map<Long, Running> running = new ConcurrentHashMap<>();
    /** Places in the file of marks that are free. */
    private final ConcurrentLinkedQueue<Integer> places = new ConcurrentLinkedQueue<>();

    private final CountDownLatch marked = new CountDownLatch(1);
    private final CompletableFuture<@Nullable Void> bye = new CompletableFuture<>();
    /** Set before {@code marked}. */
    private @Nullable StartMark mark;
    /** The reading thread only. */
    private int lastPlace = -1;

    /**
     * Makes a loop.
     *
     * @param longestAnswer the most bytes in an answer
     * @param work where large arrays in work are, or null
     * @param answers where to put large arrays in answers, or null
     * @param codec what objects are written and read with, or null for JDK serialization
     */
    CoroutineTasks(
            int longestAnswer,
            @Nullable SharedFiles work,
            @Nullable SharedFiles answers,
            Codec.@Nullable Session codec) {
        this.longestAnswer = longestAnswer;
        this.answers = answers;
        this.codec = codec;
        this.decoder = new Decoder(true, work, null, Encoder.MOST_BYTES).codec(codec);
    }

    @Override
    public boolean hasBatches() {
        return false;
    }

    @Override
    public void flush(PoolLink link) {
        // There are no batches.
    }

    @Override
    public void run(PoolLink link, StartMark file) {
        mark = file;
        marked.countDown();
        try {
            Uninterruptibly.get(bye);
        } catch (ExecutionException e) {
            throw new AssertionError("the end of the tasks failed", e);
        }
    }

    @Override
    public void accept(Frame frame, PoolLink link) throws IOException {
        switch (frame.type()) {
            case Frame.TASK, Frame.BATCH -> start(frame, link);
            case Frame.INITIALIZE -> initialize(frame, link);
            case Frame.CANCEL -> stop(frame.id(), "its pool cancelled it", link);
            case Frame.INTERRUPT -> stop(frame.id(), "its time is over", link);
            case Frame.TAKEN -> {
                if (answers != null) {
                    answers.release(frame.id());
                }
            }
            case Frame.COLLECT -> {
                System.gc(); // stops the loop as well, so that no thread of its own is needed
                link.send(new Frame(Frame.COLLECTED, 0));
            }
            case Frame.BYE -> bye.complete(null);
            default -> throw new ProtocolException("a worker with a loop was sent a frame of type " + frame.type());
        }
    }

    private StartMark mark() throws IOException {
        try {
            marked.await();
        } catch (InterruptedException e) {
            throw new IOException("the reading thread was interrupted", e);
        }
        StartMark file = mark;
        if (file == null) {
            throw new AssertionError("there is no file of marks");
        }
        return file;
    }

    private void start(Frame frame, PoolLink link) throws IOException {
        Integer free = places.poll();
        var entry = new Running(free == null ? ++lastPlace : free);
        mark().set(entry.place, frame.id());
        running.put(frame.id(), entry);
        Task<Frame> task = loop.submit(() -> answer(frame, entry));
        entry.task = task;
        task.whenDone(ended -> end(frame.id(), entry, ended, link));
    }

    /** Runs a task, as a coroutine, and makes its answer. */
    private Frame answer(Frame frame, Running entry) {
        if (frame.type() == Frame.BATCH) {
            return answerElement(frame, entry);
        }
        Object result;
        try {
            result = decode(frame).call();
        } catch (Throwable e) {
            return failed(frame.id(), entry, e);
        }
        Encoder encoder = encoder();
        try {
            byte kind = encoder.encodeResult(result);
            return new Frame(Frame.RESULT, kind, frame.id(), encoder.bytes(), encoder.length());
        } catch (Throwable e) {
            encoder.abandon();
            return failed(frame.id(), entry, e);
        }
    }

    private Encoder encoder() {
        return new Encoder(longestAnswer, null).share(answers).codec(codec);
    }

    /** Runs a batch, which has one element where workers have loops. What it fails with fails the batch. */
    private Frame answerElement(Frame frame, Running entry) {
        long begun = System.nanoTime();
        int element = BatchClaims.of(frame).claim();
        Object result;
        try {
            ByteBuffer in = ByteBuffer.wrap(frame.body(), 0, frame.length()).order(ByteOrder.LITTLE_ENDIAN);
            Callable<?> work;
            decoding.lock();
            try {
                work = BatchRunner.element(in, element, decoder);
            } finally {
                decoding.unlock();
            }
            result = work.call();
        } catch (Throwable e) {
            return failed(frame.id(), entry, e);
        }
        Encoder encoder = encoder();
        try {
            encoder.skipHead(BatchRunner.END_HEADER);
            encoder.entry(element, Frame.RESULT);
            encoder.nested(result);
            ByteBuffer.wrap(encoder.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(System.nanoTime() - begun)
                    .putInt(element + 1);
            return new Frame(Frame.BATCH_END, Kind.NULL, frame.id(), encoder.bytes(), encoder.length());
        } catch (Throwable e) {
            encoder.abandon();
            return failed(frame.id(), entry, Unsendable.result(result, e, codec));
        }
    }

    private static Frame failed(long id, Running entry, Throwable failure) {
        return entry.told && TaskLoop.isCancellation(failure)
                ? new Frame(Frame.CANCELLED, id)
                : FailureCodec.encode(id, failure);
    }

    private void end(long id, Running entry, Task<Frame> ended, PoolLink link) {
        Throwable problem = ((TaskCore<Frame>) ended)
                .problem(); // it was cancelled before it began, or its answer could not be made
        Frame answer = problem == null ? ended.result() : failed(id, entry, problem);
        running.remove(id);
        try {
            link.send(answer);
        } catch (IOException e) {
            return; // the pool is gone, and the reading thread about to end this JVM
        }
        places.add(entry.place);
    }

    private void stop(long id, String reason, PoolLink link) {
        Running entry = running.get(id);
        Task<Frame> task = entry == null ? null : entry.task;
        if (entry == null || task == null) {
            return; // it has ended, and its answer is under way
        }
        entry.told = true;
        loop.execute(() -> {
            task.cancel(reason);
            try {
                link.send(new Frame(Frame.HEARD, id));
            } catch (IOException e) {
                Log.debug("the pool is gone", e);
            }
        });
    }

    private void initialize(Frame frame, PoolLink link) {
        loop.execute(() -> {
            try {
                Object _ = decode(frame).call();
                link.send(new Frame(Frame.INITIALIZED, 0));
            } catch (Cancelled | IOException e) {
                Log.debug("the pool is gone", e);
            } catch (Throwable e) {
                System.err.println("weft: the initializer of the pool failed:");
                e.printStackTrace();
                System.exit(Exit.NOT_INITIALIZED);
            }
        });
    }

    private Callable<?> decode(Frame frame) {
        Object work;
        decoding.lock();
        try {
            work = decoder.decode(frame.kind(), frame.body(), UserClasses.loader(), null);
        } catch (Throwable e) {
            throw new TransferException(TaskLoop.undecodable("work", e), e);
        } finally {
            decoding.unlock();
        }
        return TaskLoop.runnable(work);
    }
}

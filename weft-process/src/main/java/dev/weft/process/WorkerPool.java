package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.JobFunction;
import dev.weft.PoolStatistics;
import dev.weft.TimedOutException;
import dev.weft.loop.kernel.AbstractPool;
import dev.weft.loop.kernel.TaskCore;
import dev.weft.process.codec.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of a process pool: which task is where, which workers there are, and what follows from each event. Everything that is decided is
 * decided here, under one lock; processes, sockets and encodings are elsewhere.
 *
 * <h2>Who calls</h2>
 *
 * <ul>
 *   <li>Submitters and cancellers, any thread or coroutine: {@code dispatch}, {@code cancel}.
 *   <li>The keeper of each {@link Worker}: {@code connected}, {@code received}, {@code disconnected}, {@code ended}, in this order.
 *   <li>The {@link Acceptor}: {@code admit}. The timer: {@code overdue}, {@code tryAgain}. The closer: {@code release}. The shutdown hook:
 *       {@code abandon}.
 * </ul>
 *
 * <p>Under the lock nothing blocks, no user code runs and no task is ended: what is to happen is collected as {@link Effects} and done once the lock
 * is free. Frames are put into a worker's outbox under the lock, so that their order is that of {@link Worker#sent}, and flushed without it.
 *
 * <h2>Where a task goes</h2>
 *
 * <p>A waiting task goes to the worker with the fewest tasks, as long as that has less than a window of them: two, so that the second hides the way
 * there and back, and as many as are worth {@link #WINDOW_NANOS} where tasks turn out to be short, so that one write carries several; but never
 * more than its heap can hold. When nothing waits and a worker is idle, one that has more than it runs is asked to give some of the rest back, so
 * that nobody waits behind a long task while another worker has nothing to do.
 *
 * <p>When a worker has died, its {@link StartMark} tells which task it had started last. If that one was not answered, it is the one task that
 * the death costs. The others go back to the head of the line. If nothing was running, the first of them is a suspect (its message may have been what the
 * worker died of), and fails after {@link #DEATHS} such deaths.
 *
 * <h2>Which workers there are</h2>
 *
 * <p>After each event, {@link #replenish} starts as many as are missing, by what there is and not by what has happened. {@code trouble} keeps
 * that from going on for ever: it grows with each worker that ends without having run anything, much with one that ends by itself and little with
 * one that somebody killed, and is forgotten when a task has been answered. When it reaches its limit, the pool is broken if it has no worker
 * left, and otherwise waits a while before it tries again.
 */
final class WorkerPool extends AbstractPool implements ProcessPool {
    /** The least that a worker has at once where there is enough: the task that it runs, and the next. */
    private static final int LEAST_WINDOW = 2;

    private static final int LARGEST_WINDOW = 64;
    /** How much work a worker has at once where tasks are short: several times what the way there and back takes. */
    private static final long WINDOW_NANOS = 300_000;
    /** How many workers may die with a task next in line and nothing running until the task is held to be the cause. */
    private static final int DEATHS = 3;

    /** How long a batch runs before what is left of it is divided among idle workers: several times what it should take. */
    private static final Duration LONG_BATCH = Duration.ofMillis(4);

    private static final int TROUBLE_LIMIT = 300;
    private static final int ENDED_BY_ITSELF = 100;
    private static final int KILLED = 1;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final PoolSettings settings;
    private final PoolDirectory directory;
    private final Acceptor acceptor;
    private final ResultFilter filter;
    /** The directory in memory for large arrays, if there is one. */
    private final @Nullable PoolDirectory shared;

    private final @Nullable SharedFiles files;
    /** What objects are written and read with, or null for JDK serialization. */
    private final Codec.@Nullable Session codec;

    private final Paces paces = new Paces();
    private final ElementCounts elements = new ElementCounts();
    private final AtomicLong ids = new AtomicLong();
    private final ReentrantLock preparing = new ReentrantLock();
    /** Guarded by {@code preparing}. */
    private @Nullable WorkerCommand command;

    private final ReentrantLock lock = new ReentrantLock();
    // All that follow: guarded by lock.
    private final ArrayDeque<RemoteTask<?>> waiting = new ArrayDeque<>();
    /** How many of those were cancelled and are to be skipped. */
    private int skipped;

    private final List<Worker> workers = new ArrayList<>();
    private int lastNumber;
    /** How long a task takes, from when its worker is free for it to its answer; a moving average. */
    private long taskNanos = WINDOW_NANOS;

    /** Whether somebody will look soon whether batches are to be divided. */
    private boolean dividing;

    private int trouble;
    private boolean pausing;
    private @Nullable String broken;
    private boolean released;
    /** The JVM is ending, and nobody is to be told of the consequences. */
    private boolean abandoned;

    private WorkerPool(
            PoolSettings settings,
            PoolDirectory directory,
            @Nullable PoolDirectory shared,
            Codec.@Nullable Session codec) {
        super(settings.name());
        this.codec = codec;
        this.settings = settings;
        this.directory = directory;
        this.shared = shared;
        this.files = shared == null
                ? null
                : new SharedFiles(PoolDirectory.poolFiles(shared.path().toString()));
        this.filter = new ResultFilter(settings.allowed());
        this.acceptor = Acceptor.listen(directory.socket(), this::admit);
    }

    /**
     * Opens a pool and begins to start its workers.
     *
     * @throws UncheckedIOException if its directory or socket cannot be made
     * @throws IllegalStateException if the JVM is ending
     */
    static WorkerPool open(PoolSettings settings) {
        Codec chosen = settings.codec();
        Codec.Session codec = chosen == null ? null : chosen.open();
        LivePools.watch();
        Spawner.prepare();
        PoolDirectory directory = PoolDirectory.create();
        PoolDirectory shared = PoolDirectory.createInMemory();
        WorkerPool pool;
        try {
            pool = new WorkerPool(settings, directory, shared, codec);
        } catch (UncheckedIOException e) {
            directory.remove();
            if (shared != null) {
                shared.remove();
            }
            throw e;
        }
        LivePools.add(pool);
        pool.acceptor.start(pool.name());
        var effects = new Effects();
        pool.lock.lock();
        try {
            pool.replenish(effects);
        } finally {
            pool.lock.unlock();
        }
        effects.run();
        Thread.ofPlatform().daemon().name("weft-process-sweeper").start(PoolDirectory::sweep);
        return pool;
    }

    PoolSettings settings() {
        return settings;
    }

    PoolDirectory directory() {
        return directory;
    }

    /** {@return how workers are started} Made by the first keeper that asks, and not by the thread that opens the pool, which it would hold up. */
    WorkerCommand command() throws IOException {
        preparing.lock();
        try {
            WorkerCommand prepared = command;
            if (prepared == null) {
                prepared = WorkerCommand.prepare(settings, directory, shared);
                command = prepared;
            }
            return prepared;
        } finally {
            preparing.unlock();
        }
    }

    /** What is to happen when the lock is free. */
    private static final class Effects {
        private final Set<Worker> toFlush = new LinkedHashSet<>();
        private final List<Worker> toStart = new ArrayList<>();
        private final List<Worker> toKill = new ArrayList<>();
        private final List<Runnable> endings = new ArrayList<>();

        void run() {
            toFlush.forEach(Worker::flush);
            toKill.forEach(worker -> worker.kill(null));
            toStart.forEach(Worker::start);
            endings.forEach(Runnable::run);
        }
    }

    @Override
    public int parallelism() {
        return settings.workers();
    }

    // --- Tasks

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> BatchResults<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs) {
        filter.trustApplication(function.getClass());
        return new BatchedMap<>(this, paces.of(function.getClass()), function, inputs);
    }

    @Override
    public PoolStatistics statistics() {
        return elements.statistics(super.statistics());
    }

    @Override
    @SuppressWarnings("unchecked")
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        if (work instanceof Batch batch) {
            return (TaskCore<T>) dispatchBatch(batch);
        }
        ClassLoader loader = work.getClass().getClassLoader();
        var task = new RemoteTask<T>(
                this, ids.incrementAndGet(), loader == null ? ClassLoader.getSystemClassLoader() : loader);
        var encoder = encoder();
        try {
            byte kind = encoder.encodeWork(work);
            task.load(
                    new Frame(Frame.TASK, kind, task.id, encoder.bytes(), encoder.length()),
                    encoder.shared(),
                    encoder.weight());
        } catch (TransferException e) {
            removeShared(encoder.shared());
            task.place = RemoteTask.Place.ENDED;
            task.failWith(e);
            return task;
        }
        filter.trustApplication(work.getClass());
        enqueue(task);
        return task;
    }

    Encoder encoder() {
        return new Encoder(Encoder.MOST_BYTES, filter).share(files).codec(codec);
    }

    /** Takes back files of large arrays that have arrived, or will not be sent. */
    void removeShared(long[] numbers) {
        SharedFiles from = files;
        if (from != null) {
            for (long number : numbers) {
                from.release(number);
            }
        }
    }

    /** {@return the decoder for what a worker sends, for its keeper} */
    Decoder decoder(int worker, LongConsumer taken) {
        PoolDirectory memory = shared;
        Decoder decoder = memory == null
                ? new Decoder(false)
                : new Decoder(
                        false,
                        new SharedFiles(PoolDirectory.workerFiles(memory.path().toString(), worker)),
                        taken,
                        WorkerCommand.longestAnswer());
        return decoder.codec(codec);
    }

    /** Ends a batch that cannot be sent. */
    void refuse(Batch batch, TransferException why) {
        elements.refused(batch);
        removeShared(batch.shared());
        for (int i = 0; i < batch.size(); i++) {
            batch.fail(i, why);
        }
        batch.tell(0, batch.size());
    }

    private BatchPart dispatchBatch(Batch batch) {
        var part = new BatchPart(this, ids.incrementAndGet(), batch, 0, batch.size());
        batch.first = part;
        batch.parts.add(part);
        elements.accepted(batch);
        enqueue(part);
        return part;
    }

    private void enqueue(RemoteTask<?> task) {
        var effects = new Effects();
        lock.lock();
        try {
            waiting.addLast(task);
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    boolean cancel(RemoteTask<?> task, Cancelled signal) {
        var effects = new Effects();
        boolean any = false;
        lock.lock();
        try {
            if (task instanceof BatchPart first) {
                first.batch.stop = signal;
                for (BatchPart part : List.copyOf(first.batch.parts)) {
                    any |= stop(part, signal, effects);
                }
            } else {
                any = stop(task, signal, effects);
            }
        } finally {
            lock.unlock();
        }
        effects.run();
        return any;
    }

    /** Has a task stopped wherever it is, if it has not been told before; under the lock. */
    private boolean stop(RemoteTask<?> task, Cancelled signal, Effects effects) {
        if (task.place == RemoteTask.Place.ENDED || task.stop != null) {
            return false;
        }
        task.stop = signal;
        Worker worker = task.worker;
        if (worker == null) {
            endStopped(task, effects);
            skip();
        } else {
            if (worker.state == Worker.State.READY) {
                worker.add(new Frame(Frame.CANCEL, task.id));
                effects.toFlush.add(worker);
            }
            Timers.after(settings.killGrace(), () -> overdue(task, worker));
        }
        return true;
    }

    private void skip() {
        skipped++;
        if (skipped > 1024 && skipped > waiting.size() / 2) {
            waiting.removeIf(task -> task.place == RemoteTask.Place.ENDED);
            skipped = 0;
        }
    }

    /** The grace of a cancelled task is over. */
    private void overdue(RemoteTask<?> task, Worker worker) {
        var effects = new Effects();
        lock.lock();
        try {
            if (task.worker != worker) {
                return;
            }
            if (worker.sent.peekFirst() == task) {
                worker.state = Worker.State.ENDING;
                effects.toKill.add(worker);
                replenish(effects);
            } else {
                // It waits behind another task in a process that does not even answer. That one is not to suffer for
                // it, and nobody has to wait.
                if (!task.abandoned) {
                    task.abandoned = true;
                    Cancelled signal = signalOf(task);
                    effects.endings.add(() -> task.endStopped(signal));
                    over(task, effects);
                }
                Timers.after(settings.killGrace().plusMillis(1), () -> overdue(task, worker));
            }
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    private static Cancelled signalOf(RemoteTask<?> task) {
        Cancelled signal = task.stop;
        if (signal == null) {
            throw new AssertionError(task + " was not told to stop");
        }
        return signal;
    }

    /** Takes a task out of the game as cancelled; under the lock. */
    private void endStopped(RemoteTask<?> task, Effects effects) {
        task.place = RemoteTask.Place.ENDED;
        task.worker = null;
        if (!task.abandoned) {
            Cancelled signal = signalOf(task);
            effects.endings.add(() -> task.endStopped(signal));
            over(task, effects);
        }
    }

    /** Ends the batch of a part that has ended if it was the last one; under the lock. */
    private void over(RemoteTask<?> task, Effects effects) {
        if (task instanceof BatchPart part && part.batch.parts.remove(part) && part.batch.parts.isEmpty()) {
            Batch batch = part.batch;
            Cancelled signal = batch.stop;
            effects.endings.add(() -> {
                removeShared(batch.shared());
                elements.ended(batch, signal);
            });
        }
    }

    /** Takes a task out of the game as failed; under the lock. */
    private void endFailed(RemoteTask<?> task, RuntimeException failure, Effects effects) {
        task.place = RemoteTask.Place.ENDED;
        task.worker = null;
        effects.endings.add(() -> task.failWith(failure));
        over(task, effects);
    }

    /** Sends what waits to workers that have room for it; under the lock. */
    private void assign(Effects effects) {
        while (!waiting.isEmpty()) {
            if (waiting.getFirst().place == RemoteTask.Place.ENDED) {
                waiting.removeFirst();
                skipped = Math.max(0, skipped - 1);
            } else if (broken != null) {
                endFailed(waiting.removeFirst(), new BrokenPoolException(broken), effects);
            } else {
                Worker worker = leastBusy(waiting.getFirst().weight(), count(waiting.getFirst()));
                if (worker == null) {
                    retire(effects);
                    return;
                }
                send(waiting.removeFirst(), worker, effects);
            }
        }
        retire(effects);
        balance(effects);
    }

    private static int count(RemoteTask<?> task) {
        return task instanceof BatchPart part ? part.to - part.from : 1;
    }

    /** {@return whether a worker may run so many more tasks before it is replaced} */
    private boolean mayRun(Worker worker, int count) {
        int most = settings.tasksPerWorker();
        return most == 0 || worker.given == 0 || worker.given + count <= most;
    }

    /** Has workers end that have run as many tasks as they may; under the lock. */
    private void retire(Effects effects) {
        int most = settings.tasksPerWorker();
        if (most == 0) {
            return;
        }
        RemoteTask<?> next = waiting.peekFirst();
        boolean any = false;
        for (Worker worker : workers) {
            if (worker.state == Worker.State.READY
                    && worker.sent.isEmpty()
                    && (worker.given >= most || (next != null && !mayRun(worker, count(next))))) {
                worker.retired = true;
                worker.add(new Frame(Frame.BYE, 0));
                effects.toFlush.add(worker);
                worker.state = Worker.State.ENDING;
                Timers.after(settings.killGrace(), () -> worker.kill(null));
                any = true;
            }
        }
        if (any) {
            replenish(effects);
        }
    }

    private @Nullable Worker leastBusy(long weight, int count) {
        long window = Math.clamp(WINDOW_NANOS / Math.max(1, taskNanos), LEAST_WINDOW, LARGEST_WINDOW);
        Worker best = null;
        for (Worker worker : workers) {
            int load = worker.sent.size();
            if (worker.state == Worker.State.READY
                    && mayRun(worker, count)
                    && load < (best == null ? window : best.sent.size())
                    && (load == 0 || worker.sentBytes + weight <= worker.longestFrame)) {
                best = worker;
                if (load == 0) {
                    break;
                }
            }
        }
        return best;
    }

    private void send(RemoteTask<?> task, Worker worker, Effects effects) {
        if (task.weight() > worker.longestFrame) {
            TransferException reason = Encoder.tooLarge(task.weight(), worker.longestFrame);
            endFailed(
                    task,
                    new TransferException("the work cannot be sent to a worker process: " + reason.getMessage(), null),
                    effects);
            return;
        }
        task.place = RemoteTask.Place.SENT;
        task.worker = worker;
        if (worker.sent.isEmpty()) {
            worker.freeSince = System.nanoTime();
            worker.progressAt = worker.freeSince;
        }
        if (task instanceof BatchPart part) {
            part.sentFrom = part.from;
        }
        worker.given += count(task);
        watch(worker);
        worker.sent.addLast(task);
        worker.sentBytes += task.weight();
        worker.add(task.frame());
        effects.toFlush.add(worker);
    }

    /** Asks workers that have tasks in line for them, as many as there are idle workers; under the lock, when nothing waits. */
    private void balance(Effects effects) {
        int idle = 0;
        for (Worker worker : workers) {
            if (worker.state == Worker.State.READY && worker.sent.isEmpty()) {
                idle++;
            }
        }
        for (Worker worker : workers) {
            if (idle == 0) {
                return;
            }
            if (worker.state == Worker.State.READY && worker.sent.size() > 1 && !worker.revoking) {
                worker.revoking = true;
                worker.add(new Frame(Frame.REVOKE, worker.sent.size() / 2));
                effects.toFlush.add(worker);
                idle--;
            }
        }
        divide(idle, effects);
    }

    /** Asks for half of what is left of batches that take long, as many as there are idle workers; under the lock. */
    private void divide(int idle, Effects effects) {
        long now = System.nanoTime();
        boolean later = false;
        int wanted = idle;
        for (Worker worker : workers) {
            if (wanted > 0
                    && worker.state == Worker.State.READY
                    && !worker.revoking
                    && worker.sent.peekFirst() instanceof BatchPart part
                    && part.to - part.from > 1) {
                if (now - Math.max(worker.freeSince, worker.dividedAt) < LONG_BATCH.toNanos()) {
                    later = true;
                } else {
                    worker.revoking = true;
                    worker.dividedAt = now;
                    worker.add(new Frame(Frame.REVOKE, 1));
                    effects.toFlush.add(worker);
                    wanted--;
                }
            }
        }
        if (later && !dividing) {
            dividing = true;
            Timers.after(LONG_BATCH, this::divideAgain);
        }
    }

    private void divideAgain() {
        var effects = new Effects();
        lock.lock();
        try {
            dividing = false;
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    // --- What workers do

    private boolean admit(Hello hello, SocketChannel channel) {
        lock.lock();
        try {
            for (Worker worker : workers) {
                if (worker.number == hello.number()) {
                    return worker.admit(hello, channel);
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    void connected(Worker worker) {
        var effects = new Effects();
        lock.lock();
        try {
            Frame initializer = settings.initializer();
            if (worker.state == Worker.State.STARTING && initializer != null) {
                worker.add(initializer); // and it is ready when it says so
                effects.toFlush.add(worker);
            } else if (worker.state == Worker.State.STARTING) {
                worker.state = Worker.State.READY;
                assign(effects);
            }
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    private void initialized(Worker worker) throws ProtocolException {
        if (settings.initializer() == null) {
            throw new ProtocolException("it ran an initializer, and was sent none");
        }
        var effects = new Effects();
        lock.lock();
        try {
            if (worker.state == Worker.State.STARTING) {
                worker.state = Worker.State.READY;
                assign(effects);
            }
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    void received(Worker worker, Frame frame) throws ProtocolException {
        switch (frame.type()) {
            case Frame.REVOKED -> givenBack(worker, frame);
            case Frame.INITIALIZED -> initialized(worker);
            case Frame.RESULTS, Frame.BATCH_END -> batchAnswered(worker, frame);
            default -> answered(worker, frame);
        }
    }

    private void givenBack(Worker worker, Frame frame) throws ProtocolException {
        ByteBuffer given = ByteBuffer.wrap(frame.body()).order(ByteOrder.LITTLE_ENDIAN);
        var effects = new Effects();
        lock.lock();
        try {
            if (!worker.revoking) {
                throw new ProtocolException("it gave tasks back and had not been asked to");
            }
            worker.revoking = false;
            while (given.remaining() >= 2 * Long.BYTES) {
                long id = given.getLong();
                long cut = given.getLong();
                if (cut < 0) {
                    RemoteTask<?> task = takeSent(worker, id);
                    worker.given -= count(task);
                    offer(task, effects);
                } else if (find(worker, id) instanceof BatchPart part) {
                    BatchPart end = cutOff(part, cut);
                    worker.given -= count(end);
                    offer(end, effects);
                }
                // Otherwise the batch has ended in the meantime, and its end said where.
            }
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    /** Makes the end of a part a part of its own; under the lock. */
    private BatchPart cutOff(BatchPart part, long cut) throws ProtocolException {
        if (cut < part.from || cut >= part.to) {
            throw new ProtocolException("it gave back elements from number " + cut + " of those from " + part.from
                    + " to " + (part.to - 1));
        }
        var end = new BatchPart(this, ids.incrementAndGet(), part.batch, (int) cut, part.to);
        end.stop = part.stop;
        end.abandoned = part.abandoned;
        part.to = (int) cut;
        if (!end.abandoned) {
            part.batch.parts.add(end);
        }
        return end;
    }

    /** Has a task that a worker gave back run elsewhere, unless it is to stop; under the lock. */
    private void offer(RemoteTask<?> task, Effects effects) {
        if (task.stop != null) {
            endStopped(task, effects);
        } else {
            putBack(task);
        }
    }

    private static @Nullable RemoteTask<?> find(Worker worker, long id) {
        for (RemoteTask<?> task : worker.sent) {
            if (task.id == id) {
                return task;
            }
        }
        return null;
    }

    private void putBack(RemoteTask<?> task) {
        task.place = RemoteTask.Place.WAITING;
        task.worker = null;
        waiting.addFirst(task);
    }

    private static RemoteTask<?> takeSent(Worker worker, long id) throws ProtocolException {
        for (Iterator<RemoteTask<?>> tasks = worker.sent.iterator(); tasks.hasNext(); ) {
            RemoteTask<?> task = tasks.next();
            if (task.id == id) {
                tasks.remove();
                worker.sentBytes -= task.weight();
                return task;
            }
        }
        throw new ProtocolException("it answered for task number " + id + ", which it does not have");
    }

    private void answered(Worker worker, Frame frame) throws ProtocolException {
        RemoteTask<?> task;
        Cancelled stop;
        var effects = new Effects();
        lock.lock();
        try {
            if (frame.type() == Frame.RESULT && find(worker, frame.id()) instanceof BatchPart) {
                throw new ProtocolException("it sent one result for batch number " + frame.id());
            }
            task = takeSent(worker, frame.id());
            stop = task.stop;
            done(worker, 1);
            task.place = RemoteTask.Place.ENDED;
            task.worker = null;
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run(); // the worker first, then those who wait for the answer
        if (task.abandoned) {
            return;
        }
        switch (frame.type()) {
            case Frame.RESULT -> succeed(task, worker, frame);
            case Frame.ERROR -> fail(task, worker, frame);
            default -> {
                if (stop == null && task.timedOut >= 0) {
                    task.failWith(timedOut(task.name()));
                } else {
                    task.endStopped(stop != null ? stop : new Cancelled("its worker cancelled it", null));
                }
            }
        }
        if (task instanceof BatchPart) {
            var last = new Effects();
            lock.lock();
            try {
                over(task, last);
            } finally {
                lock.unlock();
            }
            last.run();
        }
    }

    /** A worker has ended the first of its tasks; under the lock. */
    private void done(Worker worker, int count) {
        worker.tasksDone += count;
        trouble = 0;
        long now = System.nanoTime();
        taskNanos += (now - worker.freeSince - taskNanos) / 8;
        worker.freeSince = now;
        worker.progressAt = now;
    }

    // --- The time of tasks

    private void watch(Worker worker) {
        Duration limit = settings.taskTimeout();
        if (limit != null && !worker.watched) {
            worker.watched = true;
            Timers.after(limit, () -> checkTime(worker, Timers.nanos(limit)));
        }
    }

    private void checkTime(Worker worker, long limit) {
        var effects = new Effects();
        lock.lock();
        try {
            worker.watched = false;
            RemoteTask<?> task = worker.sent.peekFirst();
            if (task == null || worker.state != Worker.State.READY) {
                return;
            }
            long left = limit - (System.nanoTime() - worker.progressAt);
            int element = task instanceof BatchPart part ? part.from : 0;
            if (left <= 0 && task.stop == null && task.timedOut != element) {
                task.timedOut = element;
                worker.add(interrupt(task, element));
                effects.toFlush.add(worker);
                Timers.after(settings.killGrace(), () -> killLate(worker, task, element));
            }
            worker.watched = true;
            Timers.after(Duration.ofNanos(left > 0 ? left : limit), () -> checkTime(worker, limit));
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    private static Frame interrupt(RemoteTask<?> task, int element) {
        if (!(task instanceof BatchPart)) {
            return new Frame(Frame.INTERRUPT, task.id);
        }
        byte[] body = new byte[Integer.BYTES];
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).putInt(element);
        return new Frame(Frame.INTERRUPT, Kind.NULL, task.id, body, body.length);
    }

    /** The grace of a task whose time was over is over too. */
    private void killLate(Worker worker, RemoteTask<?> task, int element) {
        var effects = new Effects();
        lock.lock();
        try {
            if (worker.sent.peekFirst() == task
                    && worker.state == Worker.State.READY
                    && (!(task instanceof BatchPart part) || part.from == element)) {
                worker.state = Worker.State.ENDING;
                effects.toKill.add(worker);
                replenish(effects);
            }
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    private TimedOutException timedOut(String task) {
        Duration limit = settings.taskTimeout();
        return new TimedOutException("task '" + task + "'", limit == null ? Duration.ZERO : limit);
    }

    private void batchAnswered(Worker worker, Frame frame) throws ProtocolException {
        RemoteTask<?> task;
        lock.lock();
        try {
            task = find(worker, frame.id());
        } finally {
            lock.unlock();
        }
        if (!(task instanceof BatchPart part)) {
            throw new ProtocolException("it answered for batch number " + frame.id() + ", which it does not have");
        }
        ByteBuffer body = ByteBuffer.wrap(frame.body()).order(ByteOrder.LITTLE_ENDIAN);
        if (frame.type() == Frame.RESULTS) {
            deliver(part, worker, body, false);
            lock.lock();
            try {
                worker.progressAt = System.nanoTime();
            } finally {
                lock.unlock();
            }
            return;
        }
        if (body.remaining() < Long.BYTES + Integer.BYTES) {
            throw new ProtocolException("it ended a batch with a message of " + body.remaining() + " bytes");
        }
        long nanos = body.getLong();
        int limit = body.getInt();
        deliver(part, worker, body, false);
        int count = limit - part.sentFrom;
        if (part.from != limit || limit > part.to || count < 0) {
            throw new ProtocolException("it ended a batch at element " + limit + ", and had answered for those up to "
                    + part.from + " of " + part.to);
        }
        if (count > 0) {
            part.batch.measured(nanos, count);
        }
        var effects = new Effects();
        lock.lock();
        try {
            RemoteTask<?> _ = takeSent(worker, part.id);
            done(worker, count);
            if (limit < part.to) {
                // Given back, which another message says too; by another number, so that it is not taken for this part.
                BatchPart end = cutOff(part, limit);
                worker.given -= count(end);
                offer(end, effects);
            }
            part.place = RemoteTask.Place.ENDED;
            part.worker = null;
            over(part, effects);
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    /**
     * Ends elements as a worker says; by its keeper.
     *
     * @param again whether some may have been said before
     */
    private void deliver(BatchPart part, Worker worker, ByteBuffer entries, boolean again) throws ProtocolException {
        int first = part.from;
        int at = first;
        try {
            while (entries.hasRemaining()) {
                if (entries.remaining() < BatchEntry.HEADER) {
                    throw new ProtocolException("an answer ends within an entry");
                }
                int element = entries.getInt();
                byte ending = entries.get();
                if (element >= part.to || (element != at && !(again && element >= 0 && element < at))) {
                    throw new ProtocolException(
                            "it answered for element " + element + " where " + at + " of " + part.to + " is next");
                }
                switch (ending) {
                    case Frame.RESULT -> succeed(part.batch, element, worker, entries);
                    case Frame.ERROR -> fail(part.batch, element, worker, entries);
                    default -> {
                        Cancelled stop = part.stop;
                        part.batch.fail(
                                element,
                                stop != null
                                        ? stop
                                        : part.timedOut == element
                                                ? timedOut(part.batch.name(element))
                                                : new Cancelled("its worker cancelled it", null));
                    }
                }
                at = Math.max(at, element + 1);
            }
        } finally {
            part.from = at;
            if (at > first) {
                part.batch.tell(first, at);
            }
        }
    }

    private void succeed(Batch batch, int element, Worker worker, ByteBuffer entries) {
        boolean graph = entries.hasRemaining() && Kind.isGraph(entries.get(entries.position()));
        ResultFilter.OneMessage check = graph ? filter.forMessage(entries.remaining()) : null;
        Object result;
        try {
            result = worker.decoder.nested(entries, batch.loader, check);
        } catch (Throwable e) {
            String why = check != null && check.refused() != null ? check.refused() : "it could not be read: " + e;
            batch.fail(element, new TransferException("the task ended, but its result was refused: " + why, e));
            return;
        }
        batch.succeed(element, result);
    }

    private void fail(Batch batch, int element, Worker worker, ByteBuffer entries) throws ProtocolException {
        int length = entries.remaining() < Integer.BYTES ? -1 : entries.getInt();
        if (length < 0 || length > entries.remaining()) {
            throw new ProtocolException("an exception claims " + length + " bytes");
        }
        byte[] body = new byte[length];
        entries.get(body);
        batch.fail(element, failure(body, batch.name(element), worker, batch.loader));
    }

    private void succeed(RemoteTask<?> task, Worker worker, Frame frame) {
        ResultFilter.OneMessage check = filter.forMessage(frame.length());
        Object result;
        try {
            result = worker.decoder.decode(frame.kind(), frame.body(), task.loader, check);
        } catch (Throwable e) {
            String why = check.refused() != null ? check.refused() : "it could not be read: " + e;
            task.failWith(new TransferException("the task ended, but its result was refused: " + why, e));
            return;
        }
        task.succeedWith(result);
    }

    private void fail(RemoteTask<?> task, Worker worker, Frame frame) {
        task.failWith(failure(frame.body(), task.name(), worker, task.loader));
    }

    private Throwable failure(byte[] body, String task, Worker worker, ClassLoader loader) {
        try {
            Throwable failure = FailureCodec.decode(worker.decoder, body, loader, filter.forMessage(body.length));
            failure.addSuppressed(new RemoteTrace(
                    task,
                    "worker process " + worker.pid() + " (number " + worker.number + " of pool '" + name() + "')",
                    worker.pid()));
            return failure;
        } catch (Throwable e) {
            return new TransferException("the task failed, and its exception could not be read: " + e, e);
        }
    }

    /** The connection has ended: the process is ending, or will be made to. */
    void disconnected(Worker worker) {
        var effects = new Effects();
        lock.lock();
        try {
            worker.state = Worker.State.ENDING;
            replenish(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    /** The process has ended, or could not be started. */
    void ended(Worker worker, Exit exit) {
        StartMark.Remains remains = remains(worker);
        deliverRemains(worker, remains);
        PoolDirectory memory = shared;
        if (memory != null) {
            memory.removeOfWorker(worker.number);
        }
        var effects = new Effects();
        lock.lock();
        try {
            if (abandoned) {
                return;
            }
            boolean ranOne = false;
            ArrayDeque<RemoteTask<?>> unstarted = new ArrayDeque<>();
            for (RemoteTask<?> task : worker.sent) {
                boolean ran = task.id == remains.task() && isRunning(task, remains.element());
                ranOne |= ran;
                if (task.stop != null) {
                    endStopped(task, effects);
                } else if (task instanceof BatchPart part) {
                    if (ran) {
                        crash(part, exit, effects);
                    }
                    if (part.place != RemoteTask.Place.ENDED) {
                        unstarted.addLast(part);
                    }
                } else if (ran) {
                    endFailed(
                            task,
                            task.timedOut >= 0
                                    ? timedOut(task.name())
                                    : new WorkerCrashedException(task.name(), name(), exit),
                            effects);
                } else {
                    unstarted.addLast(task);
                }
            }
            worker.sent.clear();
            worker.state = Worker.State.ENDING;
            workers.remove(worker);
            if (!ranOne) {
                suspect(unstarted, exit, effects);
                if (!released && !worker.wasExpendable()) {
                    reportTrouble(exit, effects);
                }
            }
            while (!unstarted.isEmpty()) {
                putBack(unstarted.removeLast());
            }
            replenish(effects);
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    private StartMark.Remains remains(Worker worker) {
        var mark = directory.mark(worker.number);
        try {
            StartMark.Remains remains = StartMark.read(mark);
            Files.deleteIfExists(mark);
            return remains;
        } catch (IOException e) {
            // No task has number 0; the process was never made, or the directory is being removed.
            return new StartMark.Remains(0, ResultBook.NONE, ByteBuffer.allocate(0));
        }
    }

    /** Ends the elements that a dead worker had ended and not sent; by its keeper. */
    private void deliverRemains(Worker worker, StartMark.Remains remains) {
        RemoteTask<?> task;
        lock.lock();
        try {
            task = find(worker, remains.task());
        } finally {
            lock.unlock();
        }
        if (task instanceof BatchPart part) {
            try {
                deliver(part, worker, remains.entries().order(ByteOrder.LITTLE_ENDIAN), true);
            } catch (ProtocolException e) {
                Log.debug("a dead worker of pool '" + name() + "' has left a damaged book", e);
            }
        }
    }

    private static boolean isRunning(RemoteTask<?> task, int element) {
        return !(task instanceof BatchPart part) || element == part.from;
    }

    /** Fails the element that a dead worker was running; the rest of its part goes on. Under the lock. */
    private void crash(BatchPart part, Exit exit, Effects effects) {
        int element = part.from;
        part.from = element + 1;
        Batch batch = part.batch;
        boolean late = part.timedOut == element;
        effects.endings.add(() -> part.failAll(
                element,
                element + 1,
                late ? timedOut(batch.name(element)) : new WorkerCrashedException(batch.name(element), name(), exit)));
        if (part.from >= part.to) {
            part.place = RemoteTask.Place.ENDED;
            part.worker = null;
            over(part, effects);
        }
    }

    /** Fails the first of the tasks that a worker died with if that has happened to it before. */
    private void suspect(ArrayDeque<RemoteTask<?>> unstarted, Exit exit, Effects effects) {
        RemoteTask<?> first = unstarted.peekFirst();
        if (first != null && ++first.deaths == DEATHS) {
            unstarted.removeFirst();
            var repeated = new Exit(
                    exit.pid(),
                    exit.code(),
                    exit.lastLines(),
                    exit.crashFile(),
                    exit.words() + ", as the " + (DEATHS - 1)
                            + " before it that were sent this task, all before they could start it");
            if (first instanceof BatchPart part) {
                part.deaths = 0;
                crash(part, repeated, effects);
                if (part.place != RemoteTask.Place.ENDED) {
                    unstarted.addFirst(part);
                }
            } else {
                endFailed(first, new WorkerCrashedException(first.name(), name(), repeated), effects);
            }
        }
    }

    private void reportTrouble(Exit exit, Effects effects) {
        trouble += exit.signal() == null ? ENDED_BY_ITSELF : KILLED;
        if (trouble < TROUBLE_LIMIT || broken != null) {
            return;
        }
        String message = "the workers of pool '" + name() + "' cannot be kept running. The last one"
                + (exit.pid() < 0 ? "" : ", process " + exit.pid() + ",") + " had not run any task when it "
                + exit.words()
                + (settings.jvmArgs().isEmpty() ? "" : "; flags given to jvmArgs: " + settings.jvmArgs())
                + exit.details();
        if (workers.stream().noneMatch(worker -> worker.state == Worker.State.READY)) {
            broken = message;
            workers.stream()
                    .filter(worker -> worker.state == Worker.State.STARTING)
                    .forEach(worker -> {
                        worker.state = Worker.State.ENDING;
                        effects.toKill.add(worker);
                    });
        } else if (!pausing) {
            pausing = true;
            Log.warning(message + "\nThe pool goes on with fewer workers and tries again.");
            Timers.after(PAUSE, this::tryAgain);
        }
    }

    private void tryAgain() {
        var effects = new Effects();
        lock.lock();
        try {
            pausing = false;
            replenish(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }

    /** Starts as many workers as are missing; under the lock. */
    private void replenish(Effects effects) {
        if (released || pausing || broken != null) {
            return;
        }
        long live = workers.stream()
                .filter(worker -> worker.state != Worker.State.ENDING)
                .count();
        for (; live < settings.workers(); live++) {
            var worker = new Worker(this, ++lastNumber);
            workers.add(worker);
            effects.toStart.add(worker);
        }
    }

    @Override
    public List<WorkerStatus> workers() {
        lock.lock();
        try {
            return workers.stream().map(WorkerPool::status).toList();
        } finally {
            lock.unlock();
        }
    }

    private static WorkerStatus status(Worker worker) {
        RemoteTask<?> task = worker.sent.peekFirst();
        WorkerStatus.State state = switch (worker.state) {
            case STARTING -> WorkerStatus.State.STARTING;
            case READY -> task == null ? WorkerStatus.State.IDLE : WorkerStatus.State.BUSY;
            case ENDING -> WorkerStatus.State.ENDING;
        };
        return new WorkerStatus(
                worker.number, worker.pid(), state, worker.tasksDone, task == null ? null : task.name());
    }

    // --- The end

    /** Lets the workers end, kills those that do not, and removes the directory. No task is left. */
    @Override
    protected void release() {
        List<Worker> last = stopAll(false);
        acceptor.close();
        long deadline = System.nanoTime() + Timers.nanos(settings.killGrace());
        for (Worker worker : last) {
            if (!Uninterruptibly.await(worker.ended(), deadline)) {
                worker.kill(null);
            }
        }
        for (Worker worker : last) {
            try {
                Uninterruptibly.get(worker.ended());
            } catch (ExecutionException e) {
                throw new AssertionError("the end of a process failed", e);
            }
            worker.awaitOutput();
        }
        removeDirectories();
        if (files != null) {
            files.close();
        }
        LivePools.remove(this);
    }

    /** Kills the workers and removes the directory; by the shutdown hook. */
    void abandon() {
        stopAll(true);
        acceptor.close();
        removeDirectories();
    }

    private void removeDirectories() {
        directory.remove();
        PoolDirectory memory = shared;
        if (memory != null) {
            memory.remove();
        }
    }

    private List<Worker> stopAll(boolean atOnce) {
        var effects = new Effects();
        List<Worker> last;
        lock.lock();
        try {
            released = true;
            abandoned |= atOnce;
            last = List.copyOf(workers);
            for (Worker worker : last) {
                if (atOnce || worker.state == Worker.State.STARTING) {
                    effects.toKill.add(worker);
                } else if (worker.state == Worker.State.READY) {
                    worker.add(new Frame(Frame.BYE, 0));
                    effects.toFlush.add(worker);
                }
                worker.state = Worker.State.ENDING;
            }
        } finally {
            lock.unlock();
        }
        effects.run();
        return last;
    }
}

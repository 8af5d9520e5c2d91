package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.JobFunction;
import dev.weft.PoolStatistics;
import dev.weft.loop.kernel.AbstractPool;
import dev.weft.loop.kernel.TaskCore;
import dev.weft.process.codec.Codec;
import dev.weft.process.internal.WorkerHost;
import dev.weft.process.internal.WorkerStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A process pool: takes in work, hands on what happens to those who decide about it, and releases what it holds.
 *
 * <p>What is decided, is decided under one {@link PoolLock}, by several who know one thing each:
 *
 * <ul>
 *   <li>{@link WaitingLine}: the tasks that no worker has;
 *   <li>{@link Dispatcher}: which task is with which worker;
 *   <li>{@link Staff}: which workers there are;
 *   <li>{@link Stops}: tasks that are cancelled, or whose time is over;
 *   <li>{@link Casualties}: what the death of a worker costs;
 *   <li>{@link TaskEnds}: how tasks leave.
 * </ul>
 *
 * <p>Beside the lock are {@link Answers}, which read what workers send. Processes and sockets are the {@link Worker}'s,
 * encodings the {@link Encoder}'s.
 *
 * <h2>Who calls</h2>
 *
 * <ul>
 *   <li>Submitters and cancellers, any thread or coroutine: {@code dispatch}, {@code cancel}.
 *   <li>The keeper of each {@link Worker}: {@code connected}, {@code received}, {@code disconnected}, {@code ended}, in
 *       this order.
 *   <li>The {@link Acceptor}: {@code Staff.admit}. The timer: {@link Stops}, {@link Staff} and {@link Dispatcher}. The
 *       closer: {@code release}. The shutdown hook: {@code abandon}.
 * </ul>
 */
final class WorkerPool extends AbstractPool implements ProcessPool {
    /** How long the first workers have the machine to themselves before a cache for the next ones is made. */
    private static final Duration BEFORE_CACHE = Duration.ofMillis(500);

    private final PoolSettings settings;
    private final PoolDirectory directory;
    private final Acceptor acceptor;
    private final ResultFilter filter;
    /** The directory in memory for large arrays, if there is one. */
    private final @Nullable PoolDirectory shared;

    /** Where workers are started if not here, and how much heap they have there. */
    private final @Nullable WorkerHost host;

    private final long heapElsewhere;

    private final @Nullable SharedFiles files;
    /** What objects are written and read with, or null for JDK serialization. */
    private final Codec.@Nullable Session codec;

    private final Paces paces = new Paces();
    private final ElementCounts elements = new ElementCounts();
    private final AtomicLong ids = new AtomicLong();
    private final ReentrantLock preparing = new ReentrantLock();
    /** Guarded by {@code preparing}. */
    private @Nullable WorkerCommand command;

    private final PoolLock lock = new PoolLock();
    private final WaitingLine line = new WaitingLine();
    private final Staff staff;
    private final Stops stops;
    private final Dispatcher dispatcher;
    private final Casualties casualties;
    private final Answers answers;
    private final MemoryWatch memory;
    /** Whether a cache was asked for. */
    private final AtomicBoolean cacheAsked = new AtomicBoolean();
    /** How the workers are to end when nothing is pending any more. */
    private volatile Staff.Farewell farewell = Staff.Farewell.BYE;
    /** The JVM is ending, and nobody is to be told of the consequences. */
    private volatile boolean abandoned;

    private WorkerPool(
            PoolSettings settings,
            PoolDirectory directory,
            @Nullable PoolDirectory shared,
            Codec.@Nullable Session codec,
            @Nullable WorkerHost host,
            long heapElsewhere) {
        super(settings.name());
        this.host = host;
        this.heapElsewhere = heapElsewhere;
        this.codec = codec;
        this.settings = settings;
        this.directory = directory;
        this.shared = shared;
        this.files = shared == null
                ? null
                : new SharedFiles(PoolDirectory.poolFiles(shared.path().toString()));
        this.filter = new ResultFilter(settings.allowed());
        var ends = new TaskEnds(elements, this::removeShared);
        this.staff = new Staff(lock, settings, line, number -> new Worker(this, number));
        this.stops = new Stops(lock, settings, line, staff, ends);
        this.dispatcher = new Dispatcher(lock, settings.tasksPerLoop(), line, staff, stops, ends, ids::incrementAndGet);
        this.casualties = new Casualties(name(), line, staff, stops, ends, ids::incrementAndGet);
        this.answers = new Answers(name(), lock, filter, dispatcher, stops, ends);
        this.memory = new MemoryWatch(settings.memoryPerWorker(), lock, staff, dispatcher);
        this.acceptor =
                Acceptor.listen(directory.socket(), (hello, channel) -> lock.read(() -> staff.admit(hello, channel)));
    }

    /**
     * Opens a pool and begins to start its workers.
     *
     * @throws UncheckedIOException if its directory or socket cannot be made
     * @throws IllegalStateException if the JVM is ending
     */
    static WorkerPool open(PoolSettings settings) {
        return open(settings, null, 0);
    }

    /**
     * Opens a pool whose workers a host starts, if there is one.
     *
     * @param heapElsewhere the most heap of a worker there in bytes, or 0 where the host is to choose
     */
    static WorkerPool open(PoolSettings settings, @Nullable WorkerHost host, long heapElsewhere) {
        Codec chosen = settings.codec();
        Codec.Session codec = chosen == null ? null : chosen.open();
        LivePools.watch();
        Spawner.prepare();
        PoolDirectory directory = PoolDirectory.create();
        PoolDirectory shared = host == null ? PoolDirectory.createInMemory() : null;
        WorkerPool pool;
        try {
            pool = new WorkerPool(settings, directory, shared, codec, host, heapElsewhere);
        } catch (UncheckedIOException e) {
            directory.remove();
            if (shared != null) {
                shared.remove();
            }
            throw e;
        }
        LivePools.add(pool);
        pool.acceptor.start(pool.name());
        pool.lock.decide(pool.staff::replenish);
        Thread.ofPlatform().daemon().name("weft-process-sweeper").start(PoolDirectory::sweep);
        return pool;
    }

    PoolSettings settings() {
        return settings;
    }

    PoolDirectory directory() {
        return directory;
    }

    /** {@return where workers are started, or null for here} */
    @Nullable
    WorkerHost host() {
        return host;
    }

    /** {@return what starts a worker on another machine} */
    WorkerStart startElsewhere(int number) {
        return WorkerCommand.elsewhere(settings, heapElsewhere, directory, number);
    }

    /**
     * {@return how workers are started} Made by the first keeper that asks, and not by the thread that opens the pool,
     * which it would hold up.
     */
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

    @Override
    public int parallelism() {
        return staff.size() * Math.max(1, settings.tasksPerLoop());
    }

    // --- Tasks

    @Override
    public void resize(int workers) {
        Builder.checkWorkers(workers);
        lock.decide(effects -> dispatcher.resize(workers, effects));
    }

    /** {@return whether no worker can be kept running} */
    boolean isBroken() {
        return staff.broken() != null;
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> BatchResults<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs) {
        return map(function, inputs, 0);
    }

    <A extends @Nullable Object, R extends @Nullable Object> BatchResults<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs, int retries) {
        filter.trustApplication(function.getClass());
        return new BatchedMap<>(this, paces.of(function.getClass()), function, inputs, retries);
    }

    @Override
    public ProcessPool retrying(int times) {
        return new RetryingPool(this, times);
    }

    /** {@inheritDoc} */
    @Override
    public void execute(Runnable work) {
        submit(work).whenDone(task -> {
            Throwable failure = task.failure();
            if (failure != null) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            }
        });
    }

    @Override
    public PoolStatistics statistics() {
        return elements.statistics(super.statistics());
    }

    @Override
    @SuppressWarnings("unchecked")
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        return switch (work) {
            case Batch batch -> (TaskCore<T>) dispatchBatch(batch);
            case RetryingPool.Retried<T>(var again, int times) -> dispatchTask(again, times);
            default -> dispatchTask(work, 0);
        };
    }

    private <T extends @Nullable Object> TaskCore<T> dispatchTask(Callable<T> work, int retries) {
        ClassLoader loader = work.getClass().getClassLoader();
        var task = new RemoteTask<T>(
                this, ids.incrementAndGet(), loader == null ? ClassLoader.getSystemClassLoader() : loader);
        task.retries = retries;
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

    /** {@return whether tasks end so soon that who awaits one had better stay awake} */
    boolean expectsSoon() {
        return BriefSpin.isWorthwhile(dispatcher.taskNanos());
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

    /** A worker has come: the next ones may start faster, and nobody waits for this one any more. */
    private void cacheForTheNext() {
        if (!settings.training() && host == null && cacheAsked.compareAndSet(false, true)) {
            Timers.after(BEFORE_CACHE, () -> {
                try {
                    command().cacheForTheNext();
                } catch (IOException e) {
                    Log.debug("no cache for workers", e); // nor can there be workers, which say so better
                }
            });
        }
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
        part.retries = batch.retries();
        batch.first = part;
        batch.parts.add(part);
        elements.accepted(batch);
        enqueue(part);
        return part;
    }

    private void enqueue(RemoteTask<?> task) {
        lock.decide(effects -> {
            line.add(task);
            dispatcher.assign(effects);
        });
    }

    boolean cancel(RemoteTask<?> task, Cancelled signal) {
        return stops.cancel(task, signal);
    }

    // --- What workers do

    void connected(Worker worker) {
        cacheForTheNext();
        lock.decide(effects -> {
            Frame initializer = settings.initializer();
            if (worker.state == Worker.State.STARTING && initializer != null) {
                effects.send(worker, initializer); // and it is ready when it says so
            } else if (worker.state == Worker.State.STARTING) {
                worker.ready();
                dispatcher.assign(effects);
            }
        });
    }

    void received(Worker worker, Frame frame) throws ProtocolException {
        switch (frame.type()) {
            case Frame.REVOKED -> lock.decide(effects -> dispatcher.givenBack(worker, frame, effects));
            case Frame.INITIALIZED -> initialized(worker);
            case Frame.BEGUN -> lock.decide(_ -> stops.begun(worker));
            case Frame.HEARD -> lock.decide(_ -> stops.heard(worker, frame.id()));
            case Frame.COLLECTED -> memory.collected(worker);
            case Frame.RESULTS -> answers.batch(worker, frame);
            case Frame.BATCH_END -> {
                answers.batch(worker, frame);
                memory.answered(worker);
            }
            default -> {
                answers.task(worker, frame);
                memory.answered(worker);
            }
        }
    }

    private void initialized(Worker worker) throws ProtocolException {
        if (settings.initializer() == null) {
            throw new ProtocolException("it ran an initializer, and was sent none");
        }
        lock.decide(effects -> {
            if (worker.state == Worker.State.STARTING) {
                worker.ready();
                dispatcher.assign(effects);
            }
        });
    }

    /** The connection has ended: the process is ending, or will be made to. */
    void disconnected(Worker worker) {
        lock.decide(effects -> {
            worker.state = Worker.State.ENDING;
            staff.replenish(effects);
        });
    }

    /** The process has ended, or could not be started. */
    void ended(Worker worker, Exit exit) {
        StartMark.Remains remains = exit.unknown() ? StartMark.Remains.UNKNOWN : remains(worker);
        answers.remains(worker, remains);
        PoolDirectory memory = shared;
        if (memory != null) {
            memory.removeOfWorker(worker.number);
        }
        lock.decide(effects -> {
            if (!abandoned) {
                casualties.count(worker, remains, exit, effects);
                staff.replenish(effects);
                dispatcher.assign(effects);
            }
        });
        if (host != null) {
            host.counted(worker.number);
        }
    }

    private StartMark.Remains remains(Worker worker) {
        var mark = directory.mark(worker.number);
        try {
            StartMark.Remains remains = settings.tasksPerLoop() > 0 ? StartMark.readMany(mark) : StartMark.read(mark);
            Files.deleteIfExists(mark);
            return remains;
        } catch (IOException e) {
            // No task has number 0; the process was never made, or the directory is being removed.
            return StartMark.Remains.NOTHING;
        }
    }

    @Override
    public List<WorkerStatus> workers() {
        return lock.read(() -> staff.workers().stream().map(WorkerPool::status).toList());
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

    @Override
    public boolean close(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the time-out of close must not be negative, and was " + limit);
        }
        shutdown();
        boolean inTime = false;
        try {
            inTime = awaitTermination(Timers.nanos(limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeNow("pool '" + name() + "' was not done within the " + limit.toMillis() + " ms of its close");
        }
        return inTime;
    }

    @Override
    public void terminateWorkers() {
        endAll(Staff.Farewell.TERMINATE, "the workers of pool '" + name() + "' were terminated");
    }

    @Override
    public void killWorkers() {
        endAll(Staff.Farewell.KILL, "the workers of pool '" + name() + "' were killed");
    }

    private void endAll(Staff.Farewell how, String reason) {
        farewell = how;
        var signal = new Cancelled(reason, null);
        lock.decide(effects -> {
            for (Worker worker : staff.workers()) {
                worker.sent.forEach(task -> stops.mark(task, signal));
            }
            var _ = staff.dismiss(how, effects);
        });
        shutdownBehind(
                reason,
                action -> Thread.ofPlatform()
                        .daemon()
                        .name("weft-process-" + name() + "-closer")
                        .start(action));
    }

    /** Lets the workers end, kills those that do not, and removes the directory. No task is left. */
    @Override
    protected void release() {
        List<Worker> last = dismiss(farewell);
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
        lock.decide(_ -> staff.forget());
        removeDirectories();
        if (files != null) {
            files.close();
        }
        if (host != null) {
            host.close();
        }
        LivePools.remove(this);
    }

    /** Kills the workers and removes the directory; by the shutdown hook. */
    void abandon() {
        abandoned = true;
        var _ = dismiss(Staff.Farewell.KILL);
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

    private List<Worker> dismiss(Staff.Farewell how) {
        List<Worker> last = new ArrayList<>();
        lock.decide(effects -> last.addAll(staff.dismiss(how, effects)));
        return last;
    }
}

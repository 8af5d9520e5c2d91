package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.JobFunction;
import dev.weft.Results;
import dev.weft.loop.kernel.AbstractPool;
import dev.weft.loop.kernel.TaskCore;
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

    private static final int TROUBLE_LIMIT = 300;
    private static final int ENDED_BY_ITSELF = 100;
    private static final int KILLED = 1;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final PoolSettings settings;
    private final PoolDirectory directory;
    private final Acceptor acceptor;
    private final ResultFilter filter;
    private final Decoder decoder = new Decoder(false);
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

    private int trouble;
    private boolean pausing;
    private @Nullable String broken;
    private boolean released;
    /** The JVM is ending, and nobody is to be told of the consequences. */
    private boolean abandoned;

    private WorkerPool(PoolSettings settings, PoolDirectory directory) {
        super(settings.name());
        this.settings = settings;
        this.directory = directory;
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
        LivePools.watch();
        Spawner.prepare();
        PoolDirectory directory = PoolDirectory.create();
        WorkerPool pool;
        try {
            pool = new WorkerPool(settings, directory);
        } catch (UncheckedIOException e) {
            directory.remove();
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
                prepared = WorkerCommand.prepare(settings, directory);
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
    public <A extends @Nullable Object, R extends @Nullable Object> Results<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs) {
        filter.trustApplication(function.getClass());
        return super.map(function, inputs);
    }

    @Override
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        ClassLoader loader = work.getClass().getClassLoader();
        var task = new RemoteTask<T>(
                this, ids.incrementAndGet(), loader == null ? ClassLoader.getSystemClassLoader() : loader);
        var encoder = new Encoder(Encoder.MOST_BYTES, filter);
        try {
            byte kind = encoder.encodeWork(work);
            task.load(kind, encoder.bytes(), encoder.length());
        } catch (TransferException e) {
            task.place = RemoteTask.Place.ENDED;
            task.failWith(e);
            return task;
        }
        filter.trustApplication(work.getClass());
        var effects = new Effects();
        lock.lock();
        try {
            waiting.addLast(task);
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
        return task;
    }

    boolean cancel(RemoteTask<?> task, Cancelled signal) {
        var effects = new Effects();
        lock.lock();
        try {
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
        } finally {
            lock.unlock();
        }
        effects.run();
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
        }
    }

    /** Takes a task out of the game as failed; under the lock. */
    private void endFailed(RemoteTask<?> task, RuntimeException failure, Effects effects) {
        task.place = RemoteTask.Place.ENDED;
        task.worker = null;
        effects.endings.add(() -> task.failWith(failure));
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
                Worker worker = leastBusy(waiting.getFirst().length());
                if (worker == null) {
                    return;
                }
                send(waiting.removeFirst(), worker, effects);
            }
        }
        balance(effects);
    }

    private @Nullable Worker leastBusy(int length) {
        long window = Math.clamp(WINDOW_NANOS / Math.max(1, taskNanos), LEAST_WINDOW, LARGEST_WINDOW);
        Worker best = null;
        for (Worker worker : workers) {
            int load = worker.sent.size();
            if (worker.state == Worker.State.READY
                    && load < (best == null ? window : best.sent.size())
                    && (load == 0 || worker.sentBytes + length <= worker.longestFrame)) {
                best = worker;
                if (load == 0) {
                    break;
                }
            }
        }
        return best;
    }

    private void send(RemoteTask<?> task, Worker worker, Effects effects) {
        if (task.length() > worker.longestFrame) {
            TransferException reason = Encoder.tooLarge(task.length(), worker.longestFrame);
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
        }
        worker.sent.addLast(task);
        worker.sentBytes += task.length();
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
        if (frame.type() == Frame.REVOKED) {
            givenBack(worker, frame);
        } else {
            answered(worker, frame);
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
            while (given.remaining() >= Long.BYTES) {
                RemoteTask<?> task = takeSent(worker, given.getLong());
                if (task.stop != null) {
                    endStopped(task, effects);
                } else {
                    putBack(task);
                }
            }
            assign(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
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
                worker.sentBytes -= task.length();
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
            task = takeSent(worker, frame.id());
            stop = task.stop;
            worker.tasksDone++;
            trouble = 0;
            long now = System.nanoTime();
            taskNanos += (now - worker.freeSince - taskNanos) / 8;
            worker.freeSince = now;
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
            case Frame.RESULT -> succeed(task, frame);
            case Frame.ERROR -> fail(task, worker, frame);
            default -> task.endStopped(stop != null ? stop : new Cancelled("its worker cancelled it", null));
        }
    }

    private void succeed(RemoteTask<?> task, Frame frame) {
        ResultFilter.OneMessage check = filter.forMessage(frame.length());
        Object result;
        try {
            result = decoder.decode(frame.kind(), frame.body(), task.loader, check);
        } catch (Throwable e) {
            String why = check.refused() != null ? check.refused() : "it could not be read: " + e;
            task.failWith(new TransferException("the task ended, but its result was refused: " + why, e));
            return;
        }
        task.succeedWith(result);
    }

    private void fail(RemoteTask<?> task, Worker worker, Frame frame) {
        Throwable failure;
        try {
            failure = FailureCodec.decode(decoder, frame.body(), task.loader, filter.forMessage(frame.length()));
            failure.addSuppressed(new RemoteTrace(
                    task.name(),
                    "worker process " + worker.pid() + " (number " + worker.number + " of pool '" + name() + "')",
                    worker.pid()));
        } catch (Throwable e) {
            failure = new TransferException("the task failed, and its exception could not be read: " + e, e);
        }
        task.failWith(failure);
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
        long started = lastStarted(worker);
        var effects = new Effects();
        lock.lock();
        try {
            if (abandoned) {
                return;
            }
            boolean ranOne = false;
            ArrayDeque<RemoteTask<?>> unstarted = new ArrayDeque<>();
            for (RemoteTask<?> task : worker.sent) {
                boolean ran = task.id == started;
                ranOne |= ran;
                if (task.stop != null) {
                    endStopped(task, effects);
                } else if (ran) {
                    endFailed(task, new WorkerCrashedException(task.name(), name(), exit), effects);
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

    private long lastStarted(Worker worker) {
        var mark = directory.mark(worker.number);
        try {
            long started = StartMark.read(mark);
            Files.deleteIfExists(mark);
            return started;
        } catch (IOException e) {
            return 0; // no task has this number; the process was never made, or the directory is being removed
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
            endFailed(first, new WorkerCrashedException(first.name(), name(), repeated), effects);
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
        directory.remove();
        LivePools.remove(this);
    }

    /** Kills the workers and removes the directory; by the shutdown hook. */
    void abandon() {
        stopAll(true);
        acceptor.close();
        directory.remove();
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

package dev.weft.cli.compare.model;

import dev.weft.JobFunction;
import dev.weft.Pool;
import dev.weft.Pools;
import dev.weft.cli.compare.work.BlockingMedium;
import dev.weft.cli.compare.work.LockedMedium;
import dev.weft.cli.compare.work.Medium;
import dev.weft.cli.compare.work.Tasks;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import dev.weft.cli.compare.workload.Workload;
import dev.weft.cli.text.Words;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens the models. The loop and the worker processes are started with the first workload that needs them and serve all
 * that follow; threads are started for each workload, since their number suits the workload.
 *
 * <p>Used by one thread, apart from {@link #kill}.
 */
public final class Executions implements AutoCloseable {
    private final int workerCount;
    private @Nullable LoopHost loop;
    private long loopStartNanos;
    private volatile @Nullable Workers workers;

    /**
     * Prepares the models.
     *
     * @param workerCount how many worker processes to use
     */
    public Executions(int workerCount) {
        this.workerCount = workerCount;
    }

    /**
     * Opens a model for a workload.
     *
     * @param model the model
     * @param workload the workload
     * @return the execution
     * @throws InterruptedException if the thread is interrupted
     */
    public Execution open(Model model, Workload workload) throws InterruptedException {
        int threads = workload.threads();
        Medium blocking = new BlockingMedium();
        return switch (model) {
            case SEQUENTIAL -> inThreads(Pools::sequential, blocking, "the calling thread");
            case THREADS ->
                inThreads(
                        () -> Pools.threads(threads),
                        blocking,
                        Words.count(threads, "thread") + " (" + workload.threadsBecause() + ")");
            case GIL ->
                inThreads(
                        () -> Pools.threads(threads),
                        new LockedMedium(blocking),
                        Words.count(threads, "thread")
                                + ", of which one computes at a time; the lock is free while a task waits,"
                                + " and changes hands every 5 ms otherwise");
            case VIRTUAL -> inThreads(Pools::virtual, blocking, "a virtual thread for each " + workload.unit());
            case LOOP -> onLoop(workload);
            case PROCESSES -> inWorkers();
            case HYBRID -> new ShareExecution(workers(), workload.unit());
        };
    }

    /**
     * Opens platform threads for any workload.
     *
     * @param threads how many
     * @return the execution
     */
    public static Execution threads(int threads) {
        return inThreads(() -> Pools.threads(threads), new BlockingMedium(), Words.count(threads, "thread"));
    }

    private static Execution inThreads(Supplier<Pool> opening, Medium medium, String explanation) {
        long begin = System.nanoTime();
        Pool pool = opening.get();
        JobFunction<Work, Trace> function = work -> Tasks.run(work, medium, lane());
        return new PoolExecution(pool, function, explanation, System.nanoTime() - begin, List::of, pool::close);
    }

    /** Threads have a lane each; virtual threads are too many, and get theirs when the timeline is drawn. */
    private static long lane() {
        Thread thread = Thread.currentThread();
        return thread.isVirtual() ? 0 : thread.threadId();
    }

    private Execution onLoop(Workload workload) {
        LoopHost host = loop;
        if (host == null) {
            long begin = System.nanoTime();
            host = LoopHost.open();
            loop = host;
            loopStartNanos = System.nanoTime() - begin;
        }
        Medium medium = host.medium();
        return new PoolExecution(
                host.pool(),
                work -> Tasks.run(work, medium, 0),
                "one thread, a coroutine for each " + workload.unit() + "; files are read by threads beside the loop",
                loopStartNanos,
                List::of,
                () -> {});
    }

    private Execution inWorkers() throws InterruptedException {
        Workers pool = workers();
        return new PoolExecution(
                pool.pool(),
                WorkerSide::run,
                Words.count(workerCount, "worker process") + ", one task at a time in each",
                pool.startNanos(),
                pool::pids,
                () -> {});
    }

    private Workers workers() throws InterruptedException {
        Workers pool = workers;
        if (pool == null) {
            pool = Workers.open(workerCount);
            workers = pool;
        }
        return pool;
    }

    /** Ends the worker processes at once, whatever they do; any thread. */
    public void kill() {
        Workers pool = workers;
        if (pool != null) {
            pool.kill();
        }
    }

    @Override
    public void close() {
        LoopHost host = loop;
        if (host != null) {
            host.close();
        }
        Workers pool = workers;
        if (pool != null) {
            pool.close();
        }
    }
}

package dev.weft.cluster;

import dev.weft.JobFunction;
import dev.weft.PoolStatistics;
import dev.weft.Task;
import dev.weft.process.BatchResults;
import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A pool of processes whose workers a {@link RemoteHost} starts: the pool does the work, the host knows the nodes. */
final class NodesPool implements ClusterPool {
    private static final int MOST_WORKERS = 1024;

    private final ProcessPool pool;
    private final RemoteHost host;

    NodesPool(ProcessPool pool, RemoteHost host) {
        this.pool = pool;
        this.host = host;
    }

    @Override
    public <T extends @Nullable Object> Task<T> submit(Callable<T> work) {
        return pool.submit(work);
    }

    @Override
    public <T extends @Nullable Object> Task<T> submit(Runnable work, T result) {
        return pool.submit(work, result);
    }

    @Override
    public Task<?> submit(Runnable work) {
        return pool.submit(work);
    }

    @Override
    public void execute(Runnable work) {
        pool.execute(work);
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> BatchResults<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs) {
        return pool.map(function, inputs);
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> works)
            throws InterruptedException {
        return pool.invokeAll(works);
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> works, long timeout, TimeUnit unit) throws InterruptedException {
        return pool.invokeAll(works, timeout, unit);
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> works)
            throws InterruptedException, ExecutionException {
        return pool.invokeAny(works);
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> works, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return pool.invokeAny(works, timeout, unit);
    }

    @Override
    public ClusterPool retrying(int times) {
        return new NodesPool(pool.retrying(times), host);
    }

    @Override
    public List<ClusterNode> nodes() {
        return host.nodes();
    }

    @Override
    public String name() {
        return pool.name();
    }

    @Override
    public int parallelism() {
        return pool.parallelism();
    }

    @Override
    public PoolStatistics statistics() {
        return pool.statistics();
    }

    @Override
    public List<WorkerStatus> workers() {
        return pool.workers();
    }

    @Override
    public void resize(int workers) {
        if (workers < 1 || workers > MOST_WORKERS) {
            throw new IllegalArgumentException(
                    "a cluster pool needs 1 to " + MOST_WORKERS + " workers at most, and was given " + workers);
        }
        host.limit(workers);
    }

    @Override
    public void shutdown() {
        pool.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return pool.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return pool.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return pool.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return pool.awaitTermination(timeout, unit);
    }

    @Override
    public void close() {
        pool.close();
    }

    @Override
    public boolean close(Duration limit) {
        return pool.close(limit);
    }

    @Override
    public void closeNow(String reason) {
        pool.closeNow(reason);
    }

    @Override
    public void terminateWorkers() {
        pool.terminateWorkers();
    }

    @Override
    public void killWorkers() {
        pool.killWorkers();
    }

    @Override
    public String toString() {
        return pool + " on nodes";
    }
}

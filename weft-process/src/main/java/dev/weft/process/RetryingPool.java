package dev.weft.process;

import dev.weft.JobFunction;
import dev.weft.PoolStatistics;
import dev.weft.Task;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A view of a pool whose tasks are run again if their worker died; see {@link ProcessPool#retrying}. */
final class RetryingPool implements ProcessPool {
    /** Work that may be run again. */
    record Retried<T extends @Nullable Object>(Callable<T> work, int times) implements Callable<T> {
        @Override
        public T call() {
            throw new AssertionError("it is taken out of this by the pool");
        }
    }

    private final WorkerPool pool;
    private final int times;

    RetryingPool(WorkerPool pool, int times) {
        if (times < 0) {
            throw new IllegalArgumentException(
                    "a task can be run again 0 or more times, and was to be run again " + times + " times");
        }
        this.pool = pool;
        this.times = times;
    }

    private <T extends @Nullable Object> Retried<T> retried(Callable<T> work) {
        return new Retried<>(work, times);
    }

    private <T extends @Nullable Object> List<Callable<T>> retried(Collection<? extends Callable<T>> works) {
        return works.stream().<Callable<T>>map(this::retried).toList();
    }

    @Override
    public <T extends @Nullable Object> Task<T> submit(Callable<T> work) {
        return pool.submit(retried(work));
    }

    @Override
    public <T extends @Nullable Object> Task<T> submit(Runnable work, T result) {
        return submit(Executors.callable(work, result));
    }

    @Override
    public Task<?> submit(Runnable work) {
        return submit(Executors.callable(work));
    }

    @Override
    public void execute(Runnable work) {
        pool.execute(work);
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> BatchResults<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs) {
        return pool.map(function, inputs, times);
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> works)
            throws InterruptedException {
        return pool.invokeAll(retried(works));
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> works, long timeout, TimeUnit unit) throws InterruptedException {
        return pool.invokeAll(retried(works), timeout, unit);
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> works)
            throws InterruptedException, ExecutionException {
        return pool.invokeAny(retried(works));
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> works, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return pool.invokeAny(retried(works), timeout, unit);
    }

    @Override
    public ProcessPool retrying(int otherTimes) {
        return new RetryingPool(pool, otherTimes);
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
        pool.resize(workers);
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
        return pool + ", retrying " + times + " times";
    }
}

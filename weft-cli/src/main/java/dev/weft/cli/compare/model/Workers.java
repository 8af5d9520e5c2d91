package dev.weft.cli.compare.model;

import dev.weft.Pool;
import dev.weft.Task;
import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The worker processes, which two models share. Any thread may use it. */
final class Workers implements AutoCloseable {
    // An interrupted comparison must be gone at once; what its tasks would still do is of no use.
    private static final Duration GRACE = Duration.ofMillis(100);
    private static final int POLL_MILLIS = 2;

    private final ProcessPool pool;
    private final int count;
    private final long startNanos;

    private Workers(ProcessPool pool, int count, long startNanos) {
        this.pool = pool;
        this.count = count;
        this.startNanos = startNanos;
    }

    /**
     * Starts workers and waits until all of them are ready.
     *
     * @param count how many
     * @return the workers
     * @throws dev.weft.process.BrokenPoolException if they cannot be started
     * @throws InterruptedException if the thread is interrupted
     */
    static Workers open(int count) throws InterruptedException {
        long begin = System.nanoTime();
        ProcessPool pool = ProcessPool.builder().workers(count).killGrace(GRACE).build();
        try {
            List<Task<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                answers.add(pool.submit(() -> number));
            }
            answers.forEach(Task::await);
            while (pool.workers().stream().anyMatch(worker -> worker.state() == WorkerStatus.State.STARTING)) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (RuntimeException | InterruptedException e) {
            pool.closeNow("the workers could not be started");
            throw e;
        }
        return new Workers(pool, count, System.nanoTime() - begin);
    }

    Pool pool() {
        return pool;
    }

    int count() {
        return count;
    }

    /** What it took until all workers were ready. */
    long startNanos() {
        return startNanos;
    }

    List<Long> pids() {
        return pool.workers().stream()
                .map(WorkerStatus::pid)
                .filter(pid -> pid > 0)
                .toList();
    }

    void kill() {
        pool.closeNow("the comparison was interrupted");
    }

    @Override
    public void close() {
        pool.close();
    }
}

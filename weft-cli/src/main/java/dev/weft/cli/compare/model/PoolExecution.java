package dev.weft.cli.compare.model;

import dev.weft.JobFunction;
import dev.weft.Outcome;
import dev.weft.Pool;
import dev.weft.cli.compare.work.Tasks;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs each task as one task of a {@link Pool}, whatever the pool is: the models differ in the pool and in how tasks
 * wait.
 */
final class PoolExecution implements Execution {
    private final Pool pool;
    private final JobFunction<Work, Trace> function;
    private final String explanation;
    private final long startNanos;
    private final Supplier<List<Long>> workers;
    private final Runnable close;

    /**
     * Makes an execution.
     *
     * @param pool where the tasks run
     * @param function what the pool applies to each
     * @param explanation what it consists of
     * @param startNanos what it took to open the pool
     * @param workers the processes of the pool
     * @param close closes the pool, unless it is shared
     */
    PoolExecution(
            Pool pool,
            JobFunction<Work, Trace> function,
            String explanation,
            long startNanos,
            Supplier<List<Long>> workers,
            Runnable close) {
        this.pool = pool;
        this.function = function;
        this.explanation = explanation;
        this.startNanos = startNanos;
        this.workers = workers;
        this.close = close;
    }

    @Override
    public Pass run(List<? extends Work> tasks) {
        @Nullable Trace[] traces = new Trace[tasks.size()];
        List<Pass.Loss> losses = new ArrayList<>();
        long start = Tasks.now();
        // All of it is submitted ahead, so that no worker ever waits for this thread.
        for (Outcome<Work, Trace> outcome : pool.<Work, Trace>map(function, tasks)
                .asCompleted()
                .lookAhead(Math.max(1, tasks.size()))
                .outcomes()) {
            Throwable failure = outcome.failure();
            if (failure == null) {
                traces[(int) outcome.index()] = outcome.result();
            } else {
                losses.add(new Pass.Loss(outcome.input().label(), Losses.describe(failure)));
            }
        }
        return new Pass(start, Tasks.now() - start, Arrays.asList(traces), losses);
    }

    @Override
    public String explanation() {
        return explanation;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public List<Long> workers() {
        return workers.get();
    }

    @Override
    public void close() {
        close.run();
    }
}

package dev.weft.cli.compare.model;

import dev.weft.Task;
import dev.weft.cli.compare.work.Tasks;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Gives each worker process one share of the tasks, which it runs as coroutines. Tasks are dealt out like cards, so
 * that a trend in their sizes hits all shares alike.
 */
final class ShareExecution implements Execution {
    private final Workers workers;
    private final String unit;

    ShareExecution(Workers workers, String unit) {
        this.workers = workers;
        this.unit = unit;
    }

    @Override
    public Pass run(List<? extends Work> tasks) throws InterruptedException {
        int shares = Math.min(workers.count(), tasks.size());
        List<ArrayList<Work>> dealt = new ArrayList<>();
        for (int share = 0; share < shares; share++) {
            dealt.add(new ArrayList<>());
        }
        for (int i = 0; i < tasks.size(); i++) {
            dealt.get(i % shares).add(tasks.get(i));
        }
        @Nullable Trace[] traces = new Trace[tasks.size()];
        List<Pass.Loss> losses = new ArrayList<>();
        long start = Tasks.now();
        List<Task<List<Trace>>> running = new ArrayList<>();
        for (ArrayList<Work> share : dealt) {
            running.add(workers.pool().submit(() -> WorkerSide.runShare(share)));
        }
        for (int share = 0; share < shares; share++) {
            try {
                List<Trace> results = running.get(share).get();
                for (int i = 0; i < results.size(); i++) {
                    traces[share + i * shares] = results.get(i);
                }
            } catch (ExecutionException e) {
                String task = "share " + (share + 1) + " of " + shares + " ("
                        + Words.count(dealt.get(share).size(), unit) + ")";
                losses.add(new Pass.Loss(task, Losses.describe(e.getCause())));
            }
        }
        return new Pass(start, Tasks.now() - start, Arrays.asList(traces), losses);
    }

    @Override
    public String explanation() {
        return Words.count(workers.count(), "worker process") + ", each with a loop that runs its share of the "
                + Words.plural(unit) + " as coroutines";
    }

    @Override
    public long startNanos() {
        return workers.startNanos();
    }

    @Override
    public List<Long> workers() {
        return workers.pids();
    }

    @Override
    public void close() {
        // the workers are shared with another model
    }
}

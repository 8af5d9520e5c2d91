package dev.weft.cli.compare.model;

import dev.weft.cli.compare.work.BlockingMedium;
import dev.weft.cli.compare.work.Medium;
import dev.weft.cli.compare.work.Tasks;
import dev.weft.cli.compare.work.Trace;
import dev.weft.cli.compare.work.Work;
import java.util.ArrayList;
import java.util.List;

/** What runs inside a worker process. Its static state belongs to that process. */
final class WorkerSide {
    private static final long PID = ProcessHandle.current().pid();
    private static final Medium BLOCKING = new BlockingMedium();

    /** The loop of this worker, which serves every share that it gets; opened with the first. */
    private static final class Loop {
        static final LoopHost HOST = LoopHost.open();
    }

    private WorkerSide() {}

    /** Runs one task in the worker's thread. */
    static Trace run(Work work) throws InterruptedException {
        return Tasks.run(work, BLOCKING, PID);
    }

    /**
     * Runs many tasks at the same time as coroutines of the worker's loop; the traces are in the order of the tasks.
     */
    static List<Trace> runShare(List<Work> share) {
        Medium medium = Loop.HOST.medium();
        List<Trace> traces = Loop.HOST
                .pool()
                .<Work, Trace>map(work -> Tasks.run(work, medium, PID), share)
                .lookAhead(Math.max(1, share.size()))
                .toList();
        return new ArrayList<>(traces);
    }
}

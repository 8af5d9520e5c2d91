package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.Nothing;
import dev.weft.loop.kernel.TaskCore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The function of a {@link WorkerProcess}. Ended by the thread that keeps the process; cancelled by anybody. */
final class ProcessTask<T extends @Nullable Object> extends TaskCore<T> implements FromOutside {
    private final Runnable stop;
    private final AtomicReference<@Nullable Cancelled> request = new AtomicReference<>();

    ProcessTask(String process, Runnable stop) {
        super(process);
        this.stop = stop;
    }

    @SuppressWarnings("unchecked") // the function says so, and the process runs no other
    void answered(@Nullable Object result) {
        succeed(result == null ? Nothing.value() : (T) result);
    }

    void failed(Throwable failure) {
        Cancelled asked = request.get();
        boolean stopped = asked != null && TaskLoop.isCancellation(failure) && endCancelled(asked);
        if (!stopped) {
            fail(failure);
        }
    }

    /** The process has ended; of no effect if the task has. */
    void lost(WorkerCrashedException crash) {
        Cancelled asked = request.get();
        if (asked != null) {
            endCancelled(asked);
        } else {
            fail(crash);
        }
    }

    @Override
    public boolean cancel(String reason) {
        if (isDone() || !request.compareAndSet(null, new Cancelled(reason, null))) {
            return false;
        }
        stop.run();
        return true;
    }

    @Override
    protected String kind() {
        return "process";
    }
}

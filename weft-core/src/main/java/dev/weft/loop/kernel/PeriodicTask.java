package dev.weft.loop.kernel;

import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a loop executes again and again, by one task that sleeps in between. Loop thread only, unless a member says
 * otherwise.
 *
 * <p>The task ends when it is cancelled or an execution fails; a loop that shuts down cancels it between two
 * executions.
 */
final class PeriodicTask implements Callable<@Nullable Void>, LongSupplier, LoopAction {
    private final LoopCore loop;
    private final Runnable command;
    private final long nanos;
    private final boolean fixedRate;

    /** When the next execution is due; written on the loop, read by any thread. */
    private volatile long next;

    private boolean executing;
    private boolean last;
    private volatile @Nullable LoopTask<?> task;

    PeriodicTask(LoopCore loop, Runnable command, long first, long nanos, boolean fixedRate) {
        this.loop = loop;
        this.command = command;
        this.next = first;
        this.nanos = nanos;
        this.fixedRate = fixedRate;
    }

    /** Says which task this is the body of; the thread that starts it. */
    void task(LoopTask<?> task) {
        this.task = task;
    }

    @Override
    public @Nullable Void call() {
        while (!last) {
            RunLoop.sleepUntil(next);
            executing = true;
            command.run();
            executing = false;
            next = Durations.deadline(fixedRate ? next : loop.now(), nanos);
        }
        LoopTask<?> self = LoopTask.current("a periodic task");
        self.cancel("loop '" + loop.name() + "' was shut down");
        self.checkpoint();
        return Nothing.value();
    }

    /** Has the task end: at once if it sleeps, or after the execution that is under way; any thread. */
    void endBetweenExecutions() {
        loop.perform(this);
    }

    @Override
    public void perform() {
        last = true;
        LoopTask<?> sleeping = task;
        if (!executing && sleeping != null) {
            loop.ready.add((Fresh) _ -> sleeping.cancel("loop '" + loop.name() + "' was shut down"));
        }
    }

    @Override
    public long getAsLong() {
        return next;
    }
}

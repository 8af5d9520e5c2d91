package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread outside of any loop, in one wait.
 *
 * <p>An interrupt is taken off the thread while it waits, since {@link LockSupport#park} would return at once for ever,
 * and put back by {@link #leave} or by the {@link Cancelled} that it turns into.
 */
final class ThreadWaiter implements Waiter {
    private final Thread thread = Thread.currentThread();
    private boolean interrupted;

    Thread thread() {
        return thread;
    }

    @Override
    public void park(Object blocker) {
        refuseOnPump();
        LockSupport.park(blocker);
        interrupted |= Thread.interrupted();
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        refuseOnPump();
        LockSupport.parkNanos(blocker, nanos);
        interrupted |= Thread.interrupted();
    }

    void refuseOnPump() {
        LoopCore loop = LoopCore.ofPump(thread);
        if (loop != null) {
            throw new IllegalStateException("a function given to onExecutor of loop '" + loop.name()
                    + "' is about to wait, and the loop, whose turn this is, would stand still; wait in the task that"
                    + " called onExecutor");
        }
    }

    @Override
    public void unpark() {
        LockSupport.unpark(thread);
    }

    @Override
    public void checkpoint() {
        leave();
        PoolTask<?> task = PoolTask.running();
        if (task != null) {
            task.checkpoint();
        }
        if (thread.isInterrupted()) {
            if (task != null) {
                task.checkpoint(); // it may have been cancelled since, and that comes with an interrupt and a reason
            }
            throw new Cancelled(
                    Cancelled.Source.INTERRUPT, "thread '" + thread.getName() + "' was interrupted", null, null);
        }
    }

    @Override
    public void leave() {
        if (interrupted) {
            interrupted = false;
            thread.interrupt();
        }
    }

    @Override
    public Object party() {
        PoolTask<?> task = PoolTask.running();
        return task != null ? task : thread;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}

package dev.weft.loop.kernel;

/**
 * The body of a task that begins at a time. It stands among the timers with the task inside its group, so that a group
 * or a loop that ends knows of it, and costs no strand before its time.
 *
 * <p>Loop thread only, but for its making.
 */
final class DelayedStart extends TimerNode implements DueAction {
    private final long when;
    private Object work;
    private LoopTask<?> task;

    /**
     * Makes the body.
     *
     * @param when by the clock of the loop
     * @param work what to run, a Callable or an Action
     */
    @SuppressWarnings("NullAway.Init") // the task is known when it arrives on the loop
    DelayedStart(long when, Object work) {
        this.when = when;
        this.work = work;
    }

    Object work() {
        return work;
    }

    DelayedStart with(Object other) {
        work = other;
        return this;
    }

    /** Takes its place among the timers. */
    void arm(LoopTask<?> task) {
        this.task = task;
        task.loop().timers.add(this, when);
    }

    @Override
    public void due() {
        task.loop().ready.add(task);
    }

    /** Has the task run now, which has been cancelled and so will end. */
    void skip() {
        if (heapIndex >= 0) {
            task.loop().timers.remove(this);
            due();
        }
    }
}

package dev.weft.cli.compare.model;

import dev.weft.cli.compare.work.Work;
import java.util.List;

/**
 * A model that is ready to run tasks: its threads, loop or workers exist. Used by one thread.
 */
public interface Execution extends AutoCloseable {
    /**
     * Runs tasks and waits until all have ended.
     *
     * @param tasks the tasks
     * @return what happened
     * @throws InterruptedException if the calling thread is interrupted; the tasks have been cancelled
     */
    Pass run(List<? extends Work> tasks) throws InterruptedException;

    /**
     * {@return what it consists of, as in {@code one thread, a coroutine for each task}}
     */
    String explanation();

    /**
     * {@return what it took to open it, in nanoseconds}
     */
    long startNanos();

    /**
     * {@return the ids of the processes that take part besides this one}
     */
    List<Long> workers();

    /** Releases what it holds. Idempotent. */
    @Override
    void close();
}

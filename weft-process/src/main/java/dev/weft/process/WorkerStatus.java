package dev.weft.process;

import org.jspecify.annotations.Nullable;

/**
 * One worker process of a {@link ProcessPool}, as it was when it was asked for.
 *
 * @param number the number of the worker, counted from 1 over the life of the pool
 * @param pid its process id, or -1 while the process is being made
 * @param state what it is doing
 * @param tasksDone tasks that it has ended
 * @param task the name of the task that it runs, or null if it runs none
 */
public record WorkerStatus(
        int number,
        long pid,
        State state,
        long tasksDone,
        @Nullable String task) {
    /** What a worker is doing. */
    public enum State {
        /** The process is starting and has not reported yet. */
        STARTING,
        /** It waits for work. */
        IDLE,
        /** It runs a task. */
        BUSY,
        /** It has been told to end or has been killed, or its connection is lost, and its process has not ended yet. */
        ENDING
    }
}

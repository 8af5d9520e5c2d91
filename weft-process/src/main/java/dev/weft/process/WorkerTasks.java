package dev.weft.process;

import java.io.IOException;

/**
 * What a worker does with the frames of its pool: {@link TaskLoop} runs tasks one after the other,
 * {@link CoroutineTasks} at once, on a loop.
 */
interface WorkerTasks {
    /** Takes a frame; the reading thread. */
    void accept(Frame frame, PoolLink link) throws IOException;

    /** {@return whether {@link #flush} is to be called from time to time} */
    boolean hasBatches();

    /** Sends what has become of the elements of the running batch; the reading thread. */
    void flush(PoolLink link) throws IOException;

    /** Returns when there are no more tasks to come; the main thread, before any frame is taken. */
    void run(PoolLink link, StartMark mark) throws IOException;
}

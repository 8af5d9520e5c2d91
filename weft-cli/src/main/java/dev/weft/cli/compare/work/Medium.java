package dev.weft.cli.compare.work;

import java.io.IOException;
import java.net.URI;

/**
 * How tasks wait under one model. One medium serves all tasks of an execution; its methods are called from the tasks.
 */
public interface Medium {
    /**
     * Fetches a page and waits for all of it.
     *
     * @param uri where it is
     * @return its content
     * @throws IOException if there is no answer or the answer is not a success
     * @throws InterruptedException if the thread is interrupted
     */
    byte[] fetch(URI uri) throws IOException, InterruptedException;

    /**
     * Makes a JDK call that blocks its thread, such as a file operation.
     *
     * @param call the call
     * @param <T> its result
     * @return its result
     * @throws IOException what the call fails with
     * @throws InterruptedException if the thread is interrupted
     */
    <T> T block(BlockingCall<T> call) throws IOException, InterruptedException;

    /** Begins a task; may wait for the permission to compute. */
    default void begin() {}

    /** Ends a task, however it ended. */
    default void end() {}

    /**
     * {@return whether a computing task must {@linkplain #pause pause} now; cheap, since it is asked every few
     * microseconds}
     */
    default boolean pauseWanted() {
        return false;
    }

    /** Lets others compute and waits until the task may go on. */
    default void pause() {}

    /**
     * A call that blocks.
     *
     * @param <T> its result
     */
    @FunctionalInterface
    interface BlockingCall<T> {
        /**
         * Makes the call.
         *
         * @return its result
         * @throws IOException what it fails with
         */
        T call() throws IOException;
    }
}

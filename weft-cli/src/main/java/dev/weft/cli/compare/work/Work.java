package dev.weft.cli.compare.work;

import java.io.IOException;
import java.io.Serializable;

/**
 * One task of a workload. It is plain data and does the same under every model; worker processes receive a copy.
 */
public interface Work extends Serializable {
    /**
     * {@return what this task works on, as a failure names it: {@code range 17}, a path, a URL}
     */
    String label();

    /**
     * Does the work.
     *
     * @param access the way to everything that waits
     * @return a number that follows from the result, by which the models are checked against each other
     * @throws IOException if the input cannot be read; it fails this task alone
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    long run(Access access) throws IOException, InterruptedException;
}

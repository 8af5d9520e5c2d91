package dev.weft.process.internal;

import java.io.IOException;
import java.time.Duration;

/**
 * Where the workers of a pool are started, if not on this machine. All else stays with the pool: which tasks there are,
 * which worker has them, what the death of a worker costs.
 *
 * <p>A worker that is started elsewhere has to appear at the socket of the pool as if it were here: whoever implements
 * this connects there in its name, and carries bytes both ways without reading them. Worker and pool know each other by
 * tokens that go through the worker's standard input.
 */
public interface WorkerHost {
    /**
     * Starts a worker. Returns at once; the process begins once its standard input has been closed. Called by a thread
     * of its own for each worker.
     *
     * @param start what is to be started
     * @return the process
     * @throws IOException if no worker can be started any more
     */
    HostedProcess start(WorkerStart start) throws IOException;

    /**
     * {@return how long a worker may take from {@link #start} until it has connected to the pool}
     */
    Duration startLimit();

    /**
     * The pool has counted the end of a worker, and started another if it needs one. Any thread, not under a lock.
     *
     * @param number the number of the worker
     */
    void counted(int number);

    /**
     * The last worker has ended, and there will be no other. Called once, or not at all where this JVM ends without
     * closing the pool.
     */
    void close();
}

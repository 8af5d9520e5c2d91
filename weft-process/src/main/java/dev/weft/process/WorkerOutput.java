package dev.weft.process;

import java.util.Objects;

/**
 * Receives what the workers of a {@link ProcessPool} print, line by line.
 *
 * <p>It is called by several threads, one for each stream of each worker, and those of one stream in order. While it
 * does not return, the worker blocks once it has filled the pipe. What it throws goes to the uncaught-exception handler
 * of the calling thread, and the next line is handed to it all the same.
 */
@FunctionalInterface
public interface WorkerOutput {
    /** The two streams of a worker. */
    enum Stream {
        /** Its standard output. */
        OUT,
        /** Its standard error. */
        ERR
    }

    /**
     * Receives one line.
     *
     * @param pid the worker that printed it
     * @param stream where
     * @param line the line without its end; one of more than 8,192 characters comes in pieces
     */
    void line(long pid, Stream stream, String line);

    /**
     * {@return an output that prints both streams to {@link System#err}}
     */
    static WorkerOutput toStandardError() {
        return (_, _, line) -> System.err.println(line);
    }

    /**
     * {@return an output that prints to {@link System#out} what a worker printed to its standard output, and to
     * {@link System#err} the rest}
     */
    static WorkerOutput toSameStream() {
        return (_, stream, line) -> (stream == Stream.OUT ? System.out : System.err).println(line);
    }

    /**
     * {@return an output that begins each line with the process that printed it, as {@code [worker 4711] }}
     *
     * @param target receives the lines
     */
    static WorkerOutput withPrefix(WorkerOutput target) {
        Objects.requireNonNull(target, "target");
        return (pid, stream, line) -> target.line(pid, stream, "[worker " + pid + "] " + line);
    }

    /**
     * {@return an output that drops everything; the last lines of standard error are still named when a worker crashes}
     */
    static WorkerOutput discard() {
        return (_, _, _) -> {};
    }
}

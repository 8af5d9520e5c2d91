package dev.weft.process.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What starts a worker on another machine. Its command line is
 *
 * <pre>
 *   java FLAGS [-Xmx] CLASSES MAIN DIRECTORY NUMBER LONGEST-ANSWER - POOL
 * </pre>
 *
 * where the host adds the classes, and a directory of its own in which the worker finds a socket {@code s} to connect
 * to and a file {@code m<number>} of eight zero bytes. When the worker has ended, the content of that file is to be in
 * {@code mark} here, before the end of the process is told.
 *
 * @param number the number of the worker, from 1
 * @param flags flags of the JVM, without those of memory, processors and classes
 * @param heap the most heap in bytes, or 0 where the host is to choose
 * @param main the class or module to start, as on a command line
 * @param longestAnswer the most bytes that an answer may have
 * @param pool the name of the pool
 * @param environment variables beside those of the host
 * @param socket where the pool listens, on this machine
 * @param mark where the worker's file is to be put, on this machine
 */
public record WorkerStart(
        int number,
        List<String> flags,
        long heap,
        List<String> main,
        int longestAnswer,
        String pool,
        Map<String, String> environment,
        Path socket,
        Path mark) {}

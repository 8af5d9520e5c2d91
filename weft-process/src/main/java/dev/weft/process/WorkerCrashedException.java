package dev.weft.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Thrown for the task that a worker process was running when it ended: by a signal, {@code System.exit}, a crash of the
 * JVM or lack of memory. The task may have had effects; it is not run again, or
 * {@linkplain ProcessPool#retrying not again}. Other tasks of the pool are not touched.
 *
 * <p>It is thrown too for a task that several workers in a row could not even begin: what they had to read killed them.
 */
@SuppressWarnings("serial")
public final class WorkerCrashedException extends RuntimeException {
    private final String task;
    private final List<Long> pids;
    private final int exitCode;
    private final @Nullable String signal;
    private final List<String> lastErrorLines;
    private final @Nullable String crashFile;
    private final @Nullable String place;

    private WorkerCrashedException(String message, String task, List<Exit> exits) {
        super(message);
        Exit exit = exits.getLast();
        this.task = task;
        this.pids = exits.stream().map(Exit::pid).toList();
        this.exitCode = exit.code();
        this.signal = exit.signal();
        this.lastErrorLines = exit.lastLines();
        this.crashFile = exit.crashFile() == null ? null : exit.crashFile().toString();
        this.place = exit.place();
    }

    /** For a task that was running when its worker ended, or each of several. */
    static WorkerCrashedException whileRunning(String task, String pool, List<Exit> exits) {
        Exit last = exits.getLast();
        String message = exits.size() == 1
                ? "task '" + task + "': worker " + last.who() + " of pool '" + pool + "' " + last.words() + last.hint()
                        + last.details()
                : "task '" + task + "' ended each of the " + exits.size() + " worker processes of pool '" + pool
                        + "' that ran it, and is not run again:" + each(exits) + last.details();
        return new WorkerCrashedException(message, task, exits);
    }

    /** For a task that was the next of several workers when they ended. */
    static WorkerCrashedException beforeStart(String task, String pool, List<Exit> exits) {
        return new WorkerCrashedException(
                "task '" + task + "': each of the " + exits.size() + " worker processes of pool '" + pool
                        + "' that were sent it ended before it could start it, and it is sent to no other:"
                        + each(exits) + exits.getLast().details(),
                task,
                exits);
    }

    /** For a process that ran one function. */
    static WorkerCrashedException ofProcess(String process, Exit exit) {
        return new WorkerCrashedException(
                "process '" + process + "' (pid " + exit.pid() + "), before its function ended, " + exit.words()
                        + exit.hint() + exit.details(),
                process,
                List.of(exit));
    }

    private static String each(List<Exit> exits) {
        return exits.stream()
                .map(exit -> "\n  " + exit.who() + " " + exit.words() + exit.hint())
                .collect(Collectors.joining());
    }

    /**
     * {@return the name of the task}
     */
    public String task() {
        return task;
    }

    /**
     * {@return the id of the process that ended; the last one, if there were several}
     */
    public long pid() {
        return pids.getLast();
    }

    /**
     * {@return the ids of all processes that ended with this task, in that order: more than one where it was
     * {@linkplain ProcessPool#retrying run again}, or could not be begun}
     */
    public List<Long> pids() {
        return pids;
    }

    /**
     * {@return where the process ran if that was another machine, as the pool names it, such as
     * {@code "node 'blue' (10.0.0.2)"}; null if it ran on this one, or was never placed}
     */
    public @Nullable String place() {
        return place;
    }

    /**
     * {@return its exit code; 128 and the number of a signal where one ended it}
     */
    public int exitCode() {
        return exitCode;
    }

    /**
     * {@return the name of the signal that ended it, such as {@code "SIGKILL"}, or null}
     */
    public @Nullable String signal() {
        return signal;
    }

    /**
     * {@return the last lines that it printed to its standard error, oldest first}
     */
    public List<String> lastErrorLines() {
        return lastErrorLines;
    }

    /**
     * {@return the file that the JVM wrote about its crash, or null}
     */
    public @Nullable Path crashFile() {
        return crashFile == null ? null : Path.of(crashFile);
    }
}

package dev.weft.process;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thrown for the task that a worker process was running when it ended: by a signal, {@code System.exit}, a crash of the JVM or lack of memory. The
 * task may have had effects; it is not run again. Other tasks of the pool are not touched.
 */
@SuppressWarnings("serial")
public final class WorkerCrashedException extends RuntimeException {
    private final String task;
    private final long pid;
    private final int exitCode;
    private final @Nullable String signal;
    private final List<String> lastErrorLines;
    private final @Nullable String crashFile;

    WorkerCrashedException(String task, String pool, Exit exit) {
        this(task, exit, "task '" + task + "': worker process " + exit.pid() + " of pool '" + pool + "' ");
    }

    /** The end of a process that ran one function. */
    WorkerCrashedException(String process, Exit exit) {
        this(process, exit, "process '" + process + "' (pid " + exit.pid() + "), before its function ended, ");
    }

    private WorkerCrashedException(String task, Exit exit, String who) {
        super(who + exit.words() + exit.hint() + exit.details());
        this.task = task;
        this.pid = exit.pid();
        this.exitCode = exit.code();
        this.signal = exit.signal();
        this.lastErrorLines = exit.lastLines();
        this.crashFile = exit.crashFile() == null ? null : exit.crashFile().toString();
    }

    /**
     * {@return the name of the task}
     */
    public String task() {
        return task;
    }

    /**
     * {@return the id of the process that ended}
     */
    public long pid() {
        return pid;
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

package dev.weft.process;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.Job;
import dev.weft.Task;
import dev.weft.process.connection.Sentinel;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A Java function that runs in a JVM of its own, for as long as it likes, while this one talks to it.
 *
 * <pre>{@code
 * var pipe = Pipe.open();
 * Connection theirs = pipe.right();
 * try (var process = WorkerProcess.start(() -> serve(theirs)); var mine = pipe.left()) {
 *     mine.send("hello");
 *     IO.println(mine.receive());
 *     process.join();
 * }
 * }</pre>
 *
 * <p>The function is a {@link Job}: it is copied to the new JVM with what it captures, which may be anything
 * serializable, {@linkplain dev.weft.process.connection.Connection ends of pipes} and keys included. The JVM has the
 * class path or module path of this one and those of its flags that change what code can do. A {@link ProcessPool} is
 * for many short tasks; this is for one that lives.
 *
 * <p><b>Its end.</b> The process ends when its function has, and all its threads that are no daemons: with exit code 0,
 * or with 1 and a stack trace on its standard error if the function failed. {@link #task()} has the result or the
 * failure, also that the process ended before its function: a {@link WorkerCrashedException}.
 *
 * <p><b>The end of this JVM.</b> As with threads: this JVM goes on until processes that are no
 * {@linkplain Builder#daemon daemons} have ended; then, or at {@link System#exit} or a signal, the others are
 * terminated, and killed if they have not ended after their {@linkplain Builder#killGrace grace}. However this JVM
 * ends, none is left: a process halts when the connection to its parent ends, and is killed by the system where there
 * is {@code setpriv}.
 *
 * <p>All methods may be called by any thread. Those that wait suspend a coroutine and block any other thread.
 *
 * @param <T> the result of the function
 */
public interface WorkerProcess<T extends @Nullable Object> extends AutoCloseable {
    /**
     * Starts a function in a process of its own, with the default settings.
     *
     * @param job the function
     * @param <T> its result
     * @return the process
     * @throws TransferException if the function cannot be serialized
     * @throws UncheckedIOException if the process cannot be started
     */
    static <T extends @Nullable Object> WorkerProcess<T> start(Job<T> job) {
        return builder().start(job);
    }

    /**
     * {@return a builder with the default settings}
     */
    static Builder builder() {
        return new Builder();
    }

    /**
     * {@return the processes that this JVM has started in this way and that run; a snapshot}
     */
    static List<WorkerProcess<?>> activeProcesses() {
        return LiveProcesses.all();
    }

    /**
     * {@return the calling process; its name is {@code "main"} unless it was started as a worker process}
     */
    static ProcessIdentity currentProcess() {
        ProcessStart start = ProcessMain.start();
        return new ProcessIdentity(ProcessHandle.current().pid(), start == null ? "main" : start.name());
    }

    /**
     * {@return the process that started the calling one, if that is a worker process} Waiting for its end is rarely
     * needed, since a worker process halts when its parent is gone.
     */
    static Optional<ProcessIdentity> parentProcess() {
        return Optional.ofNullable(ProcessMain.start())
                .map(start -> new ProcessIdentity(start.parentPid(), start.parentName()));
    }

    /**
     * {@return the process id}
     */
    long pid();

    /**
     * {@return the name, for messages and lists of processes}
     */
    String name();

    /**
     * {@return whether it is ended with this JVM instead of keeping that}
     */
    boolean isDaemon();

    /**
     * {@return whether the process runs}
     */
    boolean isAlive();

    /**
     * {@return the function as a task} It ends as the function does. Cancelling it interrupts the function, and kills
     * the process if that has not ended after the grace.
     */
    Task<T> task();

    /**
     * {@return the exit code; empty while the process runs} A process that was ended by a signal has 128 and its
     * number, such as 137 after {@link #kill}; so has a JVM that a signal told to end, such as 143 after
     * {@link #terminate}.
     */
    OptionalInt exitCode();

    /**
     * {@return the name of the signal that ended the process, such as {@code "SIGKILL"}; empty if it runs or ended by
     * itself}
     */
    Optional<String> signal();

    /**
     * Waits until the process has ended, and what it printed has been handed on.
     *
     * @throws Cancelled if the caller is cancelled, or its thread interrupted; the process goes on
     */
    void join();

    /**
     * Waits as {@link #join()}, at most for a time.
     *
     * @param timeout how long
     * @return false if the time is over first
     * @throws Cancelled if the caller is cancelled, or its thread interrupted
     */
    boolean join(Duration timeout);

    /**
     * {@return a future that completes with this process when it has ended} Cancelling it does nothing to the process.
     */
    CompletableFuture<WorkerProcess<T>> onExit();

    /**
     * {@return what {@link dev.weft.process.connection.Connections#waitAny} can wait for together with connections: the
     * end of this process}
     */
    Sentinel sentinel();

    /** Interrupts the thread of the function; does nothing if the process has ended. */
    void interrupt();

    /** Tells the process to end: its shutdown hooks run, {@code finally} blocks do not. Does not wait. */
    void terminate();

    /** Ends the process at once. Does not wait. */
    void kill();

    /**
     * Ends the process if it runs: {@linkplain #terminate terminates} it, kills it if it has not ended after the grace,
     * and waits for that. {@link #join()} before, if it is to end by itself. Not cancellable; idempotent.
     */
    @Override
    void close();

    /** Settings of a process to be started. Not thread-safe; may be used again after {@link #start}. */
    final class Builder {
        private static final long LEAST_HEAP = 16L << 20;
        private static final AtomicLong NUMBERS = new AtomicLong();

        private @Nullable String name;
        private long heap = Runtime.getRuntime().maxMemory();
        private List<String> jvmArgs = List.of();
        private Map<String, String> environment = Map.of();
        private WorkerOutput output = WorkerOutput.toSameStream();
        private boolean daemon;
        private Duration killGrace = Duration.ofSeconds(1);
        private final List<String> allowed = new ArrayList<>();

        Builder() {}

        /**
         * Names the process; by default {@code "process-1"} and so on.
         *
         * @param name the name
         * @return this
         */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the most heap, in words such as {@code "256m"} or {@code "2g"}; by default that of this JVM.
         *
         * @param size a whole number and one of {@code k}, {@code m}, {@code g}
         * @return this
         * @throws IllegalArgumentException if {@code size} is not such a word, or is less than 16 MiB
         */
        public Builder heap(String size) {
            long bytes = HeapSize.parse(size);
            if (bytes < LEAST_HEAP) {
                throw new IllegalArgumentException("a process needs a heap of at least 16 MiB, and was given " + size
                        + "; heap(\"64m\") sets 64 MiB");
            }
            heap = bytes;
            return this;
        }

        /**
         * Sets more flags for the JVM; they come after those of Weft, so that they win.
         *
         * @param flags one flag each
         * @return this
         */
        public Builder jvmArgs(String... flags) {
            jvmArgs = List.of(flags);
            return this;
        }

        /**
         * Sets environment variables, beside those of this JVM.
         *
         * @param variables names and values
         * @return this
         */
        public Builder environment(Map<String, String> variables) {
            environment = Map.copyOf(variables);
            return this;
        }

        /**
         * Sets where the lines go that the process prints; by default to the same stream of this JVM. Its standard
         * input is empty.
         *
         * @param output receives the lines
         * @return this
         */
        public Builder output(WorkerOutput output) {
            this.output = requireNonNull(output, "output");
            return this;
        }

        /**
         * Makes the process a daemon: this JVM does not wait for it, and ends it when it ends itself. By default it is
         * none.
         *
         * @param daemon whether it is one
         * @return this
         */
        public Builder daemon(boolean daemon) {
            this.daemon = daemon;
            return this;
        }

        /**
         * Sets how long the process may take to end when it is told to, before it is killed; by default one second.
         *
         * @param grace zero or more
         * @return this
         * @throws IllegalArgumentException if {@code grace} is negative
         */
        public Builder killGrace(Duration grace) {
            if (grace.isNegative()) {
                throw new IllegalArgumentException(
                        "the grace before a process is killed must not be negative, and was " + grace);
            }
            killGrace = grace;
            return this;
        }

        /**
         * Allows more classes in the result of the function, as {@link ProcessPool.Builder#allow}.
         *
         * @param classes names of classes, of packages followed by {@code .*}, or of packages and those below followed
         *     by {@code .**}
         * @return this
         * @throws IllegalArgumentException if a name is malformed
         */
        public Builder allow(String... classes) {
            for (String pattern : classes) {
                allowed.add(ResultFilter.checkedPattern(pattern));
            }
            return this;
        }

        /**
         * Starts a function in a process of its own.
         *
         * @param job the function, copied now
         * @param <T> its result
         * @return the process
         * @throws TransferException if the function cannot be serialized
         * @throws UncheckedIOException if the process cannot be started; the message says why
         * @throws IllegalStateException if this JVM is ending
         */
        public <T extends @Nullable Object> WorkerProcess<T> start(Job<T> job) {
            requireNonNull(job, "job");
            String given = name;
            return ChildProcess.start(
                    new ProcessSettings(
                            given == null ? "process-" + NUMBERS.incrementAndGet() : given,
                            heap,
                            jvmArgs,
                            environment,
                            output,
                            daemon,
                            killGrace,
                            List.copyOf(allowed)),
                    job);
        }
    }
}

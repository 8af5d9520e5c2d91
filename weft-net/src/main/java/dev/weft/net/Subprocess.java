package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.CancelScope;
import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.kernel.Durations;
import dev.weft.loop.kernel.LoopCore;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A program that runs beside this one, and its pipes.
 *
 * <pre>{@code
 * String head = Subprocess.of("git", "rev-parse", "HEAD").run().check().text();
 *
 * try (var sort = Subprocess.of("sort").start()) {
 *     sort.stdin().write("b\na\n");
 *     sort.stdin().close();
 *     sort.stdout().lines().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>No shell is involved unless {@link #shell} is called: each word is one argument, whatever is in it. Starting
 * happens beside the loop. When the block of a subprocess ends, in whatever way, the process and all that it started
 * have been killed, as far as the system shows them; where there is {@code setpriv} (Linux), the process is also killed
 * when this JVM dies.
 *
 * <p>For coroutines of the loop on which it was started.
 */
public final class Subprocess implements AutoCloseable {
    private final Process process;
    private final String name;
    private final Pipes.@Nullable Writer stdin;
    private final Pipes.@Nullable Reader stdout;
    private final Pipes.@Nullable Reader stderr;
    private boolean closed;

    private Subprocess(LoopCore loop, Builder how, Process process) {
        this.process = process;
        this.name = "'" + String.join(" ", how.command) + "' (pid " + process.pid() + ")";
        this.stdin = how.stdin == Redirect.PIPE
                ? new Pipes.Writer(loop, process.getOutputStream(), "the input of " + name)
                : null;
        this.stdout = how.stdout == Redirect.PIPE
                ? new Pipes.Reader(loop, process.getInputStream(), "the output of " + name)
                : null;
        this.stderr = how.stderr == Redirect.PIPE && !how.mergeError
                ? new Pipes.Reader(loop, process.getErrorStream(), "the error output of " + name)
                : null;
    }

    /**
     * Begins to set how to run a program.
     *
     * @param command the program, by path or by a name that is looked for on the PATH, and its arguments
     * @return the settings
     * @throws IllegalArgumentException if there is no program
     */
    public static Builder of(String... command) {
        return of(List.of(command));
    }

    /**
     * Begins to set how to run a program, as {@link #of(String...)}.
     *
     * @param command the program and its arguments
     * @return the settings
     * @throws IllegalArgumentException if there is no program
     */
    public static Builder of(List<String> command) {
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new IllegalArgumentException("a command begins with the program to run, and was " + command);
        }
        return new Builder(List.copyOf(command));
    }

    /**
     * Begins to set how to have a line run by the shell of the system ({@code /bin/sh -c}, {@code cmd /c}). Never put
     * into it what a stranger can choose.
     *
     * @param line the line
     * @return the settings
     */
    public static Builder shell(String line) {
        return File.separatorChar == '/' ? of("/bin/sh", "-c", line) : of("cmd", "/c", line);
    }

    /** {@return the process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether the process runs; any thread} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * {@return what the process reads from; close it so that the process sees its end}
     *
     * @throws IllegalStateException if it reads from elsewhere, by {@link Builder#stdin}
     */
    public WriteStream stdin() {
        return piped(stdin, "input");
    }

    /**
     * {@return what the process writes}
     *
     * @throws IllegalStateException if it writes elsewhere, by {@link Builder#stdout}
     */
    public ReadStream stdout() {
        return piped(stdout, "output");
    }

    /**
     * {@return what the process writes about errors}
     *
     * @throws IllegalStateException if it writes that elsewhere, by {@link Builder#stderr} or
     *     {@link Builder#mergeError}
     */
    public ReadStream stderr() {
        return piped(stderr, "error output");
    }

    private <T> T piped(@Nullable T pipe, String what) {
        if (pipe == null) {
            throw new IllegalStateException("the " + what + " of " + name + " is no pipe, as it was started");
        }
        return pipe;
    }

    /**
     * Waits until the process has ended. What it wrote can still be read then. Any number of tasks may wait; one that
     * is cancelled does not disturb the others or the process.
     *
     * @return its exit code; on Unix 128 and the number of the signal if it was killed by one
     * @throws Cancelled if the calling task is cancelled
     */
    public int await() {
        return Weft.await(process.onExit()).exitValue();
    }

    /** Asks the process to end (SIGTERM); it may take its time or refuse. Any thread. */
    public void terminate() {
        process.destroy();
    }

    /**
     * Kills the process and all that it started and that the system still shows to be its descendants (SIGKILL). Any
     * thread.
     */
    public void kill() {
        List<ProcessHandle> family = process.descendants().toList(); // before they lose their parent
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
    }

    /** Kills what still runs, waits until it has ended, and closes the pipes; idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        kill();
        if (stdin != null) {
            stdin.drop();
        }
        if (stdout != null) {
            stdout.close();
        }
        if (stderr != null) {
            stderr.close();
        }
        Weft.shield(this::await); // it has been killed, and what is killed ends
    }

    @Override
    public String toString() {
        return "Subprocess[" + name + (process.isAlive() ? ", running]" : ", ended]");
    }

    /**
     * How a subprocess ended, and what it wrote.
     *
     * @param command the program and its arguments
     * @param exitCode its exit code; on Unix 128 and the number of the signal if it was killed by one
     * @param output what it wrote, if that was a pipe
     * @param errorOutput what it wrote about errors, if that was a pipe of its own
     */
    @SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString are by content
    public record Completed(List<String> command, int exitCode, byte[] output, byte[] errorOutput)
            implements Serializable {
        /** Copies the list. */
        public Completed {
            command = List.copyOf(command);
        }

        /** {@return what it wrote, read as UTF-8, without the line end at its end} */
        public String text() {
            return new String(output, StandardCharsets.UTF_8).stripTrailing();
        }

        /** {@return what it wrote about errors, read as UTF-8, without the line end at its end} */
        public String errorText() {
            return new String(errorOutput, StandardCharsets.UTF_8).stripTrailing();
        }

        /**
         * Makes a failure of an exit code other than 0.
         *
         * @return this
         * @throws SubprocessException if the exit code is not 0, with the code and the last lines of the error output
         */
        public Completed check() throws SubprocessException {
            if (exitCode != 0) {
                throw new SubprocessException(
                        "'" + String.join(" ", command) + "' ended with exit code " + exitCode + lastLines(),
                        this,
                        null);
            }
            return this;
        }

        private String lastLines() {
            List<String> lines =
                    (errorOutput.length > 0 ? errorText() : text()).lines().toList();
            return lines.isEmpty()
                    ? "; it wrote nothing"
                    : "; the last it wrote: "
                            + String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Completed it
                    && command.equals(it.command)
                    && exitCode == it.exitCode
                    && Arrays.equals(output, it.output)
                    && Arrays.equals(errorOutput, it.errorOutput);
        }

        @Override
        public int hashCode() {
            return command.hashCode() * 31 + exitCode;
        }

        @Override
        public String toString() {
            return "Completed[" + String.join(" ", command) + ", exit code " + exitCode + ", " + output.length
                    + " bytes of output, " + errorOutput.length + " of error output]";
        }
    }

    /** How to run a program. */
    public static final class Builder {
        private static final int OUTPUT_LIMIT = 16 * 1024 * 1024;

        private final List<String> command;
        private final ProcessBuilder builder;
        private Redirect stdin = Redirect.PIPE;
        private Redirect stdout = Redirect.PIPE;
        private Redirect stderr = Redirect.PIPE;
        private boolean mergeError;
        private byte[] input = {};
        private @Nullable Duration timeout;
        private int outputLimit = OUTPUT_LIMIT;

        private Builder(List<String> command) {
            this.command = command;
            this.builder = new ProcessBuilder();
        }

        /**
         * Sets the directory to run in; that of this JVM unless set.
         *
         * @param directory the directory
         * @return this
         */
        public Builder directory(Path directory) {
            builder.directory(directory.toFile());
            return this;
        }

        /**
         * Sets a variable of the environment, beside those of this JVM.
         *
         * @param variable its name
         * @param value its value
         * @return this
         */
        public Builder environment(String variable, String value) {
            builder.environment().put(variable, value);
            return this;
        }

        /**
         * Leaves all variables of the environment out that have been there up to now.
         *
         * @return this
         */
        public Builder clearEnvironment() {
            builder.environment().clear();
            return this;
        }

        /**
         * Sets where the process reads from; a pipe unless set.
         *
         * @param source a file, or the input of this JVM
         * @return this
         */
        public Builder stdin(Redirect source) {
            stdin = requireNonNull(source, "source");
            return this;
        }

        /**
         * Sets where the process writes to; a pipe unless set.
         *
         * @param destination a file, nothing, or the output of this JVM
         * @return this
         */
        public Builder stdout(Redirect destination) {
            stdout = requireNonNull(destination, "destination");
            return this;
        }

        /**
         * Sets where the process writes to about errors; a pipe unless set.
         *
         * @param destination a file, nothing, or the error output of this JVM
         * @return this
         */
        public Builder stderr(Redirect destination) {
            stderr = requireNonNull(destination, "destination");
            return this;
        }

        /**
         * Has what the process writes about errors go where its output goes, in the order in which it is written.
         *
         * @return this
         */
        public Builder mergeError() {
            mergeError = true;
            return this;
        }

        /**
         * Sets what {@link #run} has the process read; nothing unless set.
         *
         * @param bytes the bytes; copied
         * @return this
         */
        public Builder input(byte[] bytes) {
            input = bytes.clone();
            return this;
        }

        /**
         * Sets what {@link #run} has the process read, in UTF-8.
         *
         * @param text the text
         * @return this
         */
        public Builder input(String text) {
            input = text.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        /**
         * Sets how long {@link #run} lets the process run; for ever unless set.
         *
         * @param limit the time, positive
         * @return this
         */
        public Builder timeout(Duration limit) {
            timeout = Durations.positive("the time-out", limit);
            return this;
        }

        /**
         * Sets how much the process may write while {@link #run} collects it, to each of its two pipes; 16 MiB unless
         * set.
         *
         * @param bytes the number of bytes, not negative
         * @return this
         */
        public Builder outputLimit(int bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("the limit must not be negative, and was " + bytes);
            }
            outputLimit = bytes;
            return this;
        }

        /**
         * Starts the program.
         *
         * @return the process; close it
         * @throws IOException if there is no such program or directory, or the system refuses
         * @throws IllegalStateException if the caller is no coroutine
         * @throws Cancelled if the calling task is cancelled; the process, if it comes to be, is killed
         */
        public Subprocess start() throws IOException {
            LoopCore loop = LoopCore.current();
            builder.command(new ArrayList<>(command))
                    .redirectInput(stdin)
                    .redirectOutput(stdout)
                    .redirectError(stderr)
                    .redirectErrorStream(mergeError);
            CompletableFuture<Process> starting = ProcessSpawner.start(builder);
            try {
                return new Subprocess(loop, this, await(starting));
            } catch (Cancelled e) {
                var _ = starting.thenAccept(Process::destroyForcibly);
                throw e;
            }
        }

        private static Process await(CompletableFuture<Process> starting) throws IOException {
            CompletableFuture<@Nullable Throwable> ended = starting.handle((process, failure) -> failure);
            Throwable failure = Weft.await(ended);
            if (failure == null) {
                return starting.resultNow();
            }
            if (failure instanceof IOException e) {
                throw new IOException(e.getMessage(), e);
            }
            throw new IOException("the process could not be started: " + failure, failure);
        }

        /**
         * Runs the program to its end, feeds it the input, and collects what it writes; all at the same time, so that
         * no full pipe holds it up. That it does not read all of its input is no error.
         *
         * @return how it ended
         * @throws SubprocessException if it took longer than {@link #timeout}, or wrote more than {@link #outputLimit};
         *     it has been killed then
         * @throws IOException if there is no such program or directory, or the system refuses
         * @throws IllegalStateException if the caller is no task of an event loop
         * @throws Cancelled if the calling task is cancelled; the process has been killed then
         */
        public Completed run() throws IOException {
            try (Subprocess process = start()) {
                var scope = CancelScope.create();
                Duration limit = timeout;
                if (limit != null) {
                    scope.expireAfter(limit);
                }
                var output = new Collected(process.stdout, scope);
                var errors = new Collected(process.stderr, scope);
                boolean ended = scope.run(() -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> feed(process));
                        Task<?> first = group.spawn(() -> output.collect(outputLimit));
                        Task<?> second = group.spawn(() -> errors.collect(outputLimit));
                        Weft.waitUntil(dev.weft.Until.ALL_COMPLETED, List.of(first, second));
                        process.await();
                        group.cancel("the process has ended"); // it may not have read all
                        group.join();
                    }
                });
                if (ended) {
                    return completed(process.await(), output, errors);
                }
                process.kill();
                Completed result = completed(Weft.shield(process::await), output, errors);
                if (output.overflowed || errors.overflowed) {
                    throw new SubprocessException(
                            process.name + " wrote more than " + outputLimit
                                    + " bytes, and was killed; raise outputLimit, or start() it and read as it writes",
                            result,
                            null);
                }
                throw new SubprocessException(
                        process.name + " took longer than " + Durations.text(requireNonNull(limit))
                                + ", and was killed",
                        result,
                        null);
            }
        }

        private Completed completed(int exitCode, Collected output, Collected errors) {
            return new Completed(command, exitCode, output.bytes.toByteArray(), errors.bytes.toByteArray());
        }

        private void feed(Subprocess process) {
            Pipes.Writer pipe = process.stdin;
            if (pipe == null) {
                return;
            }
            try (pipe) {
                pipe.write(input);
            } catch (IOException _) {
                // It does not want to know all.
            }
        }
    }

    /** What has come from a pipe. */
    private static final class Collected {
        private final @Nullable ReadStream pipe;
        private final CancelScope scope;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean overflowed;

        Collected(@Nullable ReadStream pipe, CancelScope scope) {
            this.pipe = pipe;
            this.scope = scope;
        }

        void collect(int limit) throws IOException {
            byte[] chunk = new byte[8 * 1024];
            for (int count; pipe != null && (count = pipe.read(chunk, 0, chunk.length)) > 0; ) {
                if (bytes.size() + count > limit) {
                    bytes.write(chunk, 0, limit - bytes.size());
                    overflowed = true;
                    scope.cancel("the process wrote too much");
                    return;
                }
                bytes.write(chunk, 0, count);
            }
        }
    }
}

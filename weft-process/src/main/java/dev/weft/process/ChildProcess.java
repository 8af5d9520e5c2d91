package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.Job;
import dev.weft.Task;
import dev.weft.loop.kernel.Offload;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import dev.weft.process.connection.EndOfConnectionException;
import dev.weft.process.connection.Pipe;
import dev.weft.process.connection.Sentinel;
import dev.weft.process.internal.Transfer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A {@link WorkerProcess}, seen from its parent. A thread of its own, which is a daemon if the process is, keeps it:
 * gives it its work, reads what it sends, and stays until it has ended.
 *
 * <pre>
 *   started ──► work written to its standard input ──► control connection taken ──► result or failure ──► connection ends ──► process ended
 *                                                                             (any of the first may be missing)
 * </pre>
 *
 * <p>The task ends with the first of: the answer, the end of the process. Nothing here is guarded by a lock: the fields
 * are set before the thread starts, or by it alone, and published by {@code ended}.
 */
final class ChildProcess<T extends @Nullable Object> implements WorkerProcess<T>, Runnable {
    private static final AtomicLong STARTS = new AtomicLong();
    private static final Duration LAST_LINES = Duration.ofMillis(250);
    private static final byte[] INTERRUPT = {ProcessStart.INTERRUPT};

    private final ProcessSettings settings;
    private final Process process;
    private final Path arguments;
    private final byte[] start;
    private final Connection control;
    private final List<Transfer.Passenger> passengers;
    private final ResultFilter filter;
    private final ClassLoader loader;
    private final ProcessTask<T> task;
    private final List<OutputPump> pumps;
    private final CompletableFuture<Void> exited;
    private final ProcessEnd end;
    private final CompletableFuture<WorkerProcess<T>> ended = new CompletableFuture<>();
    private final long since = System.currentTimeMillis();

    private ChildProcess(
            ProcessSettings settings,
            Job<T> job,
            Process process,
            Path arguments,
            byte[] start,
            Connection control,
            List<Transfer.Passenger> passengers) {
        this.settings = settings;
        this.process = process;
        this.arguments = arguments;
        this.start = start;
        this.control = control;
        this.passengers = passengers;
        this.filter = new ResultFilter(
                settings.allowed(),
                "this process does not take from the one that it has started",
                "when that is started: WorkerProcess.builder().allow(\"%s\")");
        filter.trustApplication(job.getClass());
        ClassLoader own = job.getClass().getClassLoader();
        this.loader = own != null ? own : ClassLoader.getSystemClassLoader();
        this.task = new ProcessTask<>(settings.name(), this::stop);
        this.exited = process.onExit().thenAccept(_ -> {});
        this.end = new ProcessEnd("the end of process '" + settings.name() + "'");
        this.pumps = List.of(
                OutputPump.start(process, WorkerOutput.Stream.OUT, settings.output()),
                OutputPump.start(process, WorkerOutput.Stream.ERR, settings.output()));
    }

    static <T extends @Nullable Object> ChildProcess<T> start(ProcessSettings settings, Job<T> job) {
        LiveProcesses.watch();
        Pipe pipe = Pipe.open();
        List<Transfer.Passenger> passengers = new ArrayList<>();
        boolean started = false;
        try {
            byte[] start = encode(settings, job, pipe.right(), passengers);
            Callable<ChildProcess<T>> starting = () -> {
                Path file = Support.get().ownDirectory().path().resolve("a" + STARTS.incrementAndGet());
                List<String> lines = WorkerCommand.arguments(
                        settings.heap(), Runtime.getRuntime().availableProcessors(), settings.jvmArgs());
                Files.write(file, lines, StandardCharsets.UTF_8);
                Process process = Spawner.start(
                        WorkerCommand.process(file, ProcessMain.class, settings.environment(), settings.name()));
                return new ChildProcess<>(settings, job, process, file, start, pipe.left(), passengers);
            };
            ChildProcess<T> child = Offload.open(starting, ChildProcess::giveUp);
            started = true;
            LiveProcesses.add(child);
            Thread.ofPlatform()
                    .daemon(settings.daemon())
                    .name("weft-process-" + settings.name())
                    .start(child);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException("process '" + settings.name() + "' cannot be started: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("starting a process throws nothing else", e);
        } finally {
            if (!started) {
                passengers.forEach(Transfer.Passenger::abandon);
                pipe.close();
            }
        }
    }

    /** Ends a process whose starter has been cancelled meanwhile: nobody would give it its work. */
    private void giveUp() {
        process.destroyForcibly();
        var _ = exited.thenRun(this::deleteArguments);
    }

    private static byte[] encode(
            ProcessSettings settings, Job<?> job, Connection control, List<Transfer.Passenger> passengers) {
        try (var transfer = Transfer.open()) {
            var encoder = new Encoder(Encoder.MOST_BYTES, null);
            byte kind = encoder.encodeWork(job);
            ProcessIdentity self = WorkerProcess.currentProcess();
            var start = new ProcessStart(
                    control,
                    settings.name(),
                    settings.daemon(),
                    self.pid(),
                    self.name(),
                    WorkerCommand.longestAnswer(),
                    kind,
                    Arrays.copyOf(encoder.bytes(), encoder.length()));
            var bytes = new ByteArrayOutputStream();
            try (var out = new ObjectOutputStream(bytes)) {
                out.writeObject(start);
            }
            transfer.passengers(passenger -> {
                passenger.entrust();
                passengers.add(passenger);
            });
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("process '" + settings.name() + "' cannot be started: " + e.getMessage(), e);
        }
    }

    @Override
    public void run() {
        var _ = exited.thenRun(() -> passengers.forEach(Transfer.Passenger::abandon)); // those that it did not come for
        try (OutputStream in = process.getOutputStream()) {
            in.write(start);
        } catch (IOException e) {
            // It has ended already, which its exit code and its last words explain better.
            process.onExit();
        }
        try {
            while (true) {
                received(control.receiveBytes());
            }
        } catch (ConnectionException | TransferException | IllegalStateException e) {
            if (!(e instanceof EndOfConnectionException)) {
                process.destroyForcibly(); // it does not keep to the protocol
            }
        } catch (Cancelled e) {
            Thread.interrupted(); // nobody has this thread to interrupt it
        }
        Uninterruptibly.await(exited, Long.MAX_VALUE);
        finish();
    }

    private void finish() {
        control.close();
        deleteArguments();
        long patience = System.nanoTime() + LAST_LINES.toNanos();
        for (OutputPump pump : pumps) {
            Uninterruptibly.await(pump.ended(), patience);
        }
        LiveProcesses.remove(this);
        task.lost(WorkerCrashedException.ofProcess(settings.name(), exit()));
        ended.complete(this); // first, so that its sentinel is ready for whoever has joined it
        end.come();
    }

    private void deleteArguments() {
        try {
            Files.deleteIfExists(arguments);
        } catch (IOException e) {
            Log.debug("the file " + arguments + " stays until this JVM ends", e);
        }
    }

    private Exit exit() {
        Path crash = WorkerCommand.crashFile(process.pid());
        boolean fresh;
        try {
            fresh = Files.getLastModifiedTime(crash).toMillis() >= since - 1000;
        } catch (IOException e) {
            fresh = false; // there is none
        }
        return new Exit(process.pid(), process.exitValue(), pumps.get(1).lastLines(), fresh ? crash : null, null);
    }

    private void received(byte[] message) {
        if (message.length < 2 || task.isDone()) {
            return;
        }
        byte[] body = Arrays.copyOfRange(message, 2, message.length);
        ResultFilter.OneMessage one = filter.forMessage(body.length);
        var decoder = new Decoder(false);
        if (message[0] == ProcessStart.RESULT) {
            try {
                task.answered(decoder.decode(message[1], body, loader, one));
            } catch (IOException
                    | ReflectiveOperationException
                    | RuntimeException
                    | LinkageError
                    | StackOverflowError e) {
                String why = one.refused();
                task.failed(new TransferException(
                        "process '" + settings.name() + "' has ended its function, but the result was not taken: "
                                + (why != null ? why : e),
                        e));
            }
        } else if (message[0] == ProcessStart.FAILURE) {
            Throwable failure;
            try {
                failure = FailureCodec.decode(decoder, body, loader, one);
            } catch (IOException e) {
                failure = e;
            }
            failure.addSuppressed(
                    new RemoteTrace(settings.name(), "process '" + settings.name() + "' (pid " + pid() + ")", pid()));
            task.failed(failure);
        }
    }

    /** The task was cancelled. */
    private void stop() {
        interrupt();
        Timers.after(settings.killGrace(), process::destroyForcibly);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public boolean isDaemon() {
        return settings.daemon();
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public Task<T> task() {
        return task;
    }

    @Override
    public OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    @Override
    public Optional<String> signal() {
        return process.isAlive()
                ? Optional.empty()
                : Optional.ofNullable(new Exit(pid(), process.exitValue(), List.of(), null, null).signal());
    }

    @Override
    public void join() {
        end.join();
    }

    @Override
    public boolean join(Duration timeout) {
        return end.await(timeout);
    }

    @Override
    public CompletableFuture<WorkerProcess<T>> onExit() {
        return ended.copy();
    }

    @Override
    public Sentinel sentinel() {
        return Sentinel.of("process '" + name() + "' (pid " + pid() + ")", ended);
    }

    @Override
    public void interrupt() {
        if (process.isAlive()) {
            try {
                control.sendBytes(INTERRUPT);
            } catch (ConnectionException | IllegalStateException e) {
                Log.debug("process '" + name() + "' has ended before it could be interrupted", e);
            }
        }
    }

    @Override
    public void terminate() {
        process.destroy();
    }

    @Override
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            terminate();
            if (!Uninterruptibly.await(exited, System.nanoTime() + Timers.nanos(settings.killGrace()))) {
                kill();
            }
        }
        Uninterruptibly.await(ended, Long.MAX_VALUE);
    }

    @Override
    public String toString() {
        OptionalInt code = exitCode();
        return "WorkerProcess[" + name() + ", pid " + pid() + (isDaemon() ? ", daemon" : "")
                + (code.isEmpty() ? ", running]" : ", exit code " + code.getAsInt() + "]");
    }
}

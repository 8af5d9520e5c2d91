package dev.weft.process;

import dev.weft.process.internal.HostedProcess;
import dev.weft.process.internal.WorkerHost;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One worker process, from its start to its end, seen from the pool. A thread of its own keeps it: starts it, waits for
 * its connection, reads what it sends, and stays until the process has ended.
 *
 * <pre>
 *   STARTING ──connected──► READY ──► ENDING (told to end, killed, or its connection is lost) ──process ended──► gone from the pool
 *       └───────────────────────────────▲
 * </pre>
 *
 * <p>The pool's lock guards the state and the tasks. The keeper calls the pool without holding any lock; {@code flush}
 * and {@code kill} may be called by any thread.
 */
final class Worker implements Runnable {
    enum State {
        STARTING,
        READY,
        ENDING
    }

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    /**
     * How long to wait for the last lines of a process that has ended; a child that it started may hold the pipe for
     * ever.
     */
    private static final Duration LAST_LINES = Duration.ofMillis(250);

    private static final SecureRandom RANDOM = new SecureRandom();

    final int number;
    private final WorkerPool pool;
    /** What the worker shows to the pool. */
    private final byte[] token = new byte[Hello.TOKEN];
    /** What the pool shows to the worker. */
    private final byte[] poolToken = new byte[Hello.TOKEN];

    private final CompletableFuture<SocketChannel> connection = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** The keeper only. */
    final Decoder decoder;

    /** Guarded by the pool's lock. */
    State state = State.STARTING;
    /**
     * Guarded by the pool's lock: what was sent and not answered, in that order; the first one is the one that runs.
     */
    final ArrayDeque<RemoteTask<?>> sent = new ArrayDeque<>();
    /** Guarded by the pool's lock: the length of their messages. */
    long sentBytes;
    /** Guarded by the pool's lock: whether it has been asked to give tasks back and has not answered. */
    boolean revoking;
    /** Guarded by the pool's lock. */
    long tasksDone;
    /** Guarded by the pool's lock: since when the first of {@code sent} has been that, in nanoseconds. */
    long freeSince;
    /** Guarded by the pool's lock: since when its first task, or the element of that, runs at the latest. */
    long progressAt = System.nanoTime();
    /** Guarded by the pool's lock: whether it has loaded the classes of its first work and begun with that. */
    boolean begun;
    /** Guarded by the pool's lock: whether somebody looks after the time of its tasks. */
    boolean watched;
    /** Guarded by the pool's lock: how many tasks it was given to run. */
    long given;
    /** Guarded by the pool's lock: whether it was told to end because it has run enough, or is not needed. */
    boolean retired;
    /** Guarded by the pool's lock: whether it gets no more tasks, and is told to end when it has none. */
    boolean leaving;
    /**
     * Guarded by the pool's lock: whether it leaves because it has grown too large, and not because the pool has become
     * smaller.
     */
    boolean worn;
    /** Guarded by the pool's lock: whether it was asked to collect garbage and has not answered. */
    boolean collecting;
    /** The keeper only: when its memory was looked at last, in nanoseconds. */
    long memoryCheckedAt = System.nanoTime() - Duration.ofHours(1).toNanos();
    /** Guarded by the pool's lock: when it was last asked for half of its batch. */
    long dividedAt = System.nanoTime();
    /** Guarded by the pool's lock: the largest message that its heap has room for. */
    long longestFrame;

    private volatile @Nullable Process process;
    private volatile @Nullable Outbox outbox;
    private volatile boolean writeWanted;
    private volatile boolean killed;
    private volatile @Nullable String why;
    private volatile List<OutputPump> pumps = List.of();

    Worker(WorkerPool pool, int number) {
        this.pool = pool;
        this.number = number;
        this.decoder = pool.decoder(number, this::taken);
        RANDOM.nextBytes(token);
        RANDOM.nextBytes(poolToken);
    }

    void start() {
        try {
            Thread.ofPlatform()
                    .daemon()
                    .name("weft-process-" + pool.name() + "-worker-" + number)
                    .start(this);
        } catch (OutOfMemoryError e) { // no room for one more thread
            ended.complete(null);
            pool.ended(this, new Exit(-1, -1, List.of(), null, "could not be started: " + e));
        }
    }

    long pid() {
        Process started = process;
        return started == null ? -1 : started.pid();
    }

    /** {@return whether it is there and has nothing to do; under the pool's lock} */
    boolean isIdle() {
        return state == State.READY && sent.isEmpty();
    }

    /** {@return whether it takes tasks; under the pool's lock} */
    boolean takesTasks() {
        return state == State.READY && !leaving;
    }

    /** It has shown that it can work; under the pool's lock. */
    void ready() {
        state = State.READY;
        freeSince = System.nanoTime();
    }

    /** {@return the task of a number that was sent to it and not answered, or null; under the pool's lock} */
    @Nullable
    RemoteTask<?> task(long id) {
        for (RemoteTask<?> task : sent) {
            if (task.id == id) {
                return task;
            }
        }
        return null;
    }

    /** {@return a future that ends when there is no process, any more or ever} */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /**
     * Hands over the connection if the greeting is that of this worker; the acceptor's thread, under the pool's lock.
     */
    boolean admit(Hello hello, SocketChannel channel) {
        if (!MessageDigest.isEqual(token, hello.token()) || !connection.complete(channel)) {
            return false;
        }
        // A heap of which a message takes a third has room to make a value of it and to work on that.
        longestFrame = hello.maxMemory() / 3;
        return true;
    }

    /**
     * Puts a frame behind those before; for a worker that is READY, under the pool's lock, so that its order is that of
     * {@link #sent}.
     */
    void add(Frame frame) {
        outbox().add(frame);
    }

    /** Tells the process that a file of its has been read; the keeper. */
    private void taken(long file) {
        Outbox box = outbox;
        if (box != null) {
            box.add(new Frame(Frame.TAKEN, file));
            box.flush();
        }
    }

    /** Sends what was added. */
    void flush() {
        outbox().flush();
    }

    private Outbox outbox() {
        Outbox box = outbox;
        if (box == null) {
            throw new AssertionError("worker " + number + " is not connected");
        }
        return box;
    }

    /**
     * Ends the process at once; its keeper does the rest.
     *
     * @param reason what to say about its end, or null if that speaks for itself
     */
    void kill(@Nullable String reason) {
        if (reason != null && why == null) {
            why = reason;
        }
        killed = true;
        Process started = process;
        if (started != null) {
            started.destroyForcibly();
        }
    }

    /** Asks the process to end, with its shutdown hooks, and kills it if it has not after a while. */
    void terminate(Duration grace) {
        killed = true;
        Process started = process;
        if (started != null) {
            started.destroy();
        }
        Timers.after(grace, () -> kill(null));
    }

    /** {@return whether it was killed in the course of things, because its task was cancelled or the pool is ending} */
    boolean wasExpendable() {
        return retired || (killed && why == null);
    }

    /** Waits until what the process printed has been handed on, but not long. */
    void awaitOutput() {
        long patience = System.nanoTime() + LAST_LINES.toNanos();
        for (OutputPump pump : pumps) {
            Uninterruptibly.await(pump.ended(), patience);
        }
    }

    @Override
    public void run() {
        Exit exit;
        try {
            exit = live();
        } catch (Throwable e) {
            exit = new Exit(pid(), -1, List.of(), null, "was killed because the pool could not go on with it: " + e);
        }
        Process started = process;
        if (started == null) {
            ended.complete(null);
        } else if (started.isAlive()) {
            started.destroyForcibly();
            awaitExit(started);
        }
        pool.ended(this, exit);
        decoder.close();
    }

    private Exit live() throws IOException {
        long now = System.currentTimeMillis();
        Process started;
        Path mark = pool.directory().mark(number);
        WorkerHost host = pool.host();
        try {
            if (host != null) {
                started = host.start(pool.startElsewhere(number));
            } else {
                ProcessBuilder builder = pool.command().process(number);
                StartMark.create(mark);
                started = Spawner.start(builder);
            }
        } catch (IOException e) {
            return new Exit(-1, -1, List.of(), null, "could not be started: " + e.getMessage());
        }
        process = started;
        if (killed) {
            started.destroyForcibly(); // it was not there yet when it was killed
        }
        var _ = started.onExit().thenRun(() -> ended.complete(null));
        var out = OutputPump.start(
                started, WorkerOutput.Stream.OUT, pool.settings().output());
        var err = OutputPump.start(
                started, WorkerOutput.Stream.ERR, pool.settings().output());
        pumps = List.of(out, err);
        SocketChannel channel = connect(started);
        if (channel != null) {
            try (channel) {
                serve(channel);
            } catch (IOException e) {
                if (e instanceof ProtocolException) {
                    why = "was killed because it broke the protocol of the pool: " + e.getMessage();
                }
                // Otherwise the connection broke: as good as the end of the stream.
            }
            pool.disconnected(this);
        }
        awaitExit(started);
        awaitOutput();
        if (started instanceof HostedProcess hosted) {
            String lost = hosted.lost();
            return new Exit(
                    hosted.pid(),
                    hosted.exitValue(),
                    err.lastLines(),
                    null,
                    why == null ? lost : why,
                    hosted.place(),
                    lost != null);
        }
        return new Exit(started.pid(), started.exitValue(), err.lastLines(), crashFile(started.pid(), now), why);
    }

    /**
     * {@return the file that the JVM wrote about its crash, not one that a process of the same number left before; or
     * null}
     */
    private static @Nullable Path crashFile(long pid, long since) {
        Path file = WorkerCommand.crashFile(pid);
        try {
            long second = 1000; // the precision of some file systems
            return Files.getLastModifiedTime(file).toMillis() >= since - second ? file : null;
        } catch (IOException e) {
            return null; // there is none
        }
    }

    /** Gives the process its tokens and waits until it has shown it; null if it ends first. */
    private @Nullable SocketChannel connect(Process started) throws IOException {
        try (OutputStream in = started.getOutputStream()) {
            in.write(token);
            in.write(poolToken);
        } catch (IOException e) {
            // It has ended already, which its exit code and its last words explain better.
            return null;
        }
        var _ = ended.thenRun(() -> connection.cancel(false));
        WorkerHost host = pool.host();
        Duration limit = host == null ? START_LIMIT : host.startLimit();
        connection.completeOnTimeout(null, limit.toSeconds(), TimeUnit.SECONDS);
        try {
            SocketChannel channel = Uninterruptibly.get(connection);
            if (channel == null) {
                kill("was killed because it had not connected to the pool within " + limit.toSeconds()
                        + " s of its start");
            }
            return channel;
        } catch (ExecutionException | CancellationException e) {
            return null;
        }
    }

    private void serve(SocketChannel channel) throws IOException {
        try (Selector selector = Selector.open()) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            outbox = new Outbox(channel, () -> {
                writeWanted = true;
                selector.wakeup();
            });
            var reader =
                    new FrameReader(channel, true, WorkerCommand.longestAnswer(), frame -> pool.received(this, frame));
            outbox().add(new Frame(Frame.WELCOME, Kind.BYTES, number, poolToken, poolToken.length));
            outbox().flush();
            pool.connected(this);
            boolean resuming = false;
            var spin = new BriefSpin();
            boolean open = true;
            while (open) {
                if (!spin.stays()) {
                    selector.select();
                }
                Thread.interrupted(); // left by a function that was called when a task ended
                selector.selectedKeys().clear();
                if (writeWanted) {
                    writeWanted = false;
                    resuming = true;
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                }
                if (resuming && outbox().resume()) {
                    resuming = false;
                    key.interestOps(SelectionKey.OP_READ);
                }
                open = reader.read();
                if (reader.hasReceived()) {
                    spin.event();
                }
            }
        }
    }

    private void awaitExit(Process started) {
        if (!Uninterruptibly.await(
                ended, System.nanoTime() + Timers.nanos(pool.settings().killGrace()))) {
            started.destroyForcibly();
            try {
                Uninterruptibly.get(ended);
            } catch (ExecutionException e) {
                throw new AssertionError("the end of a process failed", e);
            }
        }
    }
}

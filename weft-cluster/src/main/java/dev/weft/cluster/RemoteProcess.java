package dev.weft.cluster;

import dev.weft.process.internal.HostedProcess;
import dev.weft.process.internal.WorkerStart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A worker process on another machine, seen from the driver.
 *
 * <pre>
 *   NEW ──input closed──► WAITING for a place ──► PLACED with an agent ──► STARTED ──► ENDED
 *    └────────────────────────┴──killed, or no place in time──┴──killed, refused, or node lost──┘
 * </pre>
 *
 * <p>The {@link RemoteHost} places it and tells it what its agent says. The end is told once; whatever tells it
 * second is too late. Any thread.
 */
final class RemoteProcess extends HostedProcess {
    /** As by SIGKILL. */
    static final int KILLED = 137;

    static final int NEVER_STARTED = -1;

    private final RemoteHost host;
    private final WorkerStart start;
    private final Feed out = new Feed();
    private final Feed err = new Feed();
    private final CompletableFuture<Process> exit = new CompletableFuture<>();
    private final ByteArrayOutputStream input = new ByteArrayOutputStream() {
        @Override
        public void close() {
            host.place(RemoteProcess.this);
        }
    };

    private volatile long pid = -1;
    private volatile int code;
    private volatile @Nullable String place;
    private volatile @Nullable String lost;

    RemoteProcess(RemoteHost host, WorkerStart start) {
        this.host = host;
        this.start = start;
    }

    WorkerStart start() {
        return start;
    }

    byte[] input() {
        return input.toByteArray();
    }

    void placed(String where) {
        place = where;
    }

    void started(long number) {
        pid = number;
    }

    void out(byte[] bytes) {
        out.add(bytes);
    }

    void err(byte[] bytes) {
        err.add(bytes);
    }

    /** It has ended as processes do, and has left a mark. */
    void ended(int exitCode, byte[] mark) {
        try {
            Files.write(start.mark(), mark);
        } catch (IOException e) {
            lost("has ended with exit code " + exitCode + ", and what it had done cannot be kept here: " + e, exitCode);
            return;
        }
        end(exitCode);
    }

    /** Nobody knows what it has done. */
    void lost(String why, int exitCode) {
        if (!exit.isDone()) {
            lost = why;
        }
        end(exitCode);
    }

    private void end(int exitCode) {
        if (!exit.isDone()) {
            code = exitCode;
        }
        out.end();
        err.end();
        exit.complete(this);
    }

    @Override
    public @Nullable String place() {
        return place;
    }

    @Override
    public @Nullable String lost() {
        return lost;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public OutputStream getOutputStream() {
        return input;
    }

    @Override
    public InputStream getInputStream() {
        return out;
    }

    @Override
    public InputStream getErrorStream() {
        return err;
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return exit.copy();
    }

    @Override
    public boolean isAlive() {
        return !exit.isDone();
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            boolean _ = exit.get() != null;
        } catch (ExecutionException e) {
            throw new AssertionError("the end of a process does not fail", e);
        }
        return code;
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            return exit.get(timeout, unit) != null;
        } catch (ExecutionException e) {
            throw new AssertionError("the end of a process does not fail", e);
        } catch (TimeoutException e) {
            return false;
        }
    }

    @Override
    public int exitValue() {
        if (!exit.isDone()) {
            throw new IllegalThreadStateException("worker " + start.number() + " has not ended");
        }
        return code;
    }

    @Override
    public void destroy() {
        host.end(this, false);
    }

    @Override
    public Process destroyForcibly() {
        host.end(this, true);
        return this;
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    @Override
    public ProcessHandle toHandle() {
        throw new UnsupportedOperationException("worker " + start.number() + " runs on another machine");
    }

    @Override
    public String toString() {
        return "worker " + start.number() + (place == null ? "" : " on " + place) + (pid < 0 ? "" : ", pid " + pid);
    }
}

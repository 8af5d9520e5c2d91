package dev.weft.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/** Hands on what a worker prints to one of its streams, line by line, and keeps the last lines. A thread of its own. */
final class OutputPump implements Runnable {
    private static final int KEPT = 20;
    private static final int LONGEST = 8192;

    private final Process process;
    private final InputStream source;
    private final WorkerOutput.Stream stream;
    private final WorkerOutput output;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@code lock}. */
    private final ArrayDeque<String> last = new ArrayDeque<>(KEPT);

    private OutputPump(Process process, InputStream source, WorkerOutput.Stream stream, WorkerOutput output) {
        this.process = process;
        this.source = source;
        this.stream = stream;
        this.output = output;
    }

    static OutputPump start(Process process, WorkerOutput.Stream stream, WorkerOutput output) {
        boolean out = stream == WorkerOutput.Stream.OUT;
        var pump = new OutputPump(process, out ? process.getInputStream() : process.getErrorStream(), stream, output);
        Thread.ofPlatform()
                .daemon()
                .name("weft-process-worker-" + (process.pid() < 0 ? "elsewhere" : process.pid())
                        + (out ? "-out" : "-err"))
                .start(pump);
        return pump;
    }

    /** {@return a future that ends when everything has been handed on} */
    CompletableFuture<Void> ended() {
        return ended;
    }

    List<String> lastLines() {
        lock.lock();
        try {
            return List.copyOf(last);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        try (var reader = new BufferedReader(new InputStreamReader(source, StandardCharsets.UTF_8))) {
            var line = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (c == '\n') {
                    emit(line);
                } else {
                    line.append((char) c);
                    if (line.length() == LONGEST) {
                        emit(line);
                    }
                }
            }
            if (!line.isEmpty()) {
                emit(line);
            }
        } catch (IOException e) {
            // The process was killed while its pipe was read: there is no more.
            ended.complete(null);
        } finally {
            ended.complete(null);
        }
    }

    private void emit(StringBuilder text) {
        int end = text.length() > 0 && text.charAt(text.length() - 1) == '\r' ? text.length() - 1 : text.length();
        String line = text.substring(0, end);
        text.setLength(0);
        lock.lock();
        try {
            if (last.size() == KEPT) {
                last.removeFirst();
            }
            last.addLast(line);
        } finally {
            lock.unlock();
        }
        try {
            output.line(process.pid(), stream, line);
        } catch (Throwable e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }
}

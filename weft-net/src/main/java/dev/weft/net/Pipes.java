package dev.weft.net;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.loop.kernel.Waiter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Pipes to and from a process as streams. The system's calls block, so that a thread beside the loop makes them: one
 * for each pipe that is read, one for each write that is under way.
 */
final class Pipes {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("weft-pipe-", 1).factory());

    private static final int CHUNK = 32 * 1024;

    private Pipes() {}

    /** What a process writes. */
    static final class Reader implements ReadStream, Input.Source {
        /** How many chunks may be on their way from the thread to the loop. */
        private static final int CREDITS = 2;

        private final LoopCore loop;
        private final InputStream pipe;
        private final String name;
        private final Input input = new Input(this, true);
        private final Semaphore credits = new Semaphore(CREDITS);
        private boolean paused;
        private int owed;
        private boolean closed;

        Reader(LoopCore loop, InputStream pipe, String name) {
            this.loop = loop;
            this.pipe = pipe;
            this.name = name;
            THREADS.execute(this::pump);
        }

        /** On a thread of its own, until the pipe ends. */
        private void pump() {
            byte[] chunk = new byte[CHUNK];
            try {
                while (true) {
                    credits.acquire();
                    int count = pipe.read(chunk, 0, chunk.length);
                    if (count < 0) {
                        loop.callSoon(input::end);
                        return;
                    }
                    byte[] bytes = Arrays.copyOf(chunk, count);
                    loop.callSoon(() -> arrive(bytes));
                }
            } catch (IOException | InterruptedException _) {
                loop.callSoon(input::end); // closed on this side
            }
        }

        private void arrive(byte[] bytes) {
            input.add(bytes, 0, bytes.length);
            if (paused) {
                owed++;
            } else {
                credits.release();
            }
        }

        @Override
        public void pause() {
            paused = true;
        }

        @Override
        public void resume() {
            paused = false;
            credits.release(owed);
            owed = 0;
        }

        @Override
        public IOException problem(Throwable cause) {
            return Input.closed(name);
        }

        private void onLoop() {
            requireLoop(loop, name);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            onLoop();
            return input.read(into, offset, length);
        }

        @Override
        public byte[] read(int most) throws IOException {
            onLoop();
            return input.read(most);
        }

        @Override
        public byte[] readExactly(int count) throws IOException {
            onLoop();
            return input.readExactly(count);
        }

        @Override
        public byte[] readUntil(List<byte[]> separators, int limit) throws IOException {
            onLoop();
            return input.readUntil(separators, limit);
        }

        @Override
        public @Nullable String readLine(int limit) throws IOException {
            onLoop();
            return input.readLine(limit);
        }

        @Override
        public byte[] readAll(int limit) throws IOException {
            onLoop();
            return input.readAll(limit);
        }

        @Override
        public void close() {
            onLoop();
            if (!closed) {
                closed = true;
                input.fail(new ClosedHere());
                input.discard();
                THREADS.execute(() -> closeQuietly(pipe)); // it may wait for a read that is under way
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** What a process reads. */
    static final class Writer implements WriteStream, Output.Sink {
        private final LoopCore loop;
        private final OutputStream pipe;
        private final String name;
        private final Output output = new Output(this, true);
        private boolean writing;
        private boolean closed;

        Writer(LoopCore loop, OutputStream pipe, String name) {
            this.loop = loop;
            this.pipe = pipe;
            this.name = name;
        }

        @Override
        public void wanted() {
            if (!writing) {
                send();
            }
        }

        private void send() {
            byte[] bytes = Arrays.copyOf(output.staged(), output.stagedBytes());
            output.fetched();
            writing = true;
            THREADS.execute(() -> {
                try {
                    pipe.write(bytes, 0, bytes.length);
                    pipe.flush();
                    loop.callSoon(() -> sent(bytes.length));
                } catch (IOException e) {
                    loop.callSoon(() -> output.fail(e));
                }
            });
        }

        private void sent(int count) {
            writing = false;
            output.sent(count);
            if (output.stagedBytes() > 0) {
                send();
            }
        }

        @Override
        public IOException problem(Throwable cause) {
            if (cause instanceof ClosedHere) {
                return Input.closed(name);
            }
            var broken = new SocketException(name + " is broken: " + Wire.reason(cause));
            broken.initCause(cause);
            return broken;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            requireLoop(loop, name);
            output.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            requireLoop(loop, name);
            output.flush();
        }

        @Override
        public long written() {
            return output.accepted();
        }

        @Override
        public void close() throws IOException {
            requireLoop(loop, name);
            if (closed) {
                return;
            }
            closed = true;
            boolean lost;
            try {
                output.awaitSent(Waiter.current(), Long.MAX_VALUE);
                lost = output.untold();
            } catch (Cancelled e) {
                drop();
                throw e;
            }
            drop();
            if (lost) {
                throw new SocketException("the last " + output.unsent() + " bytes for " + name + " were not read");
            }
        }

        /** Closes without waiting. */
        void drop() {
            closed = true;
            output.fail(new ClosedHere());
            THREADS.execute(() -> closeQuietly(pipe));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static void requireLoop(LoopCore loop, String name) {
        if (!loop.isCurrent()) {
            throw new IllegalStateException(name + " is for coroutines of loop '" + loop.name()
                    + "', and was used by thread '" + Thread.currentThread().getName() + "'");
        }
    }

    private static void closeQuietly(AutoCloseable pipe) {
        try {
            pipe.close();
        } catch (Exception _) {
            // The process is gone.
        }
    }
}

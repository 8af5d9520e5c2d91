package dev.weft.process;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A worker's end of the connection. A thread of its own reads; when the stream ends, the pool is gone or wants no more,
 * and that thread halts the JVM at once, whatever else runs in it.
 *
 * <p>The channel does not block, because one that does would be closed by an interrupt of a thread that is writing, and
 * the thread that writes results is the one that runs the user's code. Where the pool does not read fast enough, the
 * writer waits with a selector.
 *
 * <p>{@code send} may be called by any thread; frames go out whole.
 */
final class PoolLink implements Runnable {
    /** How a worker ends that has lost its pool; nobody sees it. */
    private static final int POOL_GONE = 91;

    private static final int BROKEN = 92;
    /** How long the user's shutdown hooks may take where nobody is left to kill this process. */
    private static final int LAST_HOOK_MILLIS = 10_000;

    /** How long the end of an element may wait for the other elements of its batch. */
    private static final int FLUSH_MILLIS = 5;

    private final SocketChannel channel;
    private final Selector readable;
    private final FrameReader reader;
    /** The reading thread only. */
    private final BriefSpin spin = new BriefSpin();

    private final ReentrantLock sending = new ReentrantLock();
    /** Guarded by {@code sending}. */
    private final FrameWriter writer = new FrameWriter();
    /** Guarded by {@code sending}. */
    private final ArrayDeque<Frame> one = new ArrayDeque<>(1);

    private final CountDownLatch left = new CountDownLatch(1);
    private volatile boolean leaving;

    private final WorkerTasks tasks;
    private final byte[] poolToken;
    private final CountDownLatch welcomed = new CountDownLatch(1);

    PoolLink(SocketChannel channel, byte[] poolToken, WorkerTasks tasks) throws IOException {
        this.channel = channel;
        this.poolToken = poolToken;
        this.tasks = tasks;
        channel.configureBlocking(false);
        readable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
        reader = new FrameReader(channel, false, Encoder.MOST_BYTES, new FrameReader.Sink() {
            @Override
            public void accept(Frame frame) throws IOException {
                if (welcomed.getCount() == 0) {
                    tasks.accept(frame, PoolLink.this);
                } else {
                    checkWelcome(frame);
                    welcomed.countDown();
                }
            }
        });
    }

    void start() {
        Thread thread = new Thread(null, this, "weft-pool-link", 0, false);
        thread.setDaemon(true);
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.start();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        null,
                        new Runnable() {
                            @Override
                            public void run() {
                                leave();
                            }
                        },
                        "weft-pool-link-end",
                        0,
                        false));
    }

    private void checkWelcome(Frame frame) throws ProtocolException {
        // Compared here and not by MessageDigest, whose class is not needed for anything else.
        int difference = frame.type() ^ Frame.WELCOME;
        if (frame.length() == poolToken.length) {
            for (int i = 0; i < poolToken.length; i++) {
                difference |= frame.body()[i] ^ poolToken[i];
            }
        } else {
            difference = -1;
        }
        if (difference != 0) {
            throw new ProtocolException("what this worker is connected to is not its pool");
        }
    }

    /** Waits until the pool has shown that it is the one that started this worker. */
    void awaitWelcome() throws InterruptedException {
        welcomed.await();
    }

    /** Lets the thread go that is in a system call: it would hold up the end of the JVM for 300 ms. */
    private void leave() {
        leaving = true;
        readable.wakeup();
        try {
            boolean _ = left.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Sends one frame; returns when it has been handed to the system.
     *
     * @throws IOException if the connection is lost; the reading thread is about to halt the JVM
     */
    void send(Frame frame) throws IOException {
        sending.lock();
        try {
            one.add(frame);
            if (!writer.write(one, channel)) {
                sendTheRest();
            }
        } finally {
            sending.unlock();
        }
    }

    private void sendTheRest() throws IOException {
        boolean interrupted = false;
        try (Selector writable = Selector.open()) {
            channel.register(writable, SelectionKey.OP_WRITE);
            do {
                writable.select();
                interrupted |= Thread.interrupted(); // an interrupt would keep the selector from waiting
                writable.selectedKeys().clear();
            } while (!writer.write(one, channel));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean receive() throws IOException {
        boolean open = reader.read();
        if (reader.hasReceived()) {
            spin.event();
        }
        return open;
    }

    @Override
    public void run() {
        int status = BROKEN;
        try {
            do {
                if (tasks.hasBatches()) {
                    readable.select(FLUSH_MILLIS);
                    tasks.flush(this);
                } else if (!spin.stays()) {
                    readable.select();
                }
                readable.selectedKeys().clear();
                if (leaving) {
                    left.countDown();
                    Thread.sleep(LAST_HOOK_MILLIS);
                }
            } while (receive());
            status = POOL_GONE;
        } catch (IOException | InterruptedException e) {
            status = POOL_GONE;
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }
}

package dev.weft.cluster.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One end of a stream of bytes between a worker and its pool: what comes from a socket goes into messages, and the
 * other way round. Nothing is read of it.
 *
 * <p>At most {@link #WINDOW} bytes are on their way in one direction: the other end tells how many it has handed on,
 * and until then no more are taken from the socket, so that a slow
 * reader holds up the writer and nobody's memory fills.
 *
 * <p>Two virtual threads of its own read and write. The other methods do not wait and may be called by any thread;
 * {@code data} by one at a time.
 */
public final class Relay {
    /** How many bytes may be on their way. */
    private static final int WINDOW = 8 << 20;

    /** After how many bytes the other end is told that they have been handed on. */
    private static final int TELL = 1 << 20;

    private static final int PIECE = 256 << 10;
    private static final byte[] END = new byte[0];

    /** Where messages go. */
    public interface Peer {
        /**
         * Sends a message to the other end.
         *
         * @param message the message
         */
        void send(Message message);
    }

    private final int worker;
    private final SocketChannel channel;
    private final Peer peer;
    private final LinkedBlockingQueue<byte[]> incoming = new LinkedBlockingQueue<>();
    private final CountDownLatch readAll = new CountDownLatch(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    /** Guarded by {@code lock}: bytes that the other end has not handed on. */
    private int underWay;
    /** Guarded by {@code lock}. */
    private boolean closed;

    /**
     * Makes a relay; {@link #start} sets it going.
     *
     * @param worker the number of the worker
     * @param channel the socket, which blocks; it belongs to the relay
     * @param peer the other end
     */
    public Relay(int worker, SocketChannel channel, Peer peer) {
        this.worker = worker;
        this.channel = channel;
        this.peer = peer;
    }

    /** Begins to read and write. */
    public void start() {
        Thread.ofVirtual().name("weft-relay-" + worker + "-in").start(this::read);
        Thread.ofVirtual().name("weft-relay-" + worker + "-out").start(this::write);
    }

    /**
     * Takes bytes that the other end has sent.
     *
     * @param bytes the bytes
     */
    public void data(byte[] bytes) {
        if (bytes.length > 0) {
            incoming.add(bytes);
        }
    }

    /**
     * Notes that the other end has handed on bytes.
     *
     * @param bytes how many
     */
    public void taken(int bytes) {
        lock.lock();
        try {
            underWay -= bytes;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No more comes from the other end: the socket is closed once all has been written. */
    public void end() {
        incoming.add(END);
    }

    /** Closes the socket now. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        incoming.add(END);
        try {
            channel.close();
        } catch (IOException e) {
            // it is of no more use either way
        }
    }

    /**
     * Waits until all that the socket gave has been sent.
     *
     * @param millis how long at most
     * @return whether that is so
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitEnd(long millis) throws InterruptedException {
        return readAll.await(millis, TimeUnit.MILLISECONDS);
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(PIECE);
        try {
            while (reserve() && channel.read(buffer.clear()) >= 0) {
                byte[] piece = new byte[buffer.position()];
                buffer.get(0, piece);
                send(piece);
            }
        } catch (IOException e) {
            // as good as the end
        } finally {
            peer.send(Message.of(Message.Verb.CLOSED, worker));
            readAll.countDown();
        }
    }

    private void send(byte[] piece) {
        lock.lock();
        try {
            underWay += piece.length;
        } finally {
            lock.unlock();
        }
        peer.send(Message.of(Message.Verb.DATA, worker, piece));
    }

    /** {@return whether a piece may be sent, which it waits for; false if this was closed} */
    private boolean reserve() {
        lock.lock();
        try {
            while (!closed && underWay > WINDOW - PIECE) {
                room.awaitUninterruptibly();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        int untold = 0;
        try {
            while (true) {
                byte[] bytes = next();
                if (bytes == null || bytes.length == 0) {
                    break;
                }
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                untold += bytes.length;
                if (untold >= TELL) {
                    int told = untold;
                    untold = 0;
                    peer.send(Message.of(Message.Verb.TAKEN, worker, Message.bytes(out -> out.writeInt(told))));
                }
            }
        } catch (IOException e) {
            // nobody reads any more
        } finally {
            close();
        }
    }

    private byte @Nullable [] next() {
        try {
            return incoming.take();
        } catch (InterruptedException e) {
            return null; // nobody has this thread to interrupt it
        }
    }
}

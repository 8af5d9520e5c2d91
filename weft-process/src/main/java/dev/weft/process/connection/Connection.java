package dev.weft.process.connection;

import static java.util.Objects.checkFromIndexSize;

import dev.weft.Cancelled;
import dev.weft.process.TransferException;
import dev.weft.process.internal.ProcessSupport;
import dev.weft.process.internal.Transfer;
import dev.weft.process.internal.ValueCodec;
import dev.weft.sync.Semaphore;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamException;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a stream of messages between two processes: of a {@link Pipe}, or made by a {@link Client} and a
 * {@link Listener}.
 *
 * <pre>{@code
 * connection.send(new Order(7, "paper"));
 * Answer answer = (Answer) connection.receive();
 * }</pre>
 *
 * <p><b>Messages</b> arrive whole, once and in order. A message is a value, or an array of bytes. Values may be made of
 * values and collections of the JDK, of arrays, enums, records and exceptions, of classes of which an object was sent
 * by this end, and of what this end {@linkplain #allow allows}; anything else is refused when it is received, and the
 * connection goes on. Code (lambdas) is never taken.
 *
 * <p><b>Threads.</b> Calls that wait suspend a coroutine and block any other thread. Messages of several senders go out
 * one after the other, whole. There is one reader at a time: a second {@code receive} or {@code poll} is refused with
 * an {@link IllegalStateException}, since which of them would get a message were chance. What happened before a message
 * was sent happens-before it has been received only as far as it is in the message.
 *
 * <p><b>Cancelling</b> a receive (or interrupting its thread) loses nothing: what had arrived of a message stays for
 * the next one. A cancelled send has sent nothing, or, if a part had gone, the rest is sent in the background, so that
 * the stream stays whole.
 *
 * <p><b>Sending a connection.</b> A connection can be given to another process, as what a job captures or as a message,
 * and is used there from then on. Here it ends when the other process first uses it; until then closing it here does
 * not end it for the other (for a minute, or until the process ends that it was started with). The other side of a
 * {@link Pipe} is then connected to that process directly. Any other connection, and one that was in use, goes on
 * through this process and ends with it.
 *
 * <p><b>The end.</b> When the other side closes, or its process ends in whichever way, messages that it sent before are
 * still received; then {@code receive} throws {@link EndOfConnectionException}.
 *
 * <h2>Inside</h2>
 *
 * <pre>
 *   unbound (no wire yet) ──► bound ──► CLOSED here
 *        └──────────────────────┴─────► SENT: another process has taken it
 * </pre>
 *
 * <p>{@code state}, {@code wire}, {@code binding} and {@code offer} are guarded by the lock of the source, which the
 * two ends of a pipe share; the reader by {@code reading}; {@code outgoing} by {@code sending} once there is a wire,
 * and by the lock before.
 */
public final class Connection implements Waitable, AutoCloseable, Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    static {
        Transfer.portable(Connection.class);
    }

    /** Messages up to here are copied so that they go out with one system call. */
    private static final int COPIED = 1 << 16;

    private enum State {
        OPEN,
        CLOSED,
        SENT
    }

    private final transient Source source;
    private final transient String name;
    private final transient Terms terms;
    private final transient List<String> allowed = new CopyOnWriteArrayList<>();
    private final transient ValueCodec codec = ProcessSupport.get().codec(allowed);

    private final transient Semaphore reading = new Semaphore(1);
    private final transient MessageReader in = new MessageReader();
    /** Why it cannot be read any more; the reader. */
    private transient @Nullable ConnectionException broken;

    private final transient Semaphore sending = new Semaphore(1);
    private final transient ArrayDeque<ByteBuffer> outgoing = new ArrayDeque<>();

    private transient volatile State state = State.OPEN;
    private transient volatile @Nullable Wire wire;
    /** Whether a thread of ours sends, which closes the wire if it finds this end closed. */
    private transient volatile boolean inBackground;

    private transient @Nullable Readiness binding;
    private transient @Nullable Offer offer;

    /**
     * What an end may do.
     *
     * @param reads whether it can receive
     * @param writes whether it can send
     * @param longest the most bytes in a message, both ways
     */
    record Terms(boolean reads, boolean writes, int longest) implements Serializable {}

    Connection(String name, Terms terms, Source source) {
        this.name = name;
        this.terms = terms;
        this.source = source;
    }

    /**
     * Allows more classes in what is received here. A peer that has been taken over could send any allowed class, so
     * allow data, and no class that acts when it is read.
     *
     * @param classes names of classes ({@code com.acme.Report}), of all classes of a package ({@code com.acme.*}), or
     *     of a package and those below ({@code com.acme.**})
     * @return this
     * @throws IllegalArgumentException if a name is malformed
     */
    public Connection allow(String... classes) {
        for (String pattern : classes) {
            allowed.add(ProcessSupport.get().checkedPattern(pattern));
        }
        return this;
    }

    /**
     * Sends a value; returns when the system has taken it, which waits while the other side does not read.
     *
     * @param value the value, copied now
     * @throws TransferException if it cannot be serialized or is too long; nothing was sent, and the connection goes on
     * @throws EndOfConnectionException if the other side has closed, or its process has ended
     * @throws IllegalStateException if this end only receives, is closed, or was sent to another process
     * @throws Cancelled if the caller is cancelled, or its thread interrupted
     */
    public void send(@Nullable Object value) {
        checkDirection(terms.writes(), "sent through");
        ValueCodec.Message message = codec.encode(value, longestOut());
        transmit(ByteBuffer.wrap(message.bytes(), 0, message.length()), null);
    }

    private int longestOut() {
        return (int) Math.min(Integer.MAX_VALUE, (long) terms.longest() + ValueCodec.HEADER);
    }

    /**
     * Sends bytes, as {@link #send}.
     *
     * @param bytes the bytes; not to be changed before this returns
     */
    public void sendBytes(byte[] bytes) {
        sendBytes(bytes, 0, bytes.length);
    }

    /**
     * Sends a part of an array, as {@link #send}.
     *
     * @param bytes the array; not to be changed before this returns
     * @param offset where the part begins
     * @param length how many bytes it has
     * @throws IndexOutOfBoundsException if the part is not within the array
     */
    public void sendBytes(byte[] bytes, int offset, int length) {
        checkFromIndexSize(offset, length, bytes.length);
        checkDirection(terms.writes(), "sent through");
        if (length > terms.longest()) {
            throw new TransferException(
                    "a message of " + length + " bytes cannot be sent: this connection takes at most " + terms.longest()
                            + "; send it in parts, or allow more with longestMessage",
                    null);
        }
        boolean copied = length <= COPIED;
        ByteBuffer head = ByteBuffer.allocate(ValueCodec.HEADER + (copied ? length : 0))
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(ValueCodec.BYTES)
                .putInt(length);
        if (copied) {
            transmit(head.put(bytes, offset, length).flip(), null);
        } else {
            transmit(head.flip(), ByteBuffer.wrap(bytes, offset, length));
        }
    }

    private void transmit(ByteBuffer first, @Nullable ByteBuffer second) {
        sending.acquire();
        boolean mine = true;
        try {
            Wire to = wire;
            if (to == null) {
                if (second == null && source.keep(this, first)) {
                    return;
                }
                to = awaitWire(Deadlines.NEVER);
            }
            flush(to); // what was kept before, or the rest of a message whose sender was cancelled
            int whole = first.remaining();
            outgoing.add(first);
            if (second != null) {
                outgoing.add(second);
            }
            try {
                flush(to);
            } catch (Cancelled e) {
                if (first.remaining() == whole) {
                    outgoing.clear();
                } else {
                    mine = false;
                    finishInBackground(to);
                }
                throw e;
            }
        } catch (IOException e) {
            throw ended(e);
        } finally {
            if (mine) {
                sending.release();
            }
        }
    }

    private void flush(Wire to) throws IOException {
        for (ByteBuffer next = outgoing.peek(); next != null; next = outgoing.peek()) {
            to.write(next);
            if (next.hasRemaining()) {
                checkOpen();
                to.awaitWriting(Deadlines.NEVER);
            } else {
                outgoing.remove();
            }
        }
    }

    /** Has the rest of a message go out, by a thread that then gives the turn back. */
    private void finishInBackground(Wire to) {
        var rest = new ArrayDeque<ByteBuffer>();
        for (ByteBuffer left : outgoing) { // their owner may change the arrays from now on
            rest.add(ByteBuffer.allocate(left.remaining()).put(left).flip());
        }
        outgoing.clear();
        outgoing.addAll(rest);
        inBackground = true;
        Thread.ofVirtual().name("weft-process-send").start(() -> sendRest(to));
    }

    /**
     * Receives the next message, and waits for it.
     *
     * @return its value; an array of bytes if it was sent as that
     * @throws EndOfConnectionException if the other side has closed, or its process has ended, and all that it sent has
     *     been received
     * @throws ConnectionException if what arrives is no message, is too long, or ends in the middle; the connection is
     *     closed
     * @throws TransferException if the message has a class that is not here or not allowed; it is gone, and the
     *     connection goes on
     * @throws IllegalStateException if this end only sends, is closed, was sent to another process, or somebody else
     *     receives
     * @throws Cancelled if the caller is cancelled, or its thread interrupted
     */
    public @Nullable Object receive() {
        MessageReader.Received message = takeMessage(false);
        return codec.decode(message.kind(), message.body());
    }

    /**
     * Receives the next message, as {@link #receive()}, as a value of a type.
     *
     * @param type the type
     * @param <T> the type
     * @return the value
     * @throws TransferException also if the value is null or of another type; the message is gone
     */
    public <T> T receive(Class<T> type) {
        Object value = receive();
        if (!type.isInstance(value)) {
            throw new TransferException(
                    "expected a message of type " + type.getName() + " and received "
                            + (value == null ? "null" : "a " + value.getClass().getName()),
                    null);
        }
        return type.cast(value);
    }

    /**
     * Receives a message that was sent as bytes, as {@link #receive()}.
     *
     * @return the bytes
     * @throws TransferException if it is another value; it stays for {@link #receive()}
     */
    public byte[] receiveBytes() {
        return takeMessage(true).body();
    }

    /**
     * Receives a message that was sent as bytes and is not longer than expected, as {@link #receiveBytes()}.
     *
     * @param most the most bytes that the caller takes
     * @return the bytes
     * @throws MessageTooLongException if it is longer; the message is in the exception, and the connection goes on
     */
    public byte[] receiveBytes(int most) {
        byte[] bytes = receiveBytes();
        if (bytes.length > most) {
            throw new MessageTooLongException(
                    "expected a message of at most " + most + " bytes and received one of " + bytes.length, bytes);
        }
        return bytes;
    }

    private MessageReader.Received takeMessage(boolean bytes) {
        takeTurn();
        try {
            boolean _ = fill(Deadlines.NEVER);
            ConnectionException end = broken;
            if (end != null) {
                throw end;
            }
            byte kind = in.peek().kind();
            if (bytes && kind != ValueCodec.BYTES) {
                throw new TransferException(
                        "expected a message of bytes, and the next one is another value: receive() takes it", null);
            }
            return in.take();
        } finally {
            reading.release();
        }
    }

    /**
     * {@return whether {@link #receive()} would not wait: a message is there, or the connection has ended}
     */
    public boolean poll() {
        return poll(Duration.ZERO);
    }

    /**
     * Waits until {@link #receive()} would not wait: a message is there, or the connection has ended. Nothing is taken.
     *
     * @param timeout how long at most
     * @return false if the time is over first
     * @throws IllegalStateException as {@link #receive()}
     * @throws Cancelled if the caller is cancelled, or its thread interrupted
     */
    public boolean poll(Duration timeout) {
        takeTurn();
        try {
            return fill(Deadlines.in(timeout));
        } finally {
            reading.release();
        }
    }

    /** Becomes the one reader. */
    void takeTurn() {
        checkDirection(terms.reads(), "received from");
        checkOpen();
        if (!reading.tryAcquire()) {
            throw new IllegalStateException(
                    this
                            + " has a reader that waits: one may receive, poll or wait at a time; let one thread or task receive and hand messages on");
        }
    }

    /** Is the reader no more. */
    void leaveTurn() {
        reading.release();
    }

    /** Reads until a message is there, or why there is none any more; false if the time is over first. The reader. */
    private boolean fill(long deadline) {
        while (!isReadyNow()) {
            var readiness = new Readiness("a message on " + name);
            if (!arm(readiness)) {
                continue;
            }
            if (!readiness.await(deadline)) {
                return isReadyNow();
            }
            checkOpen();
        }
        return true;
    }

    /** Reads as much as there is; true if a message, or the end, is there. The reader. */
    boolean isReadyNow() {
        if (broken != null) {
            return true;
        }
        Wire from = wire;
        if (from == null) {
            return false;
        }
        try {
            return switch (in.advance(from, terms.longest())) {
                case READY -> true;
                case WAIT -> false;
                case END -> {
                    broken = new EndOfConnectionException(
                            "the other side of " + this + " has closed its end, or its process has ended", null);
                    yield true;
                }
            };
        } catch (IOException e) {
            checkOpen();
            broken = ended(e);
            return true;
        } catch (ConnectionException e) {
            broken = new ConnectionException(this + ": " + e.getMessage(), e.getCause());
            from.close();
            return true;
        }
    }

    /** Has a readiness come when there may be something to read; false if there may already be. The reader. */
    boolean arm(Readiness readiness) {
        try {
            Wire from = source.wire(this, readiness);
            if (from == null) {
                return true;
            }
            boolean first = isReadyNow();
            if (!first) {
                from.armReading(readiness);
            }
            return !first;
        } catch (IOException e) {
            checkOpen();
            broken = ended(e);
            return false;
        }
    }

    private Wire awaitWire(long deadline) throws IOException {
        while (true) {
            checkOpen();
            var again = new Readiness("the other side of " + name);
            Wire made = source.wire(this, again);
            if (made != null) {
                return made;
            }
            again.await(deadline);
        }
    }

    private ConnectionException ended(IOException e) {
        checkOpen();
        return e.getCause() instanceof ConnectionException already
                ? already
                : new EndOfConnectionException(
                        "the other side of " + this + " has closed its end, or its process has ended (" + e.getMessage()
                                + ")",
                        e);
    }

    private void checkDirection(boolean can, String what) {
        if (!can) {
            throw new IllegalStateException(this + " is the other end of a one-way pipe: nothing can be " + what
                    + " it. Use the other end, or Pipe.open() for both ways");
        }
    }

    void checkOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException(this
                    + (state == State.SENT
                            ? " was sent to another process, which uses it now: it cannot be used here any more"
                            : " is closed"));
        }
    }

    /**
     * {@return whether this end has neither been closed here nor taken by another process}
     */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    /**
     * Closes this end; whoever waits for it here is told, and the other side finds the end when it has read what was
     * sent. Idempotent.
     */
    @Override
    public void close() {
        source.lock().lock();
        try {
            if (state != State.OPEN) {
                return;
            }
            state = State.CLOSED;
            Readiness wait = binding;
            if (wait != null) {
                wait.come();
            }
            Wire bound = wire;
            if (bound == null) {
                source.closedUnbound(this);
                return;
            }
            Offer offered = offer;
            if (offered != null) {
                offered.lastUntilTaken();
            } else if (!inBackground) {
                bound.close();
            }
        } finally {
            source.lock().unlock();
        }
    }

    // What follows is for sources and offers, with the lock of the source held.

    @Nullable
    Wire boundWire() {
        return wire;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    @Nullable
    Offer offer() {
        return offer;
    }

    void offer(@Nullable Offer made) {
        offer = made;
    }

    Terms terms() {
        return terms;
    }

    String name() {
        return name;
    }

    /** Has a readiness come when there is a wire, or never will be. */
    void whenBound(Readiness readiness) {
        binding = readiness;
    }

    void lookAgain() {
        Readiness wait = binding;
        if (wait != null) {
            wait.come();
        }
    }

    void keepMessage(ByteBuffer message) {
        outgoing.add(message);
    }

    /** {@return how many bytes are kept; only while there is no wire} */
    long kept() {
        return outgoing.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    /** Gives this end its wire. What was kept goes out in the background. */
    void bind(Wire made) {
        boolean some = kept() > 0;
        wire = made;
        lookAgain();
        if (some) {
            inBackground = true;
            Thread.ofVirtual().name("weft-process-send").start(() -> sendKept(made));
        } else if (state == State.CLOSED && offer == null) {
            made.close();
        }
    }

    private void sendKept(Wire to) {
        sending.acquire();
        sendRest(to);
    }

    /** Sends what is there, also if this end has been closed since, and gives the turn back. */
    private void sendRest(Wire to) {
        try {
            for (ByteBuffer next = outgoing.peek(); next != null; next = outgoing.peek()) {
                to.write(next);
                if (next.hasRemaining()) {
                    to.awaitWriting(Deadlines.NEVER);
                } else {
                    outgoing.remove();
                }
            }
        } catch (IOException e) {
            outgoing.clear(); // the other side is gone: the next who sends or receives is told
        } finally {
            sending.release();
        }
        source.lock().lock();
        try {
            inBackground = false;
            if (state == State.CLOSED && offer == null) {
                to.close();
            }
        } finally {
            source.lock().unlock();
        }
    }

    /** The process that this end was sent to has come for it. */
    void handOver(Wire receiver) {
        source.lock().lock();
        try {
            state = State.SENT;
            offer = null;
            lookAgain();
            Wire bound = wire;
            if (bound == null) {
                source.handOverUnbound(this, receiver);
            } else {
                Thread.ofVirtual().name("weft-process-relay").start(() -> relay(bound, receiver));
            }
        } finally {
            source.lock().unlock();
        }
    }

    /** Nobody will come for it. */
    void abandoned() {
        source.lock().lock();
        try {
            if (offer == null) {
                return;
            }
            offer = null;
            state = State.CLOSED;
            lookAgain();
            Wire bound = wire;
            if (bound == null) {
                source.closedUnbound(this);
            } else {
                bound.close();
            }
        } finally {
            source.lock().unlock();
        }
    }

    private void relay(Wire mine, Wire receiver) {
        Relay.wake(mine);
        reading.acquire();
        sending.acquire();
        try {
            flushQuietly(mine);
            Relay.run(in.unread(), mine, receiver);
        } finally {
            sending.release();
            reading.release();
        }
    }

    private void flushQuietly(Wire to) {
        try {
            for (ByteBuffer next = outgoing.poll(); next != null; next = outgoing.poll()) {
                to.writeFully(next, Deadlines.NEVER);
            }
        } catch (IOException | TimeoutException e) {
            outgoing.clear(); // the other side is gone, which the receiver will find
        }
    }

    @Serial
    private Object writeReplace() throws ObjectStreamException {
        Transfer.require("a connection");
        source.lock().lock();
        try {
            checkOpen();
            return source.handle(this);
        } catch (IOException | IllegalStateException e) {
            var refused = new InvalidObjectException(this + " cannot be sent: " + e.getMessage());
            refused.initCause(e);
            throw refused;
        } finally {
            source.lock().unlock();
        }
    }

    @Serial
    @SuppressWarnings("UnusedVariable")
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a connection is read from its handle only");
    }

    @Override
    public String toString() {
        return "connection " + name;
    }
}

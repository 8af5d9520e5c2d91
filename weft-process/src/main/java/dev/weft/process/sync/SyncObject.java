package dev.weft.process.sync;

import dev.weft.process.shared.Block;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamException;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Something that processes use to wait for one another, found by its name.
 *
 * <p><b>Life.</b> It belongs to the process that made it, whose end takes its name away, as {@link #close} does there.
 * Those who have attached go on with it; nobody can attach any more.
 *
 * <p><b>Sending.</b> It can be captured by work for another process, given to it and returned from it. What travels is
 * the name; if that is gone when the other side reads the message, the task fails.
 *
 * <p><b>Waits.</b> Every call that waits suspends a coroutine and not its loop, is a checkpoint and ends with
 * {@link dev.weft.Cancelled} when its task is cancelled, or its thread interrupted; it has had no effect then. A limit
 * of zero or less tries once and does not wait. Those that wait in one process are served in the order of arrival, but
 * a newcomer may be faster; between processes there is no order.
 *
 * <p>All methods may be called by any coroutine or thread, and all but {@link #close} throw
 * {@link IllegalStateException} once this object is closed.
 */
public abstract sealed class SyncObject implements AutoCloseable, Serializable
        permits ProcessLock, ProcessSemaphore, ProcessEvent, ProcessBarrier, ProcessCondition, ProcessQueue {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Block block;
    private final transient Block.Kind kind;
    private final transient boolean owner;
    private transient volatile boolean closed;

    SyncObject(Block block, Block.Kind kind, boolean made) {
        this.block = block;
        this.kind = kind;
        this.owner = made;
    }

    /** What travels in place of an object. */
    private record Handle(
            Block.Kind kind,
            String name,
            @Nullable ProcessLock lock,
            @Nullable Class<?> type) implements Serializable {
        @Serial
        private Object readResolve() throws ObjectStreamException {
            try {
                Block block = Block.attach(name, kind, false);
                return switch (kind) {
                    case LOCK -> new ProcessLock(block, kind, false);
                    case REENTRANT_LOCK -> new ProcessRLock(block, false);
                    case SEMAPHORE -> new ProcessSemaphore(block, false);
                    case EVENT -> new ProcessEvent(block, false);
                    case BARRIER -> new ProcessBarrier(block, false);
                    case CONDITION -> {
                        if (lock == null) {
                            throw new InvalidObjectException("a condition was sent without its lock");
                        }
                        yield new ProcessCondition(block, false, lock);
                    }
                    case QUEUE -> {
                        if (type == null) {
                            throw new InvalidObjectException("a queue was sent without the type of its items");
                        }
                        yield new ProcessQueue<>(block, false, type);
                    }
                    default -> throw new InvalidObjectException(kind + " was sent in place of a lock or its like");
                };
            } catch (UncheckedIOException | IllegalArgumentException e) {
                var gone = new InvalidObjectException(String.valueOf(e.getMessage()));
                gone.initCause(e);
                throw gone;
            }
        }
    }

    @Serial
    final Object writeReplace() {
        return new Handle(
                kind,
                block().name(),
                this instanceof ProcessCondition condition ? condition.lock() : null,
                this instanceof ProcessQueue<?> queue ? queue.type() : null);
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("what processes wait for travels as its name");
    }

    /** {@return the block, if this is not closed} */
    final Block block() {
        if (closed) {
            throw new IllegalStateException(this + " was closed and cannot be used any more");
        }
        return block;
    }

    /** {@return the block, closed or not: for what has begun before} */
    final Block openBlock() {
        return block;
    }

    /**
     * {@return the name by which other processes of this user attach}
     */
    public final String name() {
        return block.name();
    }

    /**
     * {@return whether it was closed here}
     */
    public final boolean isClosed() {
        return closed;
    }

    /**
     * Takes the name away now: nobody can attach from here on. Any process may do so. Does nothing if it has been done.
     */
    public final void unlink() {
        block.unlink();
    }

    /**
     * Ends the use of this object; the one that made it also {@linkplain #unlink takes the name away}. What it holds
     * stays held, and who waits by it goes on waiting: release first. Does nothing the second time.
     */
    @Override
    public final void close() {
        closed = true;
        if (owner) {
            block.unlink();
        }
    }

    /** {@return the state, as text} */
    abstract String state();

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "['" + block.name() + "', " + (closed ? "closed" : state()) + "]";
    }
}

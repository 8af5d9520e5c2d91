package dev.weft.process.memory;

import dev.weft.process.shared.Block;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamException;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Something in memory that several processes have in common, found by its name.
 *
 * <p><b>Life.</b> It belongs to the process that made it: {@link #close} there takes its name away, and so does the end
 * of that process, by itself, by a signal or, as soon as another process makes something shared, by {@code kill -9}.
 * Those who have attached keep what they have until they close it; nobody can attach any more.
 *
 * <p><b>Sending.</b> An object of this kind can be captured by work for another process, given to it and returned from
 * it. What travels is the name. The other side attaches when it reads the message; if the memory is gone by then, that
 * fails, and with it the task. What came in this way is unmapped when nothing refers to it any more, so that it need
 * not be closed there.
 *
 * <p><b>Use after {@link #close}</b> throws {@link IllegalStateException}, in all threads, also through a segment or
 * buffer that was got before (but what came with a message stays usable through those).
 *
 * <p>All methods may be called by any thread.
 */
public abstract sealed class SharedObject implements AutoCloseable, Serializable
        permits SharedMemory, SharedIntArray, SharedLongArray, SharedDoubleArray, SharedLong, SharedDouble {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Block block;
    private final transient Block.Kind kind;
    private final transient boolean owner;
    private transient volatile @Nullable MemorySegment data;

    SharedObject(Block block, Block.Kind kind, boolean made) {
        this.block = block;
        this.kind = kind;
        this.owner = made;
        this.data = block.data();
    }

    /** What travels in place of an object. */
    private record Handle(Block.Kind kind, String name) implements Serializable {
        @Serial
        private Object readResolve() throws ObjectStreamException {
            Block block;
            try {
                block = Block.attach(name, kind, false);
            } catch (UncheckedIOException | IllegalArgumentException e) {
                var gone = new InvalidObjectException(String.valueOf(e.getMessage()));
                gone.initCause(e);
                throw gone;
            }
            return switch (kind) {
                case MEMORY -> new SharedMemory(block, false);
                case INT_ARRAY -> new SharedIntArray(block, false);
                case LONG_ARRAY -> new SharedLongArray(block, false);
                case DOUBLE_ARRAY -> new SharedDoubleArray(block, false);
                case LONG -> new SharedLong(block, false);
                case DOUBLE -> new SharedDouble(block, false);
                default -> throw new InvalidObjectException(kind + " was sent as memory");
            };
        }
    }

    @Serial
    final Object writeReplace() {
        data(); // what is closed here is not worth a failure elsewhere
        return new Handle(kind, block.name());
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("shared memory travels as its name");
    }

    /** {@return the data, if this is not closed} */
    final MemorySegment data() {
        MemorySegment there = data;
        if (there == null) {
            throw new IllegalStateException(this + " was closed and cannot be used any more");
        }
        return there;
    }

    /**
     * {@return the name by which other processes of this user attach}
     */
    public final String name() {
        return block.name();
    }

    /**
     * {@return whether this object made it, and closing it takes the name away}
     */
    public final boolean isOwner() {
        return owner;
    }

    /**
     * {@return whether it was closed here}
     */
    public final boolean isClosed() {
        return data == null;
    }

    /**
     * Takes the name away now: nobody can attach from here on, and the memory is freed when the last process that has
     * it closes it or ends. Any process may do so. Does nothing if it has been done.
     */
    public final void unlink() {
        block.unlink();
    }

    /**
     * Gives the memory back, as far as this object is concerned; the one that made it also
     * {@linkplain #unlink takes the name away}. Does nothing the second time.
     *
     * @throws IllegalStateException if the memory is in use by input or output at this moment; it is closed all the
     *     same, and unmapped with the last reference to it
     */
    @Override
    public final void close() {
        data = null;
        if (owner) {
            block.unlink();
        }
        block.unmap();
    }

    /** {@return how many elements, as text} */
    abstract String extent();

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "['" + block.name() + "', " + extent() + (isClosed() ? ", closed]" : "]");
    }
}

package dev.weft.process;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What has become of the elements of the batch that a worker runs, in memory that its death leaves behind: a mapped
 * file.
 *
 * <pre>
 *   offset  0  long  the task that was started last, see {@link StartMark}
 *           8  int   bytes of entries
 *          12  int   the element that runs, or NONE
 *          16  {@link BatchEntry entries}, in the order of the elements
 * </pre>
 *
 * <p>One store of eight bytes publishes the end of an element together with the start of the next: whenever the process
 * is killed, each element has either ended, with its result here, or was the one that ran, or has not started. Between
 * "has ended" and "is running" there is nothing.
 *
 * <p>The thread of the tasks writes; any thread of the worker may read what has been published. All numbers are
 * big-endian but those in entries.
 */
final class ResultBook {
    static final int BYTES = 1 << 16;
    static final int NONE = -1;
    private static final int TASK = 0;
    private static final int STATE = 8;
    private static final int ENTRIES = 16;
    private static final int ROOM = BYTES - ENTRIES;

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final ByteBuffer memory;
    /** The thread of the tasks only: bytes of entries. */
    private int used;

    ResultBook(ByteBuffer memory) {
        this.memory = memory;
    }

    void setTask(long task) {
        LONGS.setVolatile(memory, TASK, task);
    }

    /** Begins a batch: its first element is about to run. */
    void begin(long task, int element) {
        // In this order: until the number of the task is there, what comes before it concerns nobody.
        used = 0;
        publish(element);
        setTask(task);
    }

    /** {@return whether there is room for an entry} */
    boolean fits(int bytes) {
        return bytes <= ROOM - used;
    }

    /**
     * Adds the end of the element that runs and marks the next as running.
     *
     * @param next that element, or NONE
     */
    void add(byte[] entry, int length, int next) {
        memory.put(ENTRIES + used, entry, 0, length);
        used += length;
        publish(next);
    }

    /** Forgets all entries, which have been sent, and marks the next element as running, or NONE. */
    void clear(int next) {
        used = 0;
        publish(next);
    }

    /** Forgets all entries, which have been sent; the same element goes on running. */
    void clearKeepingElement() {
        clear((int) (long) LONGS.getVolatile(memory, STATE));
    }

    private void publish(int element) {
        LONGS.setVolatile(memory, STATE, ((long) used << Integer.SIZE) | (element & 0xffff_ffffL));
    }

    /** {@return how many bytes of entries are published} Any thread. */
    int published() {
        return (int) ((long) LONGS.getVolatile(memory, STATE) >>> Integer.SIZE);
    }

    /** Copies published entries. Any thread, as long as they are not {@link #clear cleared}. */
    void copy(int from, byte[] target, int offset, int length) {
        memory.get(ENTRIES + from, target, offset, length);
    }

    /** {@return what a dead process left in its file, whatever that is} */
    static StartMark.Remains read(ByteBuffer content) {
        int bytes = Math.clamp(content.getInt(STATE), 0, content.capacity() - ENTRIES);
        return new StartMark.Remains(
                content.getLong(TASK), content.getInt(STATE + Integer.BYTES), content.slice(ENTRIES, bytes));
    }
}

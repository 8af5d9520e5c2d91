package dev.weft.process.sync;

import dev.weft.loop.kernel.Waiter;
import dev.weft.process.TransferException;
import dev.weft.process.internal.ProcessSupport;
import dev.weft.process.internal.ValueCodec;
import dev.weft.process.shared.Block;
import dev.weft.process.shared.Pending;
import dev.weft.sync.ClosedException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of objects between processes, of any number of producers and consumers, none of which can wedge it by
 * dying.
 *
 * <pre>{@code
 * try (var files = ProcessQueue.create(String.class, 1000); var pool = ProcessPool.of(4)) {
 *     for (int i = 0; i < 4; i++) {
 *         pool.submit(() -> {
 *             for (String file = files.tryGet(IDLE); file != null; file = files.tryGet(IDLE)) {
 *                 index(file);
 *                 files.taskDone();
 *             }
 *             return null;
 *         });
 *     }
 *     paths.forEach(files::put);
 *     files.join();                        // all indexed, or OwnerDiedException if a worker was killed with some
 * }
 * }</pre>
 *
 * <p><b>Items</b> are encoded by {@link #put}, which fails if they cannot be, and are as they were then. They are taken
 * of the type that the queue was opened with; what they hold may be values and collections of the JDK, arrays, enums,
 * records, exceptions, and classes of the application: those with the same first two package names as the type. Null is
 * no item.
 *
 * <p><b>If a process dies</b> while it puts, that item is not there. If it dies while it takes, or before it has called
 * {@link #taskDone}, the items that it had in hand are lost: they count as done, and {@link #join} reports them.
 * Nothing else is lost, and nobody waits for the dead.
 *
 * <p><b>Order</b> is that of {@code put} for each consumer. What a process did before a {@code put} happened before
 * what another does after the {@code get} of that item.
 *
 * <p><b>Room</b> is for {@link #capacity} items that fit into 1 MiB together; a larger one is put into memory of its
 * own and counts with a few bytes.
 *
 * @param <T> the type of the items
 */
public final class ProcessQueue<T> extends SyncObject {
    @Serial
    private static final long serialVersionUID = 1;

    /** The most items. */
    public static final int MOST_ITEMS = 1 << 20;

    private static final long RING = 1 << 20;
    private static final int MOST_IN_RING = (int) (RING / 8);
    private static final int TRIES = 100;
    private static final int PUTS = 1;
    private static final int GETS = 2;

    /** What this process knows of a queue. */
    private static final class Local {
        final QueueMemory memory;

        /** Items that were taken for a coroutine that was cancelled, and for which there was no room any more. */
        final ConcurrentLinkedDeque<QueueMemory.Taken> givenBack = new ConcurrentLinkedDeque<>();

        Local(Block block) {
            memory = new QueueMemory(block);
        }
    }

    private final transient Local local;
    private final transient QueueMemory memory;
    private final transient Class<T> type;
    private final transient ValueCodec codec;

    ProcessQueue(Block block, boolean made, Class<T> type) {
        super(block, Block.Kind.QUEUE, made);
        this.local = block.local(Local.class, () -> new Local(block));
        this.memory = local.memory;
        this.type = type;
        this.codec = ProcessSupport.get().codec(List.of());
        codec.trustApplication(type);
    }

    private static Block make(@Nullable String name, int capacity) {
        if (capacity < 1 || capacity > MOST_ITEMS) {
            throw new IllegalArgumentException(
                    "a queue has room for 1 to " + MOST_ITEMS + " items, and was to have it for " + capacity);
        }
        return Block.create(
                name,
                Block.Kind.QUEUE,
                QueueMemory.bytes(capacity, RING),
                false,
                data -> QueueMemory.begin(data, capacity, RING));
    }

    /**
     * Makes an empty queue with a name of its own.
     *
     * @param type the type of the items, also if they are of sub-types
     * @param capacity how many items it has room for, 1 to {@link #MOST_ITEMS}
     * @param <T> the type of the items
     * @return the queue
     * @throws IllegalArgumentException if the number is not possible
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static <T> ProcessQueue<T> create(Class<T> type, int capacity) {
        return new ProcessQueue<>(make(null, capacity), true, type);
    }

    /**
     * Makes an empty queue with a name.
     *
     * @param type the type of the items, also if they are of sub-types
     * @param name letters, digits, {@code _} and {@code -}
     * @param capacity how many items it has room for, 1 to {@link #MOST_ITEMS}
     * @param <T> the type of the items
     * @return the queue
     * @throws IllegalArgumentException if the name or the number is not possible
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static <T> ProcessQueue<T> create(Class<T> type, String name, int capacity) {
        return new ProcessQueue<>(make(name, capacity), true, type);
    }

    /**
     * Attaches to a queue that any process of this user has made.
     *
     * @param type the type of the items
     * @param name its name
     * @param <T> the type of the items
     * @return the queue
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static <T> ProcessQueue<T> attach(Class<T> type, String name) {
        return new ProcessQueue<>(Block.attach(name, Block.Kind.QUEUE, false), false, type);
    }

    Class<T> type() {
        return type;
    }

    // ---- putting

    /**
     * Puts an item, and waits for room.
     *
     * @param item the item
     * @throws TransferException if it cannot be serialized or is too large; nothing has been put then
     * @throws ClosedException if the queue was shut down
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted, while it waits; nothing
     *     has been put then
     */
    public void put(T item) {
        put(item, null);
    }

    /**
     * Puts an item, and waits for room at most for a time.
     *
     * @param item the item
     * @param limit how long
     * @return whether it was put
     * @throws TransferException as for {@link #put(Object)}
     * @throws ClosedException as for {@link #put(Object)}
     * @throws dev.weft.Cancelled as for {@link #put(Object)}
     */
    public boolean tryPut(T item, Duration limit) {
        return put(item, limit);
    }

    /**
     * Puts an item if there is room now.
     *
     * @param item the item
     * @return whether it was put
     * @throws TransferException as for {@link #put(Object)}
     * @throws ClosedException as for {@link #put(Object)}
     */
    public boolean tryPut(T item) {
        return put(item, Duration.ZERO);
    }

    private boolean put(T item, @Nullable Duration limit) {
        block();
        Waiter self = Waiter.current();
        if (limit == null || limit.isPositive()) {
            self.checkpoint();
        }
        if (memory.isShut()) {
            throw shut("put");
        }
        if (!type.isInstance(item)) {
            throw new ClassCastException("expected an item of " + type + ", and found " + item);
        }
        ValueCodec.Message message = codec.encode(item, ProcessSupport.get().longestMessage());
        if (message.length() <= MOST_IN_RING) {
            return put(self, message.bytes(), message.length(), false, limit);
        }
        String part = memory.writePart(message.bytes(), message.length());
        byte[] name = part.getBytes(StandardCharsets.ISO_8859_1);
        boolean put = false;
        try {
            put = put(self, name, name.length, true, limit);
        } finally {
            if (!put) {
                memory.removePart(part);
            }
        }
        return put;
    }

    private boolean put(Waiter self, byte[] bytes, int length, boolean inBlock, @Nullable Duration limit) {
        var putting = new Pending(openBlock(), self) {
            @Override
            protected boolean attempt() {
                return switch (memory.put(bytes, length, inBlock)) {
                    case DONE -> true;
                    case SHUT -> throw shut("put");
                    case NO_ROOM, BUSY -> false;
                };
            }

            boolean now() {
                for (int i = 0; i < TRIES; i++) {
                    switch (memory.put(bytes, length, inBlock)) {
                        case DONE -> {
                            return true;
                        }
                        case SHUT -> throw shut("put");
                        case NO_ROOM -> {
                            return false;
                        }
                        case BUSY -> letOthersLeave(i);
                    }
                }
                return false;
            }

            @Override
            protected void inspect() {
                memory.lookForTheDead();
            }

            @Override
            protected boolean undo() {
                return false; // somebody may have it already
            }

            @Override
            protected int line() {
                return PUTS;
            }
        };
        if (limit != null && !limit.isPositive()) {
            return putting.now();
        }
        return putting.attempt() || putting.await(this, limit);
    }

    /** Another process changes the queue: gives it time, and looks whether it has died. */
    private void letOthersLeave(int tries) {
        if (tries == TRIES / 2) {
            memory.lookForTheDead();
        }
        Thread.yield();
    }

    // ---- getting

    /**
     * Takes the first item, and waits for one.
     *
     * @return the item
     * @throws TransferException if it cannot be rebuilt here, or has a class that is not taken; it has left the queue
     *     and counts as done
     * @throws ClosedException if the queue was shut down and is empty
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; nothing has been taken
     *     then
     */
    public T get() {
        T item = get(null);
        if (item == null) {
            throw new AssertionError("a wait without a limit was out of time");
        }
        return item;
    }

    /**
     * Takes the first item, and waits for one at most for a time.
     *
     * @param limit how long
     * @return the item, or null if there was none
     * @throws TransferException as for {@link #get()}
     * @throws ClosedException as for {@link #get()}
     * @throws dev.weft.Cancelled as for {@link #get()}
     */
    public @Nullable T tryGet(Duration limit) {
        return get(limit);
    }

    /**
     * Takes the first item if there is one now.
     *
     * @return the item, or null if there is none
     * @throws TransferException as for {@link #get()}
     * @throws ClosedException as for {@link #get()}
     */
    public @Nullable T tryGet() {
        return get(Duration.ZERO);
    }

    private @Nullable T get(@Nullable Duration limit) {
        block();
        Waiter self = Waiter.current();
        var taking = new Taking(self);
        if (limit != null && !limit.isPositive()) {
            return taking.now() ? decode(taking.taken) : null;
        }
        self.checkpoint();
        return taking.attempt() || taking.await(this, limit) ? decode(taking.taken) : null;
    }

    /** One that wants an item. */
    private final class Taking extends Pending {
        QueueMemory.@Nullable Taken taken;

        Taking(Waiter waiter) {
            super(openBlock(), waiter);
        }

        @Override
        protected boolean attempt() {
            return take() == null;
        }

        /** Returns null if there is an item now, and else why there is none. */
        private QueueMemory.@Nullable Taken take() {
            QueueMemory.Taken item = local.givenBack.pollFirst();
            if (item == null) {
                boolean shut = memory.isShut(); // first: what was put before that is still taken
                item = memory.take();
                if (!item.isItem()) {
                    if (shut && !item.isBusy()) {
                        throw shut("get");
                    }
                    return item;
                }
            }
            taken = item;
            return null;
        }

        boolean now() {
            for (int i = 0; i < TRIES; i++) {
                QueueMemory.Taken without = take();
                if (without == null) {
                    return true;
                }
                if (!without.isBusy()) {
                    return false;
                }
                letOthersLeave(i);
            }
            return false;
        }

        @Override
        protected void inspect() {
            memory.lookForTheDead();
        }

        @Override
        protected boolean undo() {
            QueueMemory.Taken item = taken;
            if (item != null) {
                for (int i = 0; i < TRIES; i++) {
                    if (memory.giveBack(item)) {
                        return true;
                    }
                    Thread.yield();
                }
                local.givenBack.addFirst(item); // others have put meanwhile: the next of this process gets it
            }
            return true;
        }

        @Override
        protected int line() {
            return GETS;
        }
    }

    private T decode(QueueMemory.@Nullable Taken item) {
        if (item == null) {
            throw new AssertionError("an item was taken and is not there");
        }
        boolean decoded = false;
        try {
            byte[] message = item.inBlock()
                    ? memory.readPart(new String(item.bytes(), StandardCharsets.ISO_8859_1))
                    : item.bytes();
            if (message.length < ValueCodec.HEADER) {
                throw new TransferException(
                        "an item of the queue '" + name() + "' has " + message.length + " bytes", null);
            }
            T value =
                    type.cast(codec.decode(message[0], Arrays.copyOfRange(message, ValueCodec.HEADER, message.length)));
            if (value == null) {
                throw new TransferException("an item of the queue '" + name() + "' is null", null);
            }
            decoded = true;
            return value;
        } finally {
            if (!decoded) {
                memory.done();
            }
        }
    }

    private ClosedException shut(String what) {
        return new ClosedException(what + " cannot be done any more: the queue '" + name() + "' was shut down"
                + (what.equals("get") ? " and is empty" : ""));
    }

    // ---- the work on items

    /**
     * Marks one item as done that this process has taken, for {@link #join}.
     *
     * @throws IllegalStateException if this process has no item in hand
     */
    public void taskDone() {
        block();
        if (!memory.done()) {
            throw new IllegalStateException("taskDone was called more often than get in this process, "
                    + ProcessHandle.current().pid() + ", for the queue '" + name() + "'");
        }
    }

    /**
     * Waits until all items that were put have been taken and marked done.
     *
     * @throws OwnerDiedException if processes died with items in hand, and no other call has reported those; nothing is
     *     in the queue or in hand any more then
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted
     */
    public void join() {
        join(null);
    }

    /**
     * Waits as {@link #join()}, at most for a time.
     *
     * @param limit how long
     * @return whether all is done
     * @throws OwnerDiedException as for {@link #join()}
     * @throws dev.weft.Cancelled as for {@link #join()}
     */
    public boolean tryJoin(Duration limit) {
        return join(limit);
    }

    private boolean join(@Nullable Duration limit) {
        block();
        Waiter self = Waiter.current();
        self.checkpoint();
        memory.lookForTheDead();
        if (memory.unfinished() > 0) {
            if (limit != null && !limit.isPositive()) {
                return false;
            }
            boolean done = new Pending(openBlock(), self) {
                @Override
                protected boolean attempt() {
                    return memory.unfinished() == 0;
                }

                @Override
                protected void inspect() {
                    memory.lookForTheDead();
                }

                @Override
                protected boolean undo() {
                    return true;
                }
            }.await(this, limit);
            if (!done) {
                return false;
            }
        }
        long lost = memory.reportLost();
        if (lost > 0) {
            throw new OwnerDiedException(
                    lost + " items of the queue '" + name()
                            + "' were lost with processes that died before they had marked them done, the last of them process "
                            + memory.pidOfTheDead() + "; all others are done",
                    memory.pidOfTheDead());
        }
        return true;
    }

    // ---- shutting down, looking

    /**
     * Refuses items from now on, by all processes; those that are there can be taken. Whoever waits to put, or to get
     * from the empty queue, gets {@link ClosedException}.
     */
    public void shutdown() {
        block();
        memory.shut();
    }

    /**
     * {@return whether the queue was shut down}
     */
    public boolean isShutdown() {
        block();
        return memory.isShut();
    }

    /**
     * {@return how many items are in the queue at this moment}
     */
    public int size() {
        block();
        return (int) memory.size();
    }

    /**
     * {@return how many items it has room for}
     */
    public int capacity() {
        return memory.capacity;
    }

    /**
     * {@return how many items are in the queue, or taken and not marked done}
     */
    public long unfinished() {
        block();
        return memory.unfinished();
    }

    /**
     * {@return how many items were lost with processes that died, as far as somebody has noticed who waited}
     */
    public long lost() {
        block();
        return memory.lost();
    }

    @Override
    String state() {
        return memory.size() + " of " + memory.capacity + " items, " + memory.unfinished() + " unfinished"
                + (memory.isShut() ? ", shut down" : "");
    }
}

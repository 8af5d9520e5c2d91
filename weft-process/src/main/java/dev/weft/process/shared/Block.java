package dev.weft.process.shared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file in memory that several processes have mapped: a header, and the data of whatever it is.
 *
 * <pre>
 *   0 magic:long | 8 kind:int | 16 size:long | 24 owner's token:long | 32 serial:long
 *  64 changes:int | 68 somebody waits:int | 72 somebody polls:int                       for {@link Waits}
 * 128 data
 * </pre>
 *
 * <p>It belongs to the process that made it, which removes the file at its end; that of a process that was killed is
 * removed by the next one that makes one, see {@link Blocks}. Token and serial say whether a file of the same name is
 * still the same block. The memory itself lives as long as somebody has it mapped.
 *
 * <p>The file is complete before it gets its name, and written before it is mapped: memory that the file system could
 * not provide would kill the process that touches it first.
 */
public final class Block {
    /** What a block holds; the wrong kind is refused by {@link #attach}. */
    public enum Kind {
        /** Bytes. */
        MEMORY(1, "a SharedMemory"),
        /** An array. */
        INT_ARRAY(2, "a SharedIntArray"),
        /** An array. */
        LONG_ARRAY(3, "a SharedLongArray"),
        /** An array. */
        DOUBLE_ARRAY(4, "a SharedDoubleArray"),
        /** A number. */
        LONG(5, "a SharedLong"),
        /** A number. */
        DOUBLE(6, "a SharedDouble"),
        /** A lock. */
        LOCK(7, "a ProcessLock"),
        /** A lock. */
        REENTRANT_LOCK(8, "a ProcessRLock"),
        /** A semaphore. */
        SEMAPHORE(9, "a ProcessSemaphore"),
        /** An event. */
        EVENT(10, "a ProcessEvent"),
        /** A condition. */
        CONDITION(11, "a ProcessCondition"),
        /** A barrier. */
        BARRIER(12, "a ProcessBarrier"),
        /** A queue. */
        QUEUE(13, "a ProcessQueue"),
        /** An item that was too large for its queue. */
        ITEM(14, "a large item of a ProcessQueue");

        final int code;
        final String text;

        Kind(int code, String text) {
            this.code = code;
            this.text = text;
        }

        static @Nullable Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }

    static final int HEADER = 128;
    static final long MAGIC = 0x5745_4654_424c_4b31L; // WEFTBLK1
    static final int KIND_AT = 8;
    static final int SIZE_AT = 16;
    static final int OWNER_AT = 24;
    static final int SERIAL_AT = 32;
    static final int CHANGES_AT = 64;
    static final int WAITED_AT = 68;
    static final int POLLED_AT = 72;

    private static final AtomicLong SERIALS = new AtomicLong();

    /** Blocks that are unmapped by the collector, by token and serial. */
    private static final Map<Id, WeakReference<Block>> MAPPED = new ConcurrentHashMap<>();

    /** Tells blocks of one name apart. */
    record Id(long owner, long serial) {}

    private final String name;
    private final Id id;
    private final long size;
    private final @Nullable Arena arena; // if unmap is to unmap it
    private final MemorySegment all;
    private final MemorySegment data;
    private final MemorySegment changes;
    private final AtomicReference<@Nullable Object> local = new AtomicReference<>();

    private Block(String name, Id id, long size, @Nullable Arena arena, MemorySegment all) {
        this.name = name;
        this.id = id;
        this.size = size;
        this.arena = arena;
        this.all = all;
        this.data = all.asSlice(HEADER);
        this.changes = all.asSlice(CHANGES_AT, Integer.BYTES);
    }

    /**
     * Makes a block of zeros.
     *
     * @param name its name, or null for one that is unique
     * @param kind what is in it
     * @param size how many bytes of data
     * @param closable whether {@link #unmap} will unmap it; else the collector does
     * @param begin writes what others are to find in the data
     * @return the block
     * @throws UncheckedIOException if the name is taken ({@link FileAlreadyExistsException}), or there is no room
     * @throws IllegalArgumentException if the name or the size is not possible
     */
    public static Block create(
            @Nullable String name, Kind kind, long size, boolean closable, Consumer<MemorySegment> begin) {
        if (size < 1 || size > Long.MAX_VALUE - HEADER) {
            throw new IllegalArgumentException("expected a size of at least 1 byte, and found " + size);
        }
        long serial = SERIALS.incrementAndGet();
        long token = Presence.token();
        String chosen = name == null ? "b-" + Long.toHexString(token) + "-" + serial : Blocks.checked(name);
        Block block = create(chosen, kind, size, closable, new Id(token, serial), begin);
        Blocks.own(chosen, block.id);
        if (!closable) {
            MAPPED.put(block.id, new WeakReference<>(block));
        }
        return block;
    }

    /**
     * Makes a block that is removed with another one: its name is that one's with a dot and some more.
     *
     * @param end what comes behind the dot, unique among all processes
     * @param kind what is in it
     * @param bytes how many bytes of data
     * @return the block
     * @throws UncheckedIOException if there is no room
     */
    public Block createPart(String end, Kind kind, long bytes) {
        return create(name + "." + end, kind, bytes, true, new Id(id.owner, -1), _ -> {});
    }

    private static Block create(
            String name, Kind kind, long size, boolean closable, Id id, Consumer<MemorySegment> begin) {
        Blocks.sweepNowAndThen();
        try {
            return tryToCreate(name, kind, size, closable, id, begin);
        } catch (FileAlreadyExistsException e) {
            throw new UncheckedIOException(
                    "there is something named '" + name + "' already: attach to it, or choose another name", e);
        } catch (IOException e) {
            Blocks.sweep();
            try {
                return tryToCreate(name, kind, size, closable, id, begin);
            } catch (IOException again) {
                throw new UncheckedIOException(
                        "cannot make " + size + " bytes of " + kind.text + " in " + Room.get().path + " (" + again
                                + "): make room there, or have all processes started with"
                                + " -Dweft.process.sharedMemory=<another directory>",
                        again);
            }
        }
    }

    private static Block tryToCreate(
            String name, Kind kind, long size, boolean closable, Id id, Consumer<MemorySegment> begin)
            throws IOException {
        Room room = Room.get();
        long usable = Files.getFileStore(room.path).getUsableSpace();
        if (size > usable) {
            throw new IOException("there are " + usable + " bytes left");
        }
        Path unnamed = room.path.resolve(
                Blocks.UNNAMED + Long.toHexString(Presence.token()) + "-" + SERIALS.incrementAndGet());
        try (FileChannel file = FileChannel.open(
                unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer head = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
            head.putLong(0, MAGIC)
                    .putInt(KIND_AT, kind.code)
                    .putLong(SIZE_AT, size)
                    .putLong(OWNER_AT, id.owner)
                    .putLong(SERIAL_AT, id.serial);
            write(file, head);
            fill(file, size);
            Block block = map(name, id, size, file, closable);
            try {
                begin.accept(block.data);
                VarHandle.releaseFence();
                Blocks.name(unnamed, room.path.resolve(name));
            } catch (IOException e) {
                block.unmap();
                throw e;
            }
            return block;
        } finally {
            Files.deleteIfExists(unnamed);
        }
    }

    private static void fill(FileChannel file, long size) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(size, 256 << 10));
        for (long left = size; left > 0; left -= zeros.limit()) {
            zeros.clear().limit((int) Math.min(left, zeros.capacity()));
            write(file, zeros);
        }
    }

    private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static Block map(String name, Id id, long size, FileChannel file, boolean closable) throws IOException {
        Arena arena = closable ? Arena.ofShared() : Arena.ofAuto();
        try {
            MemorySegment all = file.map(FileChannel.MapMode.READ_WRITE, 0, HEADER + size, arena);
            return new Block(name, id, size, closable ? arena : null, all);
        } catch (IOException | RuntimeException e) {
            if (closable) {
                arena.close();
            }
            throw e;
        }
    }

    /**
     * Finds a block by its name.
     *
     * @param name the name
     * @param kind what has to be in it
     * @param closable whether {@link #unmap} will unmap it; else the collector does, and all who attach in this JVM
     *     have one block
     * @return the block
     * @throws UncheckedIOException if there is none of that name ({@link NoSuchFileException}), or the process that
     *     made it has ended, or it is of another kind
     */
    public static Block attach(String name, Kind kind, boolean closable) {
        Path file = Room.get().path.resolve(Blocks.checkedPart(name));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Blocks.Head head = Blocks.read(channel);
            if (head == null || channel.size() < HEADER + head.size()) {
                throw new IOException(file + " is not a block of shared memory");
            }
            if (head.kind() != kind) {
                throw new IOException("it is " + head.kind().text + ", not " + kind.text);
            }
            if (!Presence.isAlive(head.id().owner)) {
                Blocks.remove(file, head);
                throw new NoSuchFileException(
                        file.toString(), null, "its process " + Presence.pid(head.id().owner) + " has ended");
            }
            if (closable) {
                return map(name, head.id(), head.size(), channel, true);
            }
            Block[] attached = new Block[1];
            IOException[] failed = new IOException[1];
            MAPPED.compute(head.id(), (_, before) -> {
                Block there = before == null ? null : before.get();
                try {
                    attached[0] = there == null ? map(name, head.id(), head.size(), channel, false) : there;
                } catch (IOException e) {
                    failed[0] = e;
                    return before;
                }
                return there == null ? new WeakReference<>(attached[0]) : before;
            });
            MAPPED.values().removeIf(reference -> reference.refersTo(null));
            if (failed[0] != null) {
                throw failed[0];
            }
            return attached[0];
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException(
                    "there is no " + kind.text.replaceFirst("^an? ", "") + " named '" + name
                            + "': it was closed, or the process that made it has ended"
                            + (e.getReason() == null ? "" : " (" + e.getReason() + ")")
                            + "; it lives as long as that process keeps it open",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot attach to '" + name + "': " + e.getMessage(), e);
        }
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return how many bytes of data there are} */
    public long size() {
        return size;
    }

    /** {@return the data, aligned to 128 bytes} */
    public MemorySegment data() {
        return data;
    }

    /** {@return whether this process made it} */
    public boolean isOwn() {
        return id.owner == Presence.token();
    }

    /**
     * {@return what this JVM has to remember of this block, one object for all who attached by {@link #attach} without
     * closing}
     *
     * @param make makes it the first time
     * @param type its class
     * @param <T> its class
     */
    public <T> T local(Class<T> type, Supplier<T> make) {
        Object there = local.get();
        if (there == null) {
            T made = make.get();
            there = local.compareAndExchange(null, made);
            if (there == null) {
                return made;
            }
        }
        return type.cast(there);
    }

    /**
     * Takes the name away, here and in the file system; those who have the block mapped keep it. Does nothing if
     * another has done so.
     */
    public void unlink() {
        Blocks.disown(name, id);
    }

    /**
     * Unmaps a closable block, whose segments then refuse to be used; does nothing the second time, or if the collector
     * does it.
     */
    public void unmap() {
        if (arena != null && arena.scope().isAlive()) {
            arena.close();
        }
    }

    // ---- waits

    /**
     * Says that something has changed for which others may wait. The change was made by a volatile write or a
     * compare-and-set, before.
     */
    public void changed() {
        if ((int) Words.INT.getVolatile(all, (long) WAITED_AT) != 0) {
            wake();
        }
    }

    private void wake() {
        Words.INT.setVolatile(all, (long) WAITED_AT, 0);
        Words.INT.getAndAdd(all, (long) CHANGES_AT, 1);
        Waits.wake(this);
    }

    /**
     * Has {@link #changed} tell those who wait, from now until it does so. Returns the number of changes until then;
     * what is waited for is looked at after this.
     */
    int announceWait() {
        int before = (int) Words.INT.getVolatile(all, (long) CHANGES_AT);
        Words.INT.setVolatile(all, (long) WAITED_AT, 1);
        return before;
    }

    /** {@return the word that counts changes} */
    MemorySegment changesWord() {
        return changes;
    }

    int changes() {
        return (int) Words.INT.getVolatile(all, (long) CHANGES_AT);
    }

    /** {@return whether some process cannot wake others, so that they have to look} */
    boolean isPolled() {
        return (int) Words.INT.getVolatile(all, (long) POLLED_AT) != 0;
    }

    void setPolled() {
        Words.INT.setVolatile(all, (long) POLLED_AT, 1);
    }
}

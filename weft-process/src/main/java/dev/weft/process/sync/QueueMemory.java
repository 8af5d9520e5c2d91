package dev.weft.process.sync;

import dev.weft.process.shared.Block;
import dev.weft.process.shared.Log;
import dev.weft.process.shared.Presence;
import dev.weft.process.shared.Words;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory of a {@link ProcessQueue}: what one does who holds its word, and what is read without it.
 *
 * <pre>
 *    0 word:long          0, or the token of the process that changes the queue
 *    8 taken:long         items taken so far: stored last by a take, which commits it
 *   16 put:long           items put so far: stored last by a put, which commits it
 *   24 lost:long          items in the hands of processes that have died
 *   32 reported:long      how many of them a join has reported
 *   40 dead:long          the token of the last such process
 *   48 shut:int  52 capacity:int  56 ring:long
 *   64 rows    {@link #ROWS} of token:long, in hand:long, being taken or given back:long, unused:long
 *  ... places  for each of capacity items: position:long, length:int, kind of place:int
 *  ... ring    bytes of items; position modulo ring
 * </pre>
 *
 * <p>What lies behind {@code put} does not count, so that a put that was cut short has not happened. A take first notes
 * its item in the row of its process and then commits; what it gives back is committed first and then taken out of the
 * row. If it was cut short between, the number in the row shows that.
 */
final class QueueMemory {
    /** The most processes that can have items in hand at the same time. */
    static final int ROWS = 256;

    /** Where an item is: in the ring, or in a block of its own, whose number is in the ring. */
    private static final int IN_RING = 0;

    private static final int IN_BLOCK = 1;
    private static final int NOTHING = 2;
    private static final int BUSY = 3;

    private static final long WORD = 0;
    private static final long TAKEN = 8;
    private static final long PUT = 16;
    private static final long LOST = 24;
    private static final long REPORTED = 32;
    private static final long DEAD = 40;
    private static final long SHUT = 48;
    private static final long CAPACITY = 52;
    private static final long RING = 56;
    private static final long FIRST_ROW = 64;
    private static final int ROW_BYTES = 32;
    private static final int PLACE_BYTES = 16;
    private static final long PLACES = FIRST_ROW + (long) ROWS * ROW_BYTES;
    private static final int SPINS = 100;

    private static final AtomicLong PARTS = new AtomicLong();

    private final Block block;
    private final MemorySegment data;
    final int capacity;
    final long ring;
    private final long ringStart;

    /** The row of this process, or -1; for who holds the word. */
    private volatile int row = -1;

    QueueMemory(Block block) {
        this.block = block;
        this.data = block.data();
        this.capacity = (int) Words.INT.getVolatile(data, CAPACITY);
        this.ring = get(RING);
        this.ringStart = PLACES + (long) capacity * PLACE_BYTES;
    }

    static long bytes(int capacity, long ring) {
        return PLACES + (long) capacity * PLACE_BYTES + ring;
    }

    static void begin(MemorySegment data, int capacity, long ring) {
        Words.INT.set(data, CAPACITY, capacity);
        Words.LONG.set(data, RING, ring);
    }

    private long get(long at) {
        return (long) Words.LONG.getVolatile(data, at);
    }

    private void set(long at, long value) {
        Words.LONG.setVolatile(data, at, value);
    }

    // ---- the word

    /** Takes the word; false if another thread or process has it for longer than a few moments. */
    private boolean enter() {
        for (int i = 0; i < SPINS; i++) {
            if (Words.LONG.compareAndSet(data, WORD, 0L, Presence.token())) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void leave() {
        set(WORD, 0);
        block.changed();
    }

    /** Takes back what processes held that have died. */
    void lookForTheDead() {
        long holder = get(WORD);
        if (holder != 0
                && !Presence.isAlive(holder)
                && Words.LONG.compareAndSet(data, WORD, holder, Presence.token())) {
            settle(holder);
            leave();
        }
        for (int i = 0; i < ROWS; i++) {
            long token = get(rowAt(i));
            if (token != 0 && get(rowAt(i) + 8) > 0 && !Presence.isAlive(token) && enter()) {
                settle(token);
                leave();
            }
        }
    }

    /** Counts what a dead process had in hand as lost; for who holds the word. */
    private void settle(long token) {
        for (int i = 0; i < ROWS; i++) {
            if (get(rowAt(i)) == token) {
                long inHand = get(rowAt(i) + 8);
                // A take that was cut short had noted its item and not taken it.
                long cut = inHand > 0 && get(rowAt(i) + 16) >= get(TAKEN) ? 1 : 0; // -1: nothing is being taken
                if (inHand - cut > 0) {
                    Log.info("process " + Presence.pid(token) + " died with " + (inHand - cut) + " items of the queue '"
                            + block.name() + "' that it had not marked done");
                    set(LOST, get(LOST) + inHand - cut);
                    set(DEAD, token);
                }
                set(rowAt(i) + 8, 0);
                set(rowAt(i), 0);
            }
        }
    }

    // ---- items

    private static long rowAt(int index) {
        return FIRST_ROW + (long) index * ROW_BYTES;
    }

    private long placeAt(long number) {
        return PLACES + number % capacity * PLACE_BYTES;
    }

    private long positionOf(long number) {
        return (long) Words.LONG.get(data, placeAt(number));
    }

    private int lengthOf(long number) {
        return (int) Words.INT.get(data, placeAt(number) + 8);
    }

    /** What a put came to. */
    enum Put {
        DONE,
        NO_ROOM,
        BUSY,
        SHUT
    }

    /**
     * Puts an item if there is room.
     *
     * @param item holds its bytes from the beginning
     * @param length how many
     * @param inBlock whether they are the end of the name of a block that has the item
     */
    Put put(byte[] item, int length, boolean inBlock) {
        if (isShut()) {
            return Put.SHUT;
        }
        if (get(PUT) - get(TAKEN) >= capacity) {
            return Put.NO_ROOM;
        }
        if (!enter()) {
            return Put.BUSY;
        }
        try {
            long number = get(PUT);
            long taken = get(TAKEN);
            if (isShut()) {
                return Put.SHUT;
            }
            if (number - taken >= capacity) {
                return Put.NO_ROOM;
            }
            long position = number == 0 ? 0 : positionOf(number - 1) + lengthOf(number - 1);
            long oldest = number == taken ? position : positionOf(taken);
            if (position + length - oldest > ring) {
                return Put.NO_ROOM;
            }
            copyIn(item, position, length);
            write(number, position, length, inBlock ? IN_BLOCK : IN_RING);
            set(PUT, number + 1); // the item is there
            return Put.DONE;
        } finally {
            leave();
        }
    }

    private void copyIn(byte[] item, long position, int length) {
        long start = position % ring;
        int first = (int) Math.min(length, ring - start);
        MemorySegment.copy(item, 0, data, ValueLayout.JAVA_BYTE, ringStart + start, first);
        MemorySegment.copy(item, first, data, ValueLayout.JAVA_BYTE, ringStart, length - first);
    }

    private byte[] copyOut(long number) {
        long start = positionOf(number) % ring;
        int length = lengthOf(number);
        byte[] item = new byte[length];
        int first = (int) Math.min(length, ring - start);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, ringStart + start, item, 0, first);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, ringStart, item, first, length - first);
        return item;
    }

    /**
     * What a take came to.
     *
     * @param bytes the item, the end of the name of the block that has it, or nothing
     * @param how {@link #IN_RING}, {@link #IN_BLOCK}, {@link #NOTHING} or {@link #BUSY}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Taken(byte[] bytes, int how) {
        private static final Taken NOTHING_THERE = new Taken(new byte[0], NOTHING);
        private static final Taken IS_BUSY = new Taken(new byte[0], BUSY);

        boolean isItem() {
            return how <= IN_BLOCK;
        }

        boolean isBusy() {
            return how == BUSY;
        }

        boolean inBlock() {
            return how == IN_BLOCK;
        }
    }

    /** Takes the first item if there is one. */
    Taken take() {
        if (get(PUT) == get(TAKEN)) {
            return Taken.NOTHING_THERE;
        }
        if (!enter()) {
            return Taken.IS_BUSY;
        }
        try {
            long number = get(TAKEN);
            if (number == get(PUT)) {
                return Taken.NOTHING_THERE;
            }
            var taken = new Taken(copyOut(number), (int) Words.INT.get(data, placeAt(number) + 12));
            long mine = rowAt(ownRow());
            set(mine + 16, number);
            Words.LONG.getAndAdd(data, mine + 8, 1L);
            set(TAKEN, number + 1); // the item is this process's
            set(mine + 16, -1);
            return taken;
        } finally {
            leave();
        }
    }

    /**
     * Puts an item back to where it is taken from next, out of the hand of this process; false if there is no room, or
     * the word cannot be had.
     */
    boolean giveBack(Taken item) {
        if (!enter()) {
            return false;
        }
        try {
            long taken = get(TAKEN);
            long put = get(PUT);
            int length = item.bytes.length;
            long oldest = taken == put ? positionOf(taken - 1) + lengthOf(taken - 1) : positionOf(taken);
            long end = put == taken ? oldest : positionOf(put - 1) + lengthOf(put - 1);
            if (put - taken >= capacity || end - (oldest - length) > ring || oldest < length) {
                return false;
            }
            long number = taken - 1;
            copyIn(item.bytes, oldest - length, length);
            write(number, oldest - length, length, item.how);
            long mine = rowAt(ownRow());
            set(mine + 16, number);
            set(TAKEN, number); // the item is everybody's
            Words.LONG.getAndAdd(data, mine + 8, -1L);
            set(mine + 16, -1);
            return true;
        } finally {
            leave();
        }
    }

    private void write(long number, long position, int length, int how) {
        Words.LONG.set(data, placeAt(number), position);
        Words.INT.set(data, placeAt(number) + 8, length);
        Words.INT.set(data, placeAt(number) + 12, how);
    }

    /** The row of this process; for who holds the word. */
    private int ownRow() {
        int own = row;
        long token = Presence.token();
        if (own >= 0 && get(rowAt(own)) == token) {
            return own;
        }
        for (int i = 0; i < ROWS; i++) {
            if (get(rowAt(i)) == token) {
                row = i;
                return i;
            }
        }
        for (int i = 0; i < ROWS; i++) {
            long other = get(rowAt(i));
            if (other == 0 || (get(rowAt(i) + 8) == 0 && !Presence.isAlive(other))) {
                set(rowAt(i) + 8, 0);
                set(rowAt(i) + 16, -1);
                set(rowAt(i), token);
                row = i;
                return i;
            }
        }
        throw new IllegalStateException("more than " + ROWS + " processes take from the queue '" + block.name() + "'");
    }

    /** Counts one item of this process as done; false if it has none in hand. */
    boolean done() {
        int own = row;
        if (own < 0) {
            return false;
        }
        long inHand = get(rowAt(own) + 8);
        while (inHand > 0) {
            long seen = (long) Words.LONG.compareAndExchange(data, rowAt(own) + 8, inHand, inHand - 1);
            if (seen == inHand) {
                block.changed();
                return true;
            }
            inHand = seen;
        }
        return false;
    }

    long size() {
        long taken = get(TAKEN);
        return Math.max(0, get(PUT) - taken);
    }

    long unfinished() {
        while (true) {
            long put = get(PUT);
            // First what waits, then what is in hand: an item that is taken between counts twice, never not at all.
            long unfinished = put - get(TAKEN);
            for (int i = 0; i < ROWS; i++) {
                if (get(rowAt(i)) != 0) {
                    unfinished += get(rowAt(i) + 8);
                }
            }
            if (put == get(PUT)) {
                return unfinished;
            }
        }
    }

    long lost() {
        return get(LOST);
    }

    /** {@return how many items were lost that nobody was told of, who is from now on} */
    long reportLost() {
        while (true) {
            long reported = get(REPORTED);
            long lost = get(LOST);
            if (lost <= reported) {
                return 0;
            }
            if (Words.LONG.compareAndSet(data, REPORTED, reported, lost)) {
                return lost - reported;
            }
        }
    }

    long pidOfTheDead() {
        return Presence.pid(get(DEAD));
    }

    boolean isShut() {
        return (int) Words.INT.getVolatile(data, SHUT) != 0;
    }

    void shut() {
        Words.INT.setVolatile(data, SHUT, 1);
        block.changed();
    }

    // ---- large items

    /** Puts bytes into a block of their own; returns the end of its name. */
    String writePart(byte[] item, int length) {
        String end = Long.toHexString(Presence.token()) + "-" + PARTS.incrementAndGet();
        Block part = block.createPart(end, Block.Kind.ITEM, length);
        MemorySegment.copy(item, 0, part.data(), ValueLayout.JAVA_BYTE, 0, length);
        part.unmap();
        return end;
    }

    /** Removes a block of its own. */
    void removePart(String end) {
        try {
            Block part = Block.attach(block.name() + "." + end, Block.Kind.ITEM, true);
            part.unlink();
            part.unmap();
        } catch (UncheckedIOException e) {
            Log.debug("a large item has gone already", e);
        }
    }

    /** Reads and removes a block of its own. */
    byte[] readPart(String end) {
        Block part = Block.attach(block.name() + "." + end, Block.Kind.ITEM, true);
        try {
            byte[] item = new byte[Math.toIntExact(part.size())];
            MemorySegment.copy(part.data(), ValueLayout.JAVA_BYTE, 0, item, 0, item.length);
            return item;
        } finally {
            part.unlink();
            part.unmap();
        }
    }
}

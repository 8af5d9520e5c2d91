package dev.weft.process.sync;

import dev.weft.TimedOutException;
import dev.weft.loop.kernel.Waiter;
import dev.weft.process.shared.Block;
import dev.weft.process.shared.Pending;
import dev.weft.process.shared.Presence;
import dev.weft.process.shared.Words;
import dev.weft.sync.BrokenException;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A point where a fixed number of parties, of any processes, wait for each other, again and again.
 *
 * <pre>
 *   filling ──last party arrives──► all of this generation go on; filling again, for the next one
 *      │  └───reset──► those who wait fail; filling again
 *      └──abort, a party that waits is cancelled, is out of time or dies with its process──► broken ──reset──► filling
 * </pre>
 *
 * <p>A broken barrier fails those who wait, and all who come, with {@link BrokenException} until {@link #reset}. The
 * death of a process that waits is noticed within 50 ms. Nobody notices if a process dies that has not arrived: give
 * {@link #await(Duration)} a limit. A party that is cancelled after the last one has arrived returns, since the others
 * count on it; the cancellation is raised at its next checkpoint.
 *
 * <p>What the parties did before they arrived happened before what they do afterwards.
 *
 * <h2>Inside</h2>
 *
 * <p>A word for each party, which an arrival claims with the lowest 16 bits of its generation and its token; a word of
 * an earlier generation is free. Once all are claimed, anybody may go on to the next generation, by one compare-and-set
 * of the state: {@code generation:32 | how the last 31 generations ended, 1 for those that were reset:31 | broken:1}.
 * So a process can be killed at any time, and nothing has to be counted.
 */
public final class ProcessBarrier extends SyncObject {
    @Serial
    private static final long serialVersionUID = 1;

    /** The most parties. */
    public static final int MOST_PARTIES = 1 << 12;

    private static final long STATE = 0;
    private static final long PARTIES = 8;
    private static final int WORDS = 64;
    private static final long BROKEN = 1;
    private static final int GENERATION_SHIFT = 32;
    private static final long HISTORY = 0xffff_fffeL;

    private final transient MemorySegment data;
    private final transient int parties;

    ProcessBarrier(Block block, boolean made) {
        super(block, Block.Kind.BARRIER, made);
        this.data = block.data();
        this.parties = (int) Words.INT.getVolatile(data, PARTIES);
    }

    private static ProcessBarrier make(@Nullable String name, int parties) {
        if (parties < 1 || parties > MOST_PARTIES) {
            throw new IllegalArgumentException(
                    "a barrier has 1 to " + MOST_PARTIES + " parties, and was to have " + parties);
        }
        return new ProcessBarrier(
                Block.create(name, Block.Kind.BARRIER, WORDS + (long) parties * Long.BYTES, false, data -> {
                    Words.INT.set(data, PARTIES, parties);
                    Words.LONG.set(data, STATE, 1L << GENERATION_SHIFT);
                }),
                true);
    }

    /**
     * Makes a barrier with a name of its own.
     *
     * @param parties how many wait for each other, 1 to {@link #MOST_PARTIES}
     * @return the barrier
     * @throws IllegalArgumentException if the number is not possible
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static ProcessBarrier create(int parties) {
        return make(null, parties);
    }

    /**
     * Makes a barrier with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param parties how many wait for each other, 1 to {@link #MOST_PARTIES}
     * @return the barrier
     * @throws IllegalArgumentException if the name or the number is not possible
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static ProcessBarrier create(String name, int parties) {
        return make(name, parties);
    }

    /**
     * Attaches to a barrier that any process of this user has made.
     *
     * @param name its name
     * @return the barrier
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static ProcessBarrier attach(String name) {
        return new ProcessBarrier(Block.attach(name, Block.Kind.BARRIER, false), false);
    }

    // ---- words

    private long stateWord() {
        return (long) Words.LONG.getVolatile(data, STATE);
    }

    private static int generation(long state) {
        return (int) (state >>> GENERATION_SHIFT);
    }

    private static long next(long state, boolean reset) {
        return (long) (generation(state) + 1) << GENERATION_SHIFT
                | ((((state & HISTORY) << 1) | (reset ? 2 : 0)) & HISTORY);
    }

    private boolean change(long from, long to) {
        if (!Words.LONG.compareAndSet(data, STATE, from, to)) {
            return false;
        }
        openBlock().changed();
        return true;
    }

    private static long place(int index) {
        return WORDS + (long) index * Long.BYTES;
    }

    private long placeWord(int index) {
        return (long) Words.LONG.getVolatile(data, place(index));
    }

    /**
     * How many generations a word is behind another one, as far as 16 bits say: 0 for the same, negative for one that
     * comes later.
     */
    private static int behind(int generation, long word) {
        return (short) (generation - (int) (word >>> Presence.BITS));
    }

    // ---- waiting

    /**
     * Waits until all parties have arrived.
     *
     * @return a number from 0 to one less than the parties, another one for each of a generation
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; the barrier is broken
     *     then
     * @throws BrokenException if the barrier is broken, or is broken or reset meanwhile
     */
    public int await() {
        return arrive(null);
    }

    /**
     * Waits until all parties have arrived, at most for a time.
     *
     * @param limit how long
     * @return as for {@link #await()}
     * @throws TimedOutException if the time is over; the barrier is broken then
     * @throws dev.weft.Cancelled as for {@link #await()}
     * @throws BrokenException as for {@link #await()}
     */
    public int await(Duration limit) {
        return arrive(limit);
    }

    private int arrive(@Nullable Duration limit) {
        block();
        Waiter self = Waiter.current();
        self.checkpoint();
        while (true) {
            long state = stateWord();
            if ((state & BROKEN) != 0) {
                throw broken();
            }
            int index = claim(generation(state));
            if (index >= 0) {
                return await(new Party(self, generation(state)), index, limit);
            }
            if (allHere(generation(state))) {
                change(
                        state,
                        next(state, false)); // whoever came last was killed before it could do that, or is about to
            }
        }
    }

    /** Claims a word; returns its index, or -1 if there is none for this generation. */
    private int claim(int generation) {
        long mine = (generation & 0xffffL) << Presence.BITS | Presence.token();
        for (int i = 0; i < parties; i++) {
            long word = placeWord(i);
            while (behind(generation, word) > 0) {
                long seen = (long) Words.LONG.compareAndExchange(data, place(i), word, mine);
                if (seen == word) {
                    return i;
                }
                word = seen;
            }
        }
        return -1;
    }

    private boolean allHere(int generation) {
        for (int i = 0; i < parties; i++) {
            if (behind(generation, placeWord(i)) != 0) {
                return false;
            }
        }
        return true;
    }

    private int await(Party party, int index, @Nullable Duration limit) {
        if (party.attempt()) {
            return index;
        }
        boolean arrived;
        try {
            arrived = (limit == null || limit.isPositive()) && party.await(this, limit);
        } catch (BrokenException e) {
            throw e;
        } catch (Throwable e) {
            if (party.breakUp()) {
                throw e;
            }
            return index;
        }
        if (!arrived && limit != null && party.breakUp()) {
            throw new TimedOutException("the wait for all parties of the barrier '" + name() + "'", limit);
        }
        return index;
    }

    /** One that has arrived. */
    private final class Party extends Pending {
        private final int generation;

        Party(Waiter waiter, int generation) {
            super(openBlock(), waiter);
            this.generation = generation;
        }

        @Override
        protected boolean attempt() {
            while (true) {
                long state = stateWord();
                int since = generation(state) - generation;
                if (since > 0) {
                    if (since <= 31 && (state & 1L << since) != 0) {
                        throw new BrokenException(
                                "the barrier '" + name() + "' was reset while this party waited for the others", null);
                    }
                    return true;
                }
                if ((state & BROKEN) != 0) {
                    throw broken();
                }
                if (!allHere(generation)) {
                    return false;
                }
                change(state, next(state, false));
            }
        }

        @Override
        protected void inspect() {
            long state = stateWord();
            if (generation(state) != generation || allHere(generation)) {
                return;
            }
            for (int i = 0; i < parties; i++) {
                long word = placeWord(i);
                if (behind(generation, word) == 0 && !Presence.isAlive(word & Presence.MASK)) {
                    if (change(state, state | BROKEN)) {
                        throw new BrokenException(
                                "process " + Presence.pid(word) + " died while it waited at the barrier '" + name()
                                        + "'; reset() makes it usable again",
                                null);
                    }
                    return;
                }
            }
        }

        @Override
        protected boolean undo() {
            return false;
        }

        /** Breaks the barrier, since this party leaves; false if all have arrived before. */
        boolean breakUp() {
            long state = stateWord();
            while (generation(state) == generation && (state & BROKEN) == 0) {
                if (change(state, state | BROKEN)) {
                    return true;
                }
                state = stateWord();
            }
            try {
                return !attempt();
            } catch (BrokenException e) {
                return true;
            }
        }
    }

    private BrokenException broken() {
        return new BrokenException(
                "the barrier '" + name()
                        + "' is broken: it was aborted, or a party was cancelled, out of time or died while it waited;"
                        + " reset() makes it usable again",
                null);
    }

    // ---- the others

    /**
     * Fails those who wait now with {@link BrokenException}, and makes the barrier usable for those who come later,
     * also if it was broken.
     */
    public void reset() {
        block();
        long state = stateWord();
        while (!change(state, next(state, true))) {
            state = stateWord();
        }
    }

    /** Fails those who wait now with {@link BrokenException}, and all who come later until {@link #reset}. */
    public void abort() {
        block();
        long state = stateWord();
        while (!change(state, state | BROKEN)) {
            state = stateWord();
        }
    }

    /**
     * {@return whether the barrier is broken}
     */
    public boolean isBroken() {
        block();
        return (stateWord() & BROKEN) != 0;
    }

    /**
     * {@return how many parties wait for each other}
     */
    public int parties() {
        return parties;
    }

    /**
     * {@return how many parties are waiting now}
     */
    public int waiting() {
        block();
        return arrived();
    }

    private int arrived() {
        long state = stateWord();
        int arrived = 0;
        for (int i = 0; i < parties; i++) {
            arrived += behind(generation(state), placeWord(i)) == 0 ? 1 : 0;
        }
        return (state & BROKEN) != 0 ? 0 : arrived;
    }

    @Override
    String state() {
        return arrived() + " of " + parties + " waiting" + ((stateWord() & BROKEN) != 0 ? ", broken" : "");
    }
}

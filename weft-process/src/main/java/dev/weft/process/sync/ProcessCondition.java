package dev.weft.process.sync;

import dev.weft.loop.kernel.Waiter;
import dev.weft.process.shared.Block;
import dev.weft.process.shared.Pending;
import dev.weft.process.shared.Presence;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A wait for a change of what a {@link ProcessLock} (or {@link ProcessRLock}) protects.
 *
 * <pre>{@code
 * lock.withLock(() -> {
 *     changed.awaitUntil(() -> stock.get(i) > 0);     // without the lock while it waits, with it afterwards
 *     stock.getAndAdd(i, -1);
 * });
 * }</pre>
 *
 * <p>Several conditions may share a lock. Every wait ends with the lock owned again, also one that throws; a reentrant
 * lock is owned as often as before. A signal goes to the one of all processes that has waited longest. If that one is
 * cancelled, or dies with its process before it goes on, the signal is passed on to the next.
 *
 * <p>If a process dies that owns the lock, a wait ends with {@link OwnerDiedException}. The caller owns the lock then,
 * for its finally block, but it stays abandoned when released: {@link ProcessLock#recover}.
 *
 * <h2>Inside</h2>
 *
 * <p>A row of places of two words: the token of who waits, and {@code ticket | state}. The owner of the lock takes a
 * free place, and signals; all else is a compare-and-set of the second word.
 *
 * <pre>
 *   FREE ──await──► WAITING ──signal──► SIGNALLED ──the waiter goes on──► FREE
 *                      └──cancelled, out of time, dead──► FREE
 * </pre>
 */
public final class ProcessCondition extends SyncObject {
    @Serial
    private static final long serialVersionUID = 1;

    /** The most that can wait at the same time. */
    public static final int MOST_WAITERS = 1024;

    private static final long TICKETS = 0; // long, for the owner of the lock
    private static final int PLACES = 64;
    private static final int PLACE_BYTES = 16;
    private static final long BYTES = PLACES + (long) MOST_WAITERS * PLACE_BYTES;
    private static final long STATES = 3;
    private static final int WAITING = 1;
    private static final int SIGNALLED = 2;

    private final transient ProcessLock lock;
    private final transient MemorySegment data;

    ProcessCondition(Block block, boolean made, ProcessLock lock) {
        super(block, Block.Kind.CONDITION, made);
        this.lock = lock;
        this.data = block.data();
    }

    /**
     * Makes a condition of a lock, with a name of its own.
     *
     * @param lock the lock
     * @return the condition
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static ProcessCondition create(ProcessLock lock) {
        return new ProcessCondition(Block.create(null, Block.Kind.CONDITION, BYTES, false, _ -> {}), true, lock);
    }

    /**
     * Makes a condition of a lock, with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param lock the lock
     * @return the condition
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static ProcessCondition create(String name, ProcessLock lock) {
        return new ProcessCondition(Block.create(name, Block.Kind.CONDITION, BYTES, false, _ -> {}), true, lock);
    }

    /**
     * Attaches to a condition that any process of this user has made.
     *
     * @param name its name
     * @param lock the lock that it was made with
     * @return the condition
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static ProcessCondition attach(String name, ProcessLock lock) {
        return new ProcessCondition(Block.attach(name, Block.Kind.CONDITION, false), false, lock);
    }

    /**
     * {@return the lock of this condition}
     */
    public ProcessLock lock() {
        return lock;
    }

    // ---- places

    private static long tokenAt(int index) {
        return PLACES + (long) index * PLACE_BYTES;
    }

    private static long stateAt(int index) {
        return tokenAt(index) + Long.BYTES;
    }

    private long stateOf(int index) {
        return (long) Words.LONG.getVolatile(data, stateAt(index));
    }

    private boolean change(int index, long from, long to) {
        return Words.LONG.compareAndSet(data, stateAt(index), from, to);
    }

    private boolean isDead(int index) {
        return !Presence.isAlive((long) Words.LONG.getVolatile(data, tokenAt(index)));
    }

    /** Takes a free place; the owner of the lock. */
    private int enter() {
        int place = freePlace();
        long ticket = (long) Words.LONG.getVolatile(data, TICKETS) + 1;
        Words.LONG.setVolatile(data, TICKETS, ticket);
        Words.LONG.setVolatile(data, tokenAt(place), Presence.token());
        Words.LONG.setVolatile(data, stateAt(place), ticket << 2 | WAITING);
        return place;
    }

    private int freePlace() {
        for (int i = 0; i < MOST_WAITERS; i++) {
            if ((stateOf(i) & STATES) == 0) {
                return i;
            }
        }
        for (int i = 0; i < MOST_WAITERS; i++) {
            long state = stateOf(i);
            if (isDead(i) && change(i, state, 0)) {
                return i;
            }
        }
        throw new IllegalStateException(
                "more than " + MOST_WAITERS + " wait for the condition '" + name() + "'; use several conditions");
    }

    /** Signals the one that has waited longest; false if there is none. */
    private boolean signalFirst() {
        while (true) {
            int first = -1;
            long least = Long.MAX_VALUE;
            for (int i = 0; i < MOST_WAITERS; i++) {
                long state = stateOf(i);
                if ((state & STATES) == WAITING && state < least) {
                    first = i;
                    least = state;
                }
            }
            if (first < 0) {
                return false;
            }
            if (isDead(first)) {
                change(first, least, 0);
            } else if (change(first, least, (least & ~STATES) | SIGNALLED)) {
                openBlock().changed();
                return true;
            }
        }
    }

    // ---- waiting

    /**
     * Releases the lock, waits for a signal and takes the lock again. Check what was waited for afterwards, since
     * others may have been faster: {@link #awaitUntil(BooleanSupplier)} does.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted, before it goes on with
     *     the lock; it owns the lock all the same
     * @throws IllegalStateException if the caller does not own the lock, or too many wait
     * @throws OwnerDiedException if a process died that owned the lock; the caller owns it, see above
     */
    public void await() {
        await(null, "await on a condition");
    }

    /**
     * Waits as {@link #await()}, at most for a time.
     *
     * @param limit how long
     * @return whether there was a signal
     * @throws dev.weft.Cancelled as for {@link #await()}
     * @throws IllegalStateException as for {@link #await()}
     * @throws OwnerDiedException as for {@link #await()}
     */
    public boolean await(Duration limit) {
        return await(limit, "await on a condition");
    }

    private boolean await(@Nullable Duration limit, String what) {
        block();
        lock.requireOwner(what);
        Waiter self = Waiter.current();
        self.checkpoint();
        var visit = new Visit(self, enter());
        int holds = lock.releaseAll();
        boolean signalled = false;
        try {
            signalled = visit.await(this, limit) || visit.leave();
        } catch (Throwable e) {
            visit.passOn |= visit.leave();
            throw e;
        } finally {
            try {
                lock.reacquire(self, holds);
            } finally {
                if (visit.passOn) {
                    signalFirst();
                }
            }
        }
        return signalled;
    }

    /** One that waits. */
    private final class Visit extends Pending {
        private final int index;
        private final long waiting;

        /** Whether it got a signal that is not for it; the waiter. */
        boolean passOn;

        private volatile boolean left;

        Visit(Waiter waiter, int index) {
            super(openBlock(), waiter);
            this.index = index;
            this.waiting = stateOf(index);
        }

        @Override
        protected boolean attempt() {
            left = change(index, (waiting & ~STATES) | SIGNALLED, 0);
            return left;
        }

        @Override
        protected void inspect() {
            lock.requireLivingOwner(); // the one that died may have been the one to signal
            for (int i = 0; i < MOST_WAITERS; i++) {
                long state = stateOf(i);
                if ((state & STATES) == SIGNALLED && isDead(i) && change(i, state, 0)) {
                    signalFirst();
                }
            }
        }

        @Override
        protected boolean undo() {
            passOn = true;
            return true;
        }

        /** Gives the place up; returns whether it was signalled before. */
        boolean leave() {
            if (left || change(index, waiting, 0)) {
                return false;
            }
            change(index, (waiting & ~STATES) | SIGNALLED, 0);
            return true;
        }
    }

    /**
     * Waits, as {@link #await()}, until something holds; returns at once if it does.
     *
     * @param condition what is to hold; called with the lock owned
     * @throws dev.weft.Cancelled as for {@link #await()}
     * @throws IllegalStateException as for {@link #await()}
     * @throws OwnerDiedException as for {@link #await()}
     */
    public void awaitUntil(BooleanSupplier condition) {
        lock.requireOwner("awaitUntil on a condition");
        while (!condition.getAsBoolean()) {
            await();
        }
    }

    /**
     * Waits, as {@link #await()}, until something holds, at most for a time.
     *
     * @param condition what is to hold; called with the lock owned
     * @param limit how long
     * @return whether it holds
     * @throws dev.weft.Cancelled as for {@link #await()}
     * @throws IllegalStateException as for {@link #await()}
     * @throws OwnerDiedException as for {@link #await()}
     */
    public boolean awaitUntil(BooleanSupplier condition, Duration limit) {
        lock.requireOwner("awaitUntil on a condition");
        Waiter self = Waiter.current();
        long begin = self.nanoTime();
        while (!condition.getAsBoolean()) {
            Duration left = limit.minusNanos(self.nanoTime() - begin);
            if (!left.isPositive()) {
                return false;
            }
            await(left, "awaitUntil on a condition");
        }
        return true;
    }

    // ---- signalling

    /**
     * Lets the one go on that has waited longest, once it gets the lock; does nothing if there is none.
     *
     * @throws IllegalStateException if the caller does not own the lock
     */
    public void signal() {
        signal(1);
    }

    /**
     * Lets a number of those go on that have waited longest, and all if there are fewer.
     *
     * @param number how many, at least 1
     * @throws IllegalArgumentException if {@code number} is less than 1
     * @throws IllegalStateException if the caller does not own the lock
     */
    public void signal(int number) {
        block();
        lock.requireOwner("signal of a condition");
        if (number < 1) {
            throw new IllegalArgumentException("signal needs at least 1 waiter, and was given " + number);
        }
        for (int i = 0; i < number && signalFirst(); i++) {
            // one more
        }
    }

    /**
     * Lets all go on that wait now, one after the other as each gets the lock.
     *
     * @throws IllegalStateException if the caller does not own the lock
     */
    public void signalAll() {
        signal(Integer.MAX_VALUE);
    }

    @Override
    String state() {
        int waiting = 0;
        for (int i = 0; i < MOST_WAITERS; i++) {
            waiting += (stateOf(i) & STATES) == WAITING ? 1 : 0;
        }
        return waiting + " waiting, " + lock;
    }
}

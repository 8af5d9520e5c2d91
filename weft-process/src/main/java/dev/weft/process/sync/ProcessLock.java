package dev.weft.process.sync;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.loop.kernel.Nothing;
import dev.weft.loop.kernel.TaskCore;
import dev.weft.loop.kernel.Waiter;
import dev.weft.process.shared.Block;
import dev.weft.process.shared.Pending;
import dev.weft.process.shared.Presence;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Mutual exclusion between processes, which tells when an owner has died.
 *
 * <pre>{@code
 * try (var lock = ProcessLock.create()) {
 *     pool.map(file -> lock.withLock(() -> appendTo(index, file)), files).forEach(_ -> {});
 * }
 * }</pre>
 *
 * <p>The owner is a task (or a thread, where there is no task) of a process. Only the owner releases. It is not
 * reentrant: an owner that acquires it once more is told so; {@link ProcessRLock} is.
 *
 * <p><b>If a process dies while it owns the lock</b>, what the lock protects may be half changed. The lock is
 * <i>abandoned</i> then: {@link #acquire} throws {@link OwnerDiedException}, to all who wait and all who come, without
 * the lock. One of them calls {@link #recover}, which takes it all the same, brings what is protected in order, and
 * releases. A death is noticed within 50 ms if somebody waits.
 *
 * <pre>{@code
 * lock.withLock(index::rebuild, () -> index.append(file));      // rebuilds first if an owner has died
 * }</pre>
 *
 * <p>What an owner did before it released happened before what the next one does, in memory between processes too. A
 * task that ends without having released is not noticed: use {@link #withLock}.
 *
 * <h2>Inside</h2>
 *
 * <p>One word of shared memory: 0 if free, the token of the owner's process, or that with the sign bit if abandoned.
 * Each transition is one compare-and-set, so that a process can be killed at any time.
 *
 * <pre>
 *   0 ⇄ token ──the process has died, noticed by one who waits──► abandoned ──recover──► another token
 * </pre>
 *
 * <p>Which task of the process it is, and how often it has acquired, is known to that process only ({@code Local}).
 */
public sealed class ProcessLock extends SyncObject permits ProcessRLock {
    @Serial
    private static final long serialVersionUID = 1;

    static final int BYTES = 64;
    private static final long WORD = 0;
    private static final long ABANDONED = Long.MIN_VALUE;
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 50 : 0;

    /** What this process knows; {@code holds} and {@code leave} belong to the owner. */
    private static final class Local {
        volatile @Nullable Object owner;
        int holds;

        /**
         * What release writes: 0, or the abandoned state that the lock was taken in, if that has not been made good.
         */
        long leave;
    }

    private final transient Local local;

    ProcessLock(Block block, Block.Kind kind, boolean made) {
        super(block, kind, made);
        this.local = block.local(Local.class, Local::new);
    }

    /**
     * Makes a free lock with a name of its own.
     *
     * @return the lock
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static ProcessLock create() {
        return new ProcessLock(Block.create(null, Block.Kind.LOCK, BYTES, false, _ -> {}), Block.Kind.LOCK, true);
    }

    /**
     * Makes a free lock with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @return the lock
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static ProcessLock create(String name) {
        return new ProcessLock(Block.create(name, Block.Kind.LOCK, BYTES, false, _ -> {}), Block.Kind.LOCK, true);
    }

    /**
     * Attaches to a lock that any process of this user has made.
     *
     * @param name its name
     * @return the lock
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static ProcessLock attach(String name) {
        return new ProcessLock(Block.attach(name, Block.Kind.LOCK, false), Block.Kind.LOCK, false);
    }

    boolean isReentrant() {
        return false;
    }

    // ---- taking

    /**
     * Takes the lock, and waits for it if it is owned.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; the lock is not owned
     *     then
     * @throws IllegalStateException if the caller owns the lock already
     * @throws OwnerDiedException if a process died that owned it; the caller does not own it then. See {@link #recover}
     */
    public void acquire() {
        acquire(null, false);
    }

    /**
     * Takes the lock, and waits for it at most for a time.
     *
     * @param limit how long
     * @return whether the caller owns the lock now
     * @throws dev.weft.Cancelled as for {@link #acquire()}
     * @throws IllegalStateException if the caller owns the lock already
     * @throws OwnerDiedException as for {@link #acquire()}
     */
    public boolean tryAcquire(Duration limit) {
        return acquire(limit, false) != null;
    }

    /**
     * Takes the lock if it is free; never waits.
     *
     * @return whether the caller owns the lock now
     * @throws IllegalStateException if the caller owns the lock already
     * @throws OwnerDiedException as for {@link #acquire()}
     */
    public boolean tryAcquire() {
        Object party = Waiter.current().party();
        return again(party) || new Claim(Waiter.current(), party, false).attempt();
    }

    /**
     * Takes the lock as {@link #acquire} does, also if a process died that owned it: then it is for the caller to bring
     * in order what the lock protects. Once released it is a lock like any other. If this process dies too before it
     * releases, the lock is abandoned again.
     *
     * @return whether it was abandoned, so that there may be something to repair
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; the lock is as it was
     *     then
     * @throws IllegalStateException if the caller owns the lock already
     */
    public boolean recover() {
        Claim claim = acquire(null, true);
        local.leave = 0;
        return claim != null && claim.died != 0;
    }

    /** Returns the claim that was successful, or null if the time was over. */
    private @Nullable Claim acquire(@Nullable Duration limit, boolean takeAbandoned) {
        Waiter self = Waiter.current();
        self.checkpoint();
        Object party = self.party();
        var claim = new Claim(self, party, takeAbandoned);
        if (again(party) || claim.attempt()) {
            return claim;
        }
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
            if (claim.attempt()) {
                return claim;
            }
        }
        if (limit != null && !limit.isPositive()) {
            claim.inspect();
            return claim.attempt() ? claim : null;
        }
        return claim.await(this, limit) ? claim : null;
    }

    /** Counts one more for the owner of a reentrant lock. */
    private boolean again(Object party) {
        block();
        if (local.owner != party) {
            return false;
        }
        if (!isReentrant()) {
            throw new IllegalStateException(name(party)
                    + " owns this lock already and would wait for itself; release it first, or use a ProcessRLock");
        }
        local.holds = Math.incrementExact(local.holds);
        return true;
    }

    /** One who wants the lock. */
    private final class Claim extends Pending {
        private final Object party;
        private final boolean takeAbandoned;

        /** The word of the owner that died, if the lock was taken in spite of it. */
        long died;

        Claim(Waiter waiter, Object party, boolean takeAbandoned) {
            super(openBlock(), waiter);
            this.party = party;
            this.takeAbandoned = takeAbandoned;
        }

        @Override
        protected boolean attempt() {
            long seen = (long) Words.LONG.compareAndExchange(openBlock().data(), WORD, 0L, Presence.token());
            if (seen == 0) {
                own(0);
                return true;
            }
            if (seen > 0) {
                return false;
            }
            if (!takeAbandoned) {
                throw died(seen);
            }
            if (Words.LONG.compareAndSet(openBlock().data(), WORD, seen, Presence.token())) {
                own(seen);
                return true;
            }
            return false;
        }

        private void own(long before) {
            died = before;
            local.holds = 1;
            local.leave = before;
            local.owner = party;
        }

        @Override
        protected void inspect() {
            lookAfterOwner();
        }

        @Override
        protected boolean undo() {
            free();
            return true;
        }

        @Override
        protected int line() {
            return 1;
        }
    }

    /** Marks the lock as abandoned if the process of its owner has died. */
    private void lookAfterOwner() {
        long seen = word();
        if (seen > 0
                && !Presence.isAlive(seen)
                && Words.LONG.compareAndSet(openBlock().data(), WORD, seen, seen | ABANDONED)) {
            openBlock().changed();
        }
    }

    private OwnerDiedException died(long word) {
        long pid = Presence.pid(word);
        return new OwnerDiedException(
                "process " + pid + " died while it owned the lock '" + name()
                        + "', so that what it protects may be half changed: take it by recover(), bring that in order and"
                        + " release it",
                pid);
    }

    private long word() {
        return (long) Words.LONG.getVolatile(openBlock().data(), WORD);
    }

    // ---- giving back

    /**
     * Frees the lock, if it was acquired once by its owner.
     *
     * @throws IllegalStateException if the caller does not own the lock
     */
    public void release() {
        requireOwner("release");
        if (--local.holds == 0) {
            free();
        }
    }

    private void free() {
        long leave = local.leave;
        local.owner = null;
        Words.LONG.setVolatile(openBlock().data(), WORD, leave);
        openBlock().changed();
    }

    /** Refuses a caller that does not own this lock. */
    void requireOwner(String what) {
        Object party = Waiter.current().party();
        Object holder = local.owner;
        if (holder != party) {
            long word = word();
            throw new IllegalStateException(
                    what + " was called by " + name(party) + ", but the lock '" + name() + "' is "
                            + (holder != null ? "owned by " + name(holder) : describe(word))
                            + "; only the owner may do that, between acquire and release");
        }
    }

    // ---- for conditions

    /** Throws if the process of the owner has died. */
    void requireLivingOwner() {
        lookAfterOwner();
        long word = word();
        if (word < 0) {
            throw died(word);
        }
    }

    /** Frees the lock however often its owner has acquired it, and returns how often that was. */
    int releaseAll() {
        int holds = local.holds;
        free();
        return holds;
    }

    /**
     * Takes the lock again, cancelled or not. If an owner has died meanwhile, it is taken, will be abandoned again by
     * release, and this throws.
     */
    void reacquire(Waiter self, int holds) {
        var claim = new Claim(self, self.party(), true);
        if (!claim.attempt()) {
            claim.awaitUncancellably(this);
        }
        local.holds = holds;
        if (claim.died != 0) {
            throw died(claim.died);
        }
    }

    // ---- blocks

    /**
     * Runs a block that owns the lock, and releases it however the block ends.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws dev.weft.Cancelled if the calling task is cancelled while it waits for the lock
     * @throws IllegalStateException as for {@link #acquire()}
     * @throws OwnerDiedException if a process died that owned it; the block has not run then
     */
    public <T extends @Nullable Object, X extends Throwable> T withLock(Body<T, X> body) throws X {
        acquire();
        try {
            return body.call();
        } finally {
            release();
        }
    }

    /**
     * Runs a block without a result that owns the lock, as {@link #withLock(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public <X extends Throwable> void withLock(Action<X> body) throws X {
        this.<@Nullable Void, X>withLock(() -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * Runs a block that owns the lock, and before it, if a process died that owned it, another one that brings in order
     * what the lock protects. If that fails or this process dies in it, the lock stays abandoned.
     *
     * @param repair runs if a process died that owned the lock
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that both may throw
     * @return the result of the block
     * @throws X what one of them fails with
     * @throws dev.weft.Cancelled if the calling task is cancelled while it waits for the lock
     * @throws IllegalStateException as for {@link #acquire()}
     */
    public <T extends @Nullable Object, X extends Throwable> T withLock(Action<X> repair, Body<T, X> body) throws X {
        Claim claim = acquire(null, true);
        try {
            if (claim != null && claim.died != 0) {
                repair.run();
                local.leave = 0;
            }
            return body.call();
        } finally {
            release();
        }
    }

    /**
     * Runs a block without a result that owns the lock, as {@link #withLock(Action, Body)}.
     *
     * @param repair runs if a process died that owned the lock
     * @param body the block
     * @param <X> the checked exception that both may throw
     * @throws X what one of them fails with
     */
    public <X extends Throwable> void withLock(Action<X> repair, Action<X> body) throws X {
        this.<@Nullable Void, X>withLock(repair, () -> {
            body.run();
            return Nothing.value();
        });
    }

    // ---- looking

    /**
     * {@return whether somebody owns the lock, in any process, or it is abandoned}
     */
    public boolean isLocked() {
        block();
        return word() != 0;
    }

    /**
     * {@return whether the caller owns the lock}
     */
    public boolean isOwned() {
        block();
        return local.owner == Waiter.current().party();
    }

    /**
     * {@return whether a process died that owned the lock, as far as somebody has noticed who waited for it, and nobody
     * has recovered it}
     */
    public boolean isAbandoned() {
        block();
        return word() < 0;
    }

    private static String name(Object party) {
        return switch (party) {
            case TaskCore<?> task -> "task '" + task.name() + "'";
            case Thread thread -> "thread '" + thread.getName() + "'";
            default -> party.toString();
        };
    }

    private static String describe(long word) {
        return word == 0
                ? "free"
                : word > 0
                        ? "owned by process " + Presence.pid(word)
                        : "abandoned by process " + Presence.pid(word) + ", which has died";
    }

    @Override
    String state() {
        return describe(word());
    }
}

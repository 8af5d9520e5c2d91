package dev.weft.sync;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.loop.kernel.Nothing;
import dev.weft.loop.kernel.Owned;
import dev.weft.loop.kernel.TaskCore;
import dev.weft.loop.kernel.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * Mutual exclusion with a known owner, handed over in the order of arrival.
 *
 * <pre>{@code
 * lock.withLock(() -> {
 *     var balance = account.read();          // may wait: other coroutines run, but none inside this lock
 *     account.write(balance + amount);
 * });
 * }</pre>
 *
 * <p>The owner is the task that acquired the lock, or the thread where there is no task. Only the owner releases. The
 * lock is not reentrant: an owner that acquires it once more is told so, instead of waiting for itself. Where
 * reentrance is wanted, {@link java.util.concurrent.locks.ReentrantLock} works in coroutines.
 *
 * <p>If a task ends while it owns the lock, what the lock protects is in doubt: those who wait for it fail with
 * {@link BrokenException}, and so does everybody who comes later. The end of a thread that is no task is not noticed.
 *
 * <h2>Inside</h2>
 *
 * <pre>
 *   free ⇄ owned ──owner ends──► abandoned
 * </pre>
 *
 * <p>{@code owner} is written under the gate; the lock is handed over there, so that it is never free while somebody is
 * in line. The end of an owner is noticed by a watch on its task, which is set by the first who has to wait for this
 * owner and withdrawn when it releases. {@code reign} numbers the owners, so that a watch that comes late is known as
 * such.
 */
public final class Lock {
    /** A place in line for the lock, and before that perhaps for one of its conditions. */
    static final class Claim extends Place {
        final Object party;

        /** Whether this place was moved here by a signal for one, which must not be lost. Guarded by the gate. */
        boolean signalled;

        Claim(Waiter waiter, Object party) {
            super(waiter);
            this.party = party;
        }
    }

    final Gate gate = new Gate();
    private final Line<Claim> line = new Line<>();
    private @Nullable Object owner;
    private long reign;
    private boolean watched;
    private @Nullable Object watch;
    private boolean abandoned;

    /** Makes a free lock. */
    public Lock() {}

    /**
     * Takes the lock, and waits for it if it is owned.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; the lock is not owned
     *     then
     * @throws IllegalStateException if the caller owns the lock already
     * @throws BrokenException if an owner ended without releasing it
     */
    public void acquire() {
        Waiter self = Waiter.current();
        self.checkpoint();
        Object party = self.party();
        if (tryAcquire(party)) {
            return;
        }
        var claim = new Claim(self, party);
        gate.enter();
        boolean free = enter(claim);
        gate.leave();
        if (free) {
            return;
        }
        try {
            watchOwner();
            claim.await(seen());
        } catch (Throwable e) {
            giveUp(claim);
            throw e;
        }
        entered(claim);
    }

    private void giveUp(Claim claim) {
        Place next = null;
        TaskCore<?> watchedOwner = null;
        Object endedWatch = null;
        gate.enter();
        if (!line.remove(claim) && owner == claim.party) {
            watchedOwner = ownerTask();
            endedWatch = watch;
            next = handOver();
        }
        gate.leave();
        withdraw(watchedOwner, endedWatch);
        Place.wake(next);
    }

    /** Takes the lock for a claim, or puts it in line; under the gate. Returns whether the lock is owned. */
    boolean enter(Claim claim) {
        if (owner == null) {
            own(claim.party);
            claim.serve();
            return true;
        }
        if (abandoned) {
            claim.refuse();
            return false;
        }
        line.add(claim);
        return false;
    }

    /** Goes on with a claim that is no longer waiting; outside of the gate. */
    void entered(Claim claim) {
        if (claim.refused()) {
            throw broken();
        }
        watchOwner();
    }

    /** {@return whether this lock is owned by a party}; under the gate. */
    boolean ownedBy(Object party) {
        return owner == party;
    }

    private void own(@Nullable Object party) {
        owner = party;
        reign++;
        watched = false;
        watch = null;
    }

    /** Hands the lock to the first in line, or frees it; under the gate. Returns whom to wake. */
    private @Nullable Place handOver() {
        Claim next = line.poll();
        if (next == null) {
            own(null);
        } else {
            own(next.party);
            next.serve();
        }
        return next;
    }

    /**
     * Takes the lock if it is free; never waits.
     *
     * @return whether the caller owns the lock now; false whenever others are in line
     * @throws IllegalStateException if the caller owns the lock already
     * @throws BrokenException if an owner ended without releasing it
     */
    public boolean tryAcquire() {
        return tryAcquire(Waiter.current().party());
    }

    private boolean tryAcquire(Object party) {
        gate.enter();
        Object holder = owner;
        boolean ownerEnded = holder instanceof TaskCore<?> task && task.isDone();
        if (holder == null) {
            own(party);
        }
        gate.leave();
        if (holder == party) {
            throw new IllegalStateException(
                    name(party)
                            + " owns this lock already and would wait for itself; release it first, or use java.util.concurrent.locks.ReentrantLock");
        }
        if (ownerEnded) {
            throw broken();
        }
        return holder == null;
    }

    /**
     * Hands the lock to the first in line, or frees it.
     *
     * @throws IllegalStateException if the caller does not own the lock
     */
    public void release() {
        Object party = Waiter.current().party();
        gate.enter();
        Object holder = owner;
        Place next = null;
        TaskCore<?> watchedOwner = null;
        Object endedWatch = null;
        if (holder == party) {
            watchedOwner = ownerTask();
            endedWatch = watch;
            next = handOver();
        }
        gate.leave();
        if (holder != party) {
            throw notOwner("release", party, holder);
        }
        withdraw(watchedOwner, endedWatch);
        Place.wake(next);
    }

    /** Releases for a wait on a condition, in one step with joining its line. */
    void releaseInto(Line<Claim> condition, Claim claim) {
        gate.enter();
        Object holder = owner;
        Place next = null;
        TaskCore<?> watchedOwner = null;
        Object endedWatch = null;
        if (holder == claim.party) {
            condition.add(claim);
            watchedOwner = ownerTask();
            endedWatch = watch;
            next = handOver();
        }
        gate.leave();
        if (holder != claim.party) {
            throw notOwner("await on a condition", claim.party, holder);
        }
        withdraw(watchedOwner, endedWatch);
        Place.wake(next);
    }

    /** Refuses a caller that does not own this lock. */
    void requireOwner(String what) {
        Object party = Waiter.current().party();
        gate.enter();
        Object holder = owner;
        gate.leave();
        if (holder != party) {
            throw notOwner(what, party, holder);
        }
    }

    private static IllegalStateException notOwner(String what, Object party, @Nullable Object holder) {
        return new IllegalStateException(what + " was called by " + name(party) + ", but the lock is "
                + (holder == null ? "free" : "owned by " + name(holder))
                + "; only the owner may do that, between acquire and release");
    }

    /**
     * Runs a block that owns the lock, and releases it however the block ends.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws dev.weft.Cancelled if the calling task is cancelled while it waits for the lock
     * @throws IllegalStateException if the caller owns the lock already
     * @throws BrokenException if an owner ended without releasing it
     */
    public <T extends @Nullable Object, X extends Throwable> T withLock(Body<T, X> body) throws X {
        acquire();
        T result;
        try {
            result = body.call();
        } catch (Throwable e) {
            try {
                release();
            } catch (IllegalStateException lost) { // by a wait on a condition: the lock is broken, as the failure says
                e.addSuppressed(lost);
            }
            throw e;
        }
        release();
        return result;
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
     * {@return whether somebody owns the lock}
     */
    public boolean isLocked() {
        gate.enter();
        boolean locked = owner != null;
        gate.leave();
        return locked;
    }

    /**
     * {@return whether the caller owns the lock}
     */
    public boolean isOwned() {
        Object party = Waiter.current().party();
        gate.enter();
        boolean owned = owner == party;
        gate.leave();
        return owned;
    }

    /** {@return what a wait for this lock is seen to wait for: this lock, with its owner, for reports of deadlocks} */
    Owned seen() {
        return new Owned() {
            @Override
            public @Nullable Object owner() {
                gate.enter();
                Object holder = owner;
                gate.leave();
                return holder;
            }

            @Override
            public String toString() {
                return Lock.this.toString();
            }
        };
    }

    // ---- the end of an owner

    private @Nullable TaskCore<?> ownerTask() {
        return owner instanceof TaskCore<?> task ? task : null;
    }

    /** Sets a watch on the owner if somebody waits for it and nobody has done so; outside of the gate. */
    void watchOwner() {
        TaskCore<?> task = null;
        gate.enter();
        if (!watched && !line.isEmpty()) {
            task = ownerTask();
            watched = task != null;
        }
        long current = reign;
        gate.leave();
        if (task == null) {
            return;
        }
        Object set = task.watch(_ -> ownerEnded(current));
        gate.enter();
        boolean late = reign != current;
        if (!late) {
            watch = set;
        }
        gate.leave();
        if (late) {
            task.unwatch(set);
        }
    }

    private static void withdraw(@Nullable TaskCore<?> task, @Nullable Object watch) {
        if (task != null && watch != null) {
            task.unwatch(watch);
        }
    }

    private void ownerEnded(long whichReign) {
        var waiting = new Chain();
        gate.enter();
        if (reign == whichReign) {
            abandoned = true;
            line.refuseAll(waiting);
        }
        gate.leave();
        waiting.wake();
    }

    private BrokenException broken() {
        gate.enter();
        Object holder = owner;
        gate.leave();
        return new BrokenException(
                "the lock was never released by " + (holder == null ? "an owner" : name(holder))
                        + ", which has ended, so that what it protects is in doubt; use withLock, or release in a finally block",
                null);
    }

    private static String name(Object party) {
        return switch (party) {
            case TaskCore<?> task -> "task '" + task.name() + "'";
            case Thread thread -> "thread '" + thread.getName() + "'";
            default -> party.toString();
        };
    }

    @Override
    public String toString() {
        gate.enter();
        Object holder = owner;
        int waiting = line.size();
        gate.leave();
        return "Lock[" + (holder == null ? "free" : "owned by " + name(holder)) + ", " + waiting + " waiting]";
    }
}

package dev.weft.sync;

import dev.weft.loop.kernel.Waiter;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A wait for a change of what a {@link Lock} protects.
 *
 * <pre>{@code
 * lock.withLock(() -> {
 *     changed.awaitUntil(() -> stock > 0);     // without the lock while it waits, with it afterwards
 *     stock--;
 * });
 * }</pre>
 *
 * <p>Several conditions may share a lock. Every wait ends with the lock owned again, also one that throws
 * {@link dev.weft.Cancelled}: what follows inside the lock, a finally block for instance, is still protected. A signal
 * that reaches a waiter which is cancelled before it goes on is passed on to the next.
 *
 * <p>Inside: a signal moves the first claim from the line of the condition to the line of the lock, in one step under
 * the lock's gate. So a waiter is woken once, by the hand-over of the lock.
 */
public final class Condition {
    private final Lock lock;
    private final Line<Lock.Claim> line = new Line<>();

    /**
     * Makes a condition of a lock.
     *
     * @param lock the lock
     */
    public Condition(Lock lock) {
        this.lock = lock;
    }

    /**
     * {@return the lock of this condition}
     */
    public Lock lock() {
        return lock;
    }

    /**
     * Releases the lock, waits for a signal and takes the lock again. Check what was waited for afterwards, since
     * others may have been faster: {@link #awaitUntil} does.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted, before it goes on
     *     with the lock; it owns the lock all the same
     * @throws IllegalStateException if the caller does not own the lock
     * @throws BrokenException if an owner of the lock ended without releasing it; the caller does not own it then
     */
    public void await() {
        Waiter self = Waiter.current();
        self.checkpoint();
        var claim = new Lock.Claim(self, self.party());
        lock.releaseInto(line, claim);
        try {
            claim.await(this);
        } catch (Throwable e) {
            giveUp(claim);
            claim.awaitUncancellably(lock.seen());
            lock.entered(claim);
            throw e;
        }
        lock.entered(claim);
    }

    /** Stands in line for the lock if no signal came, and else passes the signal on. */
    private void giveUp(Lock.Claim claim) {
        Place vain = null;
        lock.gate.enter();
        if (line.remove(claim)) {
            lock.enter(claim);
        } else if (claim.signalled) {
            Lock.Claim next = signalFirst();
            vain = next != null && next.refused() ? next : null;
        }
        lock.gate.leave();
        Place.wake(vain);
        lock.watchOwner();
    }

    /**
     * Waits, as {@link #await}, until something holds; returns at once if it does.
     *
     * @param condition what is to hold; called with the lock owned, by this task
     * @throws dev.weft.Cancelled as for {@link #await}
     * @throws IllegalStateException if the caller does not own the lock
     * @throws BrokenException as for {@link #await}
     */
    public void awaitUntil(BooleanSupplier condition) {
        lock.requireOwner("awaitUntil on a condition");
        while (!condition.getAsBoolean()) {
            await();
        }
    }

    /**
     * Lets the first waiter go on once it gets the lock; does nothing if there is none.
     *
     * @throws IllegalStateException if the caller does not own the lock
     */
    public void signal() {
        lock.requireOwner("signal of a condition");
        lock.gate.enter();
        signalFirst();
        lock.gate.leave();
        lock.watchOwner();
    }

    /**
     * Lets all go on that wait now, one after the other as each gets the lock.
     *
     * @throws IllegalStateException if the caller does not own the lock
     */
    public void signalAll() {
        lock.requireOwner("signalAll of a condition");
        lock.gate.enter();
        for (Lock.Claim claim = line.poll(); claim != null; claim = line.poll()) {
            lock.enter(claim);
        }
        lock.gate.leave();
        lock.watchOwner();
    }

    /** Moves the first waiter on to the lock, which is owned, or was abandoned by its owner; under the gate. */
    private Lock.@Nullable Claim signalFirst() {
        Lock.Claim claim = line.poll();
        if (claim != null) {
            claim.signalled = true;
            lock.enter(claim);
        }
        return claim;
    }

    @Override
    public String toString() {
        lock.gate.enter();
        int waiting = line.size();
        lock.gate.leave();
        return "Condition[" + waiting + " waiting, " + lock + "]";
    }
}

package dev.weft.sync;

import static java.util.Objects.requireNonNull;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.loop.kernel.Nothing;
import dev.weft.loop.kernel.TaskCore;
import dev.weft.loop.kernel.Waiter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit to how many do something at once, which knows who they are and can be moved while it is in use.
 *
 * <p>A borrower is the task that acquires, or the thread where there is no task, or any object in whose name
 * {@link #acquireOnBehalfOf} is called. It borrows one token at most and gives it back itself, so that a release too
 * many is an error and not a higher limit. That is the difference to a {@link Semaphore}.
 *
 * <p>Inside: {@code loans} holds one loan for each borrower, those in line included; objects are told apart by
 * identity. Nobody is in line while {@code borrowed < capacity}.
 */
public final class Limiter {
    /**
     * What a limiter is doing at one moment.
     *
     * @param capacity how many tokens may be borrowed at once
     * @param borrowed how many are; more than {@code capacity} for a while after {@link Limiter#resize} has lowered it
     * @param waiting how many borrowers are in line
     * @param borrowers who has borrowed a token, in no order
     */
    public record Statistics(int capacity, int borrowed, int waiting, List<Object> borrowers) {
        /** Copies the list. */
        public Statistics {
            borrowers = List.copyOf(borrowers);
        }
    }

    /** A token that is borrowed or waited for. */
    private static final class Loan extends Place {
        final Object borrower;

        Loan(Waiter waiter, Object borrower) {
            super(waiter);
            this.borrower = borrower;
        }
    }

    private final Gate gate = new Gate();
    private final Line<Loan> line = new Line<>();
    private final IdentityHashMap<Object, Loan> loans = new IdentityHashMap<>();
    private int capacity;
    private int borrowed;

    /**
     * Makes a limiter.
     *
     * @param capacity how many tokens may be borrowed at once, not negative; 0 lets nobody through until
     *     {@link #resize}
     * @throws IllegalArgumentException if {@code capacity} is negative
     */
    public Limiter(int capacity) {
        this.capacity = notNegative(capacity);
    }

    private static int notNegative(int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("a limiter needs a capacity of 0 or more, and was given " + capacity);
        }
        return capacity;
    }

    /**
     * Borrows a token for the calling task, and waits for one if all are borrowed.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; no token has been
     *     borrowed then
     * @throws IllegalStateException if the caller has borrowed one already
     */
    public void acquire() {
        Waiter self = Waiter.current();
        acquire(self, self.party());
    }

    /**
     * Borrows a token in the name of another, who gives it back by {@link #releaseOnBehalfOf}; for work that outlives
     * the task that starts it.
     *
     * @param borrower in whose name; told apart by identity
     * @throws dev.weft.Cancelled as for {@link #acquire}
     * @throws IllegalStateException if the borrower has a token already, or is in line for one
     */
    public void acquireOnBehalfOf(Object borrower) {
        acquire(Waiter.current(), borrower);
    }

    private void acquire(Waiter self, Object borrower) {
        var loan = new Loan(self, requireNonNull(borrower, "borrower"));
        self.checkpoint();
        boolean free = false;
        Loan before;
        gate.enter();
        try {
            before = loans.putIfAbsent(borrower, loan);
            if (before == null) {
                free = borrowed < capacity;
                if (free) {
                    borrowed++;
                    loan.serve();
                } else {
                    line.add(loan);
                }
            }
        } finally {
            gate.leave();
        }
        if (before != null) {
            throw twice(borrower);
        }
        if (free) {
            return;
        }
        try {
            loan.await(this);
        } catch (Throwable e) {
            giveUp(loan);
            throw e;
        }
    }

    private void giveUp(Loan loan) {
        Place next = null;
        gate.enter();
        boolean lent = !line.remove(loan);
        if (loans.remove(loan.borrower, loan) && lent) {
            next = giveBack();
        }
        gate.leave();
        Place.wake(next);
    }

    /** Gives one token back; under the gate. Returns whom to wake. */
    private @Nullable Place giveBack() {
        borrowed--;
        return lend();
    }

    /** Lends a token to the first in line if one may be lent; under the gate. Returns whom to wake. */
    private @Nullable Place lend() {
        Loan next = borrowed < capacity ? line.poll() : null;
        if (next != null) {
            borrowed++;
            next.serve();
        }
        return next;
    }

    /**
     * Borrows a token for the calling task if one is free; never waits.
     *
     * @return whether it did; false whenever others are in line
     * @throws IllegalStateException if the caller has borrowed one already
     */
    public boolean tryAcquire() {
        Waiter self = Waiter.current();
        return tryAcquire(self, self.party());
    }

    /**
     * Borrows a token in the name of another if one is free; never waits.
     *
     * @param borrower in whose name; told apart by identity
     * @return whether it did; false whenever others are in line
     * @throws IllegalStateException if the borrower has a token already, or is in line for one
     */
    public boolean tryAcquireOnBehalfOf(Object borrower) {
        return tryAcquire(Waiter.current(), borrower);
    }

    private boolean tryAcquire(Waiter self, Object borrower) {
        var loan = new Loan(self, requireNonNull(borrower, "borrower"));
        gate.enter();
        boolean known;
        boolean free = false;
        try {
            known = loans.containsKey(borrower);
            if (!known && borrowed < capacity) {
                loans.put(borrower, loan);
                loan.serve();
                borrowed++;
                free = true;
            }
        } finally {
            gate.leave();
        }
        if (known) {
            throw twice(borrower);
        }
        return free;
    }

    private static IllegalStateException twice(Object borrower) {
        return new IllegalStateException(name(borrower)
                + " has borrowed a token of this limiter already, or is in line for one, and each borrower has one at most; release it first, or borrow on behalf of an object"
                + " of its own");
    }

    /**
     * Gives the token of the calling task back.
     *
     * @throws IllegalStateException if the caller has none
     */
    public void release() {
        releaseOnBehalfOf(Waiter.current().party());
    }

    /**
     * Gives a token back that was borrowed in the name of another. Any task or thread may.
     *
     * @param borrower in whose name
     * @throws IllegalStateException if that borrower has none
     */
    public void releaseOnBehalfOf(Object borrower) {
        Place next = null;
        gate.enter();
        Loan loan = loans.get(borrower);
        boolean lent = loan != null && !loan.waiting();
        if (lent) {
            loans.remove(borrower);
            next = giveBack();
        }
        gate.leave();
        if (!lent) {
            throw new IllegalStateException(
                    name(borrower)
                            + " has borrowed no token of this limiter and cannot give one back; release once for each acquire, in the name of the same borrower");
        }
        Place.wake(next);
    }

    /**
     * Runs a block with a token, which is given back however the block ends.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws dev.weft.Cancelled if the calling task is cancelled while it waits for the token
     * @throws IllegalStateException if the caller has borrowed one already
     */
    public <T extends @Nullable Object, X extends Throwable> T withToken(Body<T, X> body) throws X {
        acquire();
        try {
            return body.call();
        } finally {
            release();
        }
    }

    /**
     * Runs a block without a result with a token, as {@link #withToken(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public <X extends Throwable> void withToken(Action<X> body) throws X {
        this.<@Nullable Void, X>withToken(() -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * Moves the limit. A higher one lets those in line go on at once; a lower one lets nobody through until enough
     * tokens have been given back.
     *
     * @param capacity how many tokens may be borrowed at once from now on, not negative
     * @throws IllegalArgumentException if {@code capacity} is negative
     */
    public void resize(int capacity) {
        notNegative(capacity);
        var served = new Chain();
        gate.enter();
        this.capacity = capacity;
        for (Place next = lend(); next != null; next = lend()) {
            served.add(next);
        }
        gate.leave();
        served.wake();
    }

    /**
     * {@return how many tokens may be borrowed at once}
     */
    public int capacity() {
        gate.enter();
        int limit = capacity;
        gate.leave();
        return limit;
    }

    /**
     * {@return what this limiter is doing now: all its figures are of the same moment}
     */
    public Statistics statistics() {
        gate.enter();
        try {
            List<Object> borrowers = new ArrayList<>(borrowed);
            for (Loan loan : loans.values()) {
                if (!loan.waiting()) {
                    borrowers.add(loan.borrower);
                }
            }
            return new Statistics(capacity, borrowed, line.size(), borrowers);
        } finally {
            gate.leave();
        }
    }

    private static String name(Object borrower) {
        return switch (borrower) {
            case TaskCore<?> task -> "task '" + task.name() + "'";
            case Thread thread -> "thread '" + thread.getName() + "'";
            default -> "borrower " + borrower;
        };
    }

    @Override
    public String toString() {
        gate.enter();
        int limit = capacity;
        int held = borrowed;
        int waiting = line.size();
        gate.leave();
        return "Limiter[" + held + " of " + limit + " borrowed, " + waiting + " waiting]";
    }
}

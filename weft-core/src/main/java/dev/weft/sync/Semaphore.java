package dev.weft.sync;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.loop.kernel.Nothing;
import dev.weft.loop.kernel.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits, for which those who find none wait in line.
 *
 * <p>Any coroutine or thread may release, not only one that acquired. A permit that is released while others wait is
 * handed to the first of them, so that one who releases and acquires again stands last.
 * {@link java.util.concurrent.Semaphore} works in coroutines too; this one is fair and takes part in cancellation.
 *
 * <p>Inside: permits are counted only while nobody waits, so {@code permits > 0} means that the line is empty.
 */
public final class Semaphore {
    private final Gate gate = new Gate();
    private final Line<Place> line = new Line<>();
    private final int limit;
    private int permits;

    /**
     * Makes a semaphore.
     *
     * @param permits how many permits there are at first, not negative
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public Semaphore(int permits) {
        this(permits, Integer.MAX_VALUE);
    }

    private Semaphore(int permits, int limit) {
        if (permits < 0) {
            throw new IllegalArgumentException(
                    "a semaphore starts with 0 permits or more, and was to start with " + permits);
        }
        this.permits = permits;
        this.limit = limit;
    }

    /**
     * Makes a semaphore that refuses to hold more permits than at first, which catches a release without an acquire.
     *
     * @param permits how many permits there are, not negative
     * @return the semaphore
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public static Semaphore bounded(int permits) {
        return new Semaphore(permits, permits);
    }

    /**
     * Takes a permit, and waits for one if there is none.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; no permit has been
     *     taken then
     */
    public void acquire() {
        Waiter self = Waiter.current();
        self.checkpoint();
        if (tryAcquire()) {
            return;
        }
        var place = new Place(self);
        gate.enter();
        boolean free = permits > 0;
        if (free) {
            permits--;
        } else {
            line.add(place);
        }
        gate.leave();
        if (free) {
            return;
        }
        try {
            place.await(this);
        } catch (Throwable e) {
            giveUp(place);
            throw e;
        }
    }

    private void giveUp(Place place) {
        Place next = null;
        gate.enter();
        if (!line.remove(place)) {
            next = handOver();
        }
        gate.leave();
        Place.wake(next);
    }

    /** Gives one permit to the first in line, or back; under the gate. Returns whom to wake. */
    private @Nullable Place handOver() {
        Place next = line.poll();
        if (next == null) {
            permits++;
        } else {
            next.serve();
        }
        return next;
    }

    /**
     * Takes a permit if there is one; never waits.
     *
     * @return whether it did; false whenever others are in line
     */
    public boolean tryAcquire() {
        gate.enter();
        boolean free = permits > 0;
        if (free) {
            permits--;
        }
        gate.leave();
        return free;
    }

    /**
     * Gives a permit to the first in line, or to whoever comes next.
     *
     * @throws IllegalStateException if a {@linkplain #bounded bounded} semaphore has all its permits already, or
     *     the number of permits would exceed the greatest {@code int}
     */
    public void release() {
        release(1);
    }

    /**
     * Gives a number of permits to as many in line, or to whoever comes next.
     *
     * @param number how many, at least 1
     * @throws IllegalArgumentException if {@code number} is less than 1
     * @throws IllegalStateException as for {@link #release()}; no permit has been released then
     */
    public void release(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("release needs at least 1 permit, and was given " + number);
        }
        var served = new Chain();
        gate.enter();
        int before = permits;
        boolean fits = number <= limit - before;
        if (fits) {
            for (int left = number; left > 0; left--) {
                Place next = line.poll();
                if (next == null) {
                    permits += left;
                    break;
                }
                next.serve();
                served.add(next);
            }
        }
        gate.leave();
        if (!fits) {
            throw new IllegalStateException(
                    "a release of " + number + " would leave this semaphore with more than its limit of " + limit
                            + " permits: it has " + before + " now; release once for each acquire");
        }
        served.wake();
    }

    /**
     * Runs a block with a permit, which it releases however the block ends.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws dev.weft.Cancelled if the calling task is cancelled while it waits for the permit
     */
    public <T extends @Nullable Object, X extends Throwable> T withPermit(Body<T, X> body) throws X {
        acquire();
        try {
            return body.call();
        } finally {
            release();
        }
    }

    /**
     * Runs a block without a result with a permit, as {@link #withPermit(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public <X extends Throwable> void withPermit(Action<X> body) throws X {
        this.<@Nullable Void, X>withPermit(() -> {
            body.run();
            return Nothing.value();
        });
    }

    /**
     * {@return the number of permits that can be taken now; 0 whenever others are in line}
     */
    public int available() {
        gate.enter();
        int free = permits;
        gate.leave();
        return free;
    }

    @Override
    public String toString() {
        gate.enter();
        int free = permits;
        int waiting = line.size();
        gate.leave();
        return "Semaphore[" + free + " free" + (limit == Integer.MAX_VALUE ? "" : " of " + limit) + ", " + waiting
                + " waiting]";
    }
}

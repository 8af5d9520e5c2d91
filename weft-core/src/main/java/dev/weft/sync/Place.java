package dev.weft.sync;

import dev.weft.loop.kernel.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * The place of one waiter in a {@link Line}, for one wait: the base on which all waiting of this package rests.
 *
 * <h2>States</h2>
 *
 * <pre>
 *   WAITING ──{@link #serve}──► SERVED     it was given what it waits for
 *      │  └───{@link #refuse}─► REFUSED    what it waits for will not come
 *      └──{@link Line#remove}─► (out of its line, still WAITING) it has given up
 * </pre>
 *
 * <p>All transitions are made inside the {@link Gate} of the primitive, so that exactly one of them happens: whoever
 * serves takes the place out of its line first, and whoever gives up finds out under the gate whether it is still in
 * one. The waiter reads {@code state} without the gate; what was written to the place before it was served is visible
 * then.
 *
 * <h2>A wait</h2>
 *
 * <pre>{@code
 * gate.enter();
 * ... return if there is no need to wait
 * line.add(place);
 * gate.leave();
 * try {
 *     place.await(this);
 * } catch (Throwable e) {            // cancelled
 *     gate.enter();
 *     if (!line.remove(place)) {     // served at the same moment
 *         ... pass on to the next in line what it was given
 *     }
 *     gate.leave();
 *     throw e;
 * }
 * }</pre>
 *
 * <p>So a cancellation that comes before the waiter runs again wins over what it was given, and nothing is lost. A wait
 * whose effect cannot be passed on (an item that was put is there) uses {@link #awaitUnlessServed} instead: it returns
 * if it was served, and the cancellation is raised at the next checkpoint.
 */
class Place {
    private static final int WAITING = 0;
    private static final int SERVED = 1;
    private static final int REFUSED = 2;

    final Waiter waiter;

    /**
     * Neighbours in the line, guarded by the gate; once out of it, {@code next} is for the {@link Chain} that the place
     * is in.
     */
    @Nullable
    Place previous;

    @Nullable
    Place next;

    /** The line that this place is in. Guarded by the gate. */
    @Nullable
    Line<?> line;

    private volatile int state;

    Place(Waiter waiter) {
        this.waiter = waiter;
    }

    /**
     * Claims this place for whoever is about to serve it; false if it has been served elsewhere or has given up. Under
     * the gate.
     */
    boolean claim() {
        return true;
    }

    /** Marks this place as given what it waits for; under the gate, with the place out of its line. */
    void serve() {
        state = SERVED;
    }

    /** Marks this place as one that waits in vain; under the gate, with the place out of its line. */
    void refuse() {
        state = REFUSED;
    }

    boolean waiting() {
        return state == WAITING;
    }

    boolean refused() {
        return state == REFUSED;
    }

    /**
     * Waits until this place is no longer {@link #waiting}; called by the waiter.
     *
     * @param primitive what is waited for, shown in diagnostics
     * @throws dev.weft.Cancelled if the waiter is cancelled before it runs again
     */
    final void await(Object primitive) {
        while (waiting()) {
            waiter.checkpoint();
            waiter.park(primitive);
        }
        waiter.checkpoint();
        waiter.leave();
    }

    /**
     * Waits until this place is no longer {@link #waiting}, as {@link #await}, but returns if it is, cancelled or not.
     *
     * @param primitive what is waited for, shown in diagnostics
     * @throws dev.weft.Cancelled if the waiter is cancelled first
     */
    final void awaitUnlessServed(Object primitive) {
        while (waiting()) {
            waiter.checkpoint();
            waiter.park(primitive);
        }
        waiter.leave();
    }

    /**
     * Waits until this place is no longer {@link #waiting}, cancelled or not; called by the waiter.
     *
     * @param primitive what is waited for, shown in diagnostics
     */
    final void awaitUncancellably(Object primitive) {
        while (waiting()) {
            waiter.park(primitive);
        }
        waiter.leave();
    }

    /** Wakes the waiter of a place that was served or refused, if there is one; outside of the gate. */
    static void wake(@Nullable Place place) {
        if (place != null) {
            place.waiter.unpark();
        }
    }
}

package dev.weft.sync;

import dev.weft.loop.kernel.Waiter;

/**
 * A flag that one sets and many wait for.
 *
 * <p>To set it and clear it at once still lets everybody go on who was waiting. The rules of this package hold for
 * threads, order and cancellation.
 *
 * <p>{@code set} is written under the gate and read anywhere; who finds it false under the gate is in line before it is
 * set.
 */
public final class Event {
    private final Gate gate = new Gate();
    private final Line<Place> line = new Line<>();
    private volatile boolean set;

    /** Makes an event that is not set. */
    public Event() {}

    /** Sets the flag and lets all go on that wait; idempotent. What was done before happens-before their return. */
    public void set() {
        var waiting = new Chain();
        gate.enter();
        set = true;
        line.serveAll(waiting);
        gate.leave();
        waiting.wake();
    }

    /** Clears the flag: who comes from now on waits for the next {@link #set}. */
    public void clear() {
        gate.enter();
        set = false;
        gate.leave();
    }

    /**
     * {@return whether the flag is set}
     */
    public boolean isSet() {
        return set;
    }

    /**
     * Waits until the flag is set; returns without suspending if it is.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted
     */
    public void await() {
        Waiter self = Waiter.current();
        self.checkpoint();
        if (set) {
            return;
        }
        var place = new Place(self);
        gate.enter();
        boolean free = set;
        if (!free) {
            line.add(place);
        }
        gate.leave();
        if (free) {
            return;
        }
        try {
            place.await(this);
        } catch (Throwable e) {
            gate.enter();
            line.remove(place);
            gate.leave();
            throw e;
        }
    }

    @Override
    public String toString() {
        gate.enter();
        int waiting = line.size();
        gate.leave();
        return "Event[" + (set ? "set" : "not set") + ", " + waiting + " waiting]";
    }
}

package dev.weft.sync;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.Waiter;

/**
 * A point where a fixed number of parties wait for each other, again and again.
 *
 * <pre>
 *   filling ──last party arrives──► all of this generation go on; filling again, for the next one
 *      │  └───reset──► those who wait fail; filling again
 *      └──abort──► those who wait fail ──► broken ──reset──► filling
 * </pre>
 *
 * <p>A party that comes back while others of its generation have not gone on yet belongs to the next generation. A
 * party that is cancelled while it waits just leaves: the barrier is not broken, and another takes its place. Once the
 * last party has arrived {@link #await} returns to all, also to one that is cancelled at this moment, since the others
 * count on it; its cancellation is raised at its next checkpoint.
 *
 * <p>Use {@link java.util.concurrent.CyclicBarrier}, which works in coroutines, where an action is to run before the
 * parties go on, or one cancelled party is to fail all.
 */
public final class Barrier {
    /** A party that waits; {@code index} is written before it is served. */
    private static final class Party extends Place {
        int index;

        Party(Waiter waiter) {
            super(waiter);
        }
    }

    private final Gate gate = new Gate();
    private final Line<Party> line = new Line<>();
    private final int parties;
    private boolean broken;

    /**
     * Makes a barrier.
     *
     * @param parties how many wait for each other, at least 1
     * @throws IllegalArgumentException if {@code parties} is less than 1
     */
    public Barrier(int parties) {
        if (parties < 1) {
            throw new IllegalArgumentException("a barrier needs at least 1 party, and was given " + parties);
        }
        this.parties = parties;
    }

    /**
     * Waits until all parties have arrived.
     *
     * @return a number from 0 to one less than the parties, another one for each of a generation, in the order of
     *     arrival
     * @throws Cancelled if the calling task is cancelled, or the thread interrupted; it does not count as arrived then
     * @throws BrokenException if the barrier is broken, or is reset or aborted meanwhile
     */
    public int await() {
        Waiter self = Waiter.current();
        self.checkpoint();
        var party = new Party(self);
        var served = new Chain();
        gate.enter();
        boolean refused = broken;
        boolean last = !refused && line.size() == parties - 1;
        if (last) {
            int index = 0;
            for (Party other = line.poll(); other != null; other = line.poll()) {
                other.index = index++;
                other.serve();
                served.add(other);
            }
        } else if (!refused) {
            line.add(party);
        }
        gate.leave();
        if (refused) {
            throw new BrokenException("the barrier was aborted; reset() makes it usable again", null);
        }
        if (last) {
            served.wake();
            return parties - 1;
        }
        try {
            party.awaitUnlessServed(this);
        } catch (Throwable e) {
            if (leave(party) || !(e instanceof Cancelled)) {
                throw e;
            }
        }
        if (party.refused()) {
            throw new BrokenException("the barrier was reset or aborted while this party waited for the others", null);
        }
        return party.index;
    }

    private boolean leave(Party party) {
        gate.enter();
        boolean left = line.remove(party);
        gate.leave();
        return left;
    }

    /**
     * Fails those who wait now with {@link BrokenException}, and makes the barrier usable for those who come later,
     * also after {@link #abort}.
     */
    public void reset() {
        breakUp(false);
    }

    /** Fails those who wait now with {@link BrokenException}, and all who come later until {@link #reset}. */
    public void abort() {
        breakUp(true);
    }

    private void breakUp(boolean forGood) {
        var refused = new Chain();
        gate.enter();
        broken = forGood;
        line.refuseAll(refused);
        gate.leave();
        refused.wake();
    }

    /**
     * {@return whether the barrier was aborted and not reset since}
     */
    public boolean isBroken() {
        gate.enter();
        boolean aborted = broken;
        gate.leave();
        return aborted;
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
        gate.enter();
        int arrived = line.size();
        gate.leave();
        return arrived;
    }

    @Override
    public String toString() {
        return "Barrier[" + waiting() + " of " + parties + " waiting" + (isBroken() ? ", broken" : "") + "]";
    }
}

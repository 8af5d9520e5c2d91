package dev.weft.cli.map.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Inputs that a slot has taken together, and what came of those that have ended.
 *
 * <pre>
 *   waiting ──► under way ──► held ──► recorded
 *      └──► given back
 * </pre>
 *
 * The slot {@linkplain #begin begins} and {@linkplain #end ends} one after the other. What has ended is held, so that
 * several are printed and recorded at once, until the slot finds it {@linkplain #isDue due}, or whoever
 * {@linkplain #isOverdue looks after all lots} does, while the slot is in a call that takes long. The same takes away
 * what waits behind such a call. So an input is with exactly one of the scheduler, a lot and the record.
 *
 * <p>State is guarded by {@code this}. Recording is under {@link #recording}: a slot must not say that it is done with
 * a lot before all of it has been recorded, whoever does that.
 */
final class Lot {
    /** How long a result may be held while the slot goes on with others. */
    static final long HOLD_NANOS = 10_000_000;

    /** How much output may be held. */
    private static final long HOLD_BYTES = 64 * 1024;

    final int slot;

    /** Held while something of this lot is recorded. */
    final ReentrantLock recording = new ReentrantLock();

    private final LongSupplier clock;
    private final BooleanSupplier ending;
    private final ArrayDeque<Attempt> waiting;
    private List<Ended> held = new ArrayList<>();
    private long heldBytes;
    private long heldSince;
    private long measured;
    private long begun;
    private long ended;
    private int count;

    /**
     * Makes a lot.
     *
     * @param slot the slot that has it, from 1
     * @param attempts what it has taken
     * @param ending whether nothing more may begin
     * @param clock the time in nanoseconds
     */
    Lot(int slot, Collection<Attempt> attempts, BooleanSupplier ending, LongSupplier clock) {
        this.slot = slot;
        this.waiting = new ArrayDeque<>(attempts);
        this.ending = ending;
        this.clock = clock;
        this.measured = clock.getAsLong();
        this.begun = measured;
        this.ended = measured;
    }

    /** {@return what the slot tries next; null if there is nothing left, or nothing may begin any more} */
    synchronized @Nullable Attempt begin() {
        if (ending.getAsBoolean()) {
            return null;
        }
        begun = ended; // what was between was ours, and short
        return waiting.poll();
    }

    /** Takes more, to go on without an end of what is under way. */
    synchronized void add(Collection<Attempt> more) {
        waiting.addAll(more);
    }

    /** Has a try wait again that was begun in vain. */
    synchronized void putBack(Attempt attempt) {
        waiting.addFirst(attempt);
    }

    /** Holds what came of a try. */
    synchronized void end(Ended result) {
        long now = clock.getAsLong();
        if (held.isEmpty()) {
            heldSince = now;
        }
        held.add(result);
        heldBytes += result.output().inMemory() + result.error().inMemory();
        ended = now;
        count++;
    }

    /** {@return whether the slot had better record what is held before it goes on} */
    synchronized boolean isDue() {
        return heldBytes > HOLD_BYTES || (!held.isEmpty() && ended - heldSince >= HOLD_NANOS);
    }

    /** {@return whether something has been held for so long that somebody else must record it} */
    synchronized boolean isOverdue() {
        return !held.isEmpty() && clock.getAsLong() - heldSince >= HOLD_NANOS;
    }

    /** {@return what is held, and now is the caller's to record} */
    synchronized List<Ended> takeHeld() {
        List<Ended> all = held;
        if (!all.isEmpty()) {
            held = new ArrayList<>();
            heldBytes = 0;
        }
        return all;
    }

    /** {@return what waits, and now is the caller's to give back} */
    synchronized List<Attempt> takeWaiting() {
        List<Attempt> rest = List.copyOf(waiting);
        waiting.clear();
        return rest;
    }

    /** {@return what waits behind a try that takes long, and now is the caller's to give back} */
    synchronized List<Attempt> takeWaitingInVain() {
        return waiting.isEmpty() || clock.getAsLong() - begun < HOLD_NANOS ? List.of() : takeWaiting();
    }

    /** {@return whether more than one try waits} */
    synchronized boolean isSeveral() {
        return waiting.size() > 1;
    }

    /** Says how many tries have ended since this was asked before, and how long they took altogether. */
    synchronized void measure(LotSize size) {
        size.took(count, ended - measured);
        count = 0;
        measured = ended;
    }
}

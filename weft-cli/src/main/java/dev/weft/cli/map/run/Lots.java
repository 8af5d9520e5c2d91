package dev.weft.cli.map.run;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lots of all slots. Slots {@linkplain #next take} and {@linkplain #end end} theirs; the thread of the run
 * {@linkplain #look looks after} those whose slot is in a call that takes long; the timer {@linkplain #giveUp ends}
 * those whose call does not end.
 */
final class Lots {
    /** Records what has ended. */
    @FunctionalInterface
    interface Recording {
        void of(List<Ended> ended) throws IOException;
    }

    /**
     * How many inputs all slots hold at most, so that memory does not grow with the number of slots: but some for each.
     */
    private static final int MOST_IN_ALL = 16 * 1024;

    private static final int LEAST = 16;

    private final Scheduler scheduler;
    private final Plan.Jobs jobs;
    private final Recording recording;
    private final boolean together;
    private final LongSupplier clock;
    private final LotSize size = new LotSize();
    private final Map<Integer, Lot> lots = new ConcurrentHashMap<>();

    /**
     * Makes lots.
     *
     * @param scheduler says what is next
     * @param jobs how many slots there are to be
     * @param together whether a lot may have more than one input
     * @param recording records what has ended
     * @param clock the time in nanoseconds
     */
    Lots(Scheduler scheduler, Plan.Jobs jobs, boolean together, Recording recording, LongSupplier clock) {
        this.scheduler = scheduler;
        this.jobs = jobs;
        this.together = together;
        this.recording = recording;
        this.clock = clock;
    }

    /**
     * Waits for something to do.
     *
     * @param slot the slot, which has no other lot
     * @return its lot; null if the slot is to end
     */
    @Nullable
    Lot next(int slot) {
        List<Attempt> attempts = scheduler.next(most());
        if (attempts.isEmpty()) {
            return null;
        }
        var lot = new Lot(slot, attempts, scheduler::isEnding, clock);
        lots.put(slot, lot);
        return lot;
    }

    private int most() {
        return together ? Math.min(size.now(), Math.max(LEAST, MOST_IN_ALL / jobs.now())) : 1;
    }

    /** Holds what came of a try, and records what is due. Called by the slot. */
    void end(Lot lot, Ended result) throws IOException {
        lot.end(result);
        if (lot.isDue()) {
            record(lot);
        }
    }

    /** Ends a lot: the rest is recorded, or given back. Called by the slot. */
    void end(Lot lot) throws IOException {
        lots.remove(lot.slot, lot);
        if (together) {
            lot.measure(size);
        }
        close(lot);
    }

    /**
     * Takes more into a lot whose calls are made together once half of them have ended, so that none of those who make
     * them has to wait for the last. Called by the slot.
     *
     * @param open how many are under way
     * @return whether there is more to begin
     */
    boolean refill(Lot lot, int open) {
        int most = most();
        if (open > most / 2) {
            return false;
        }
        lot.measure(size);
        List<Attempt> more = scheduler.more(most - open);
        lot.add(more);
        return !more.isEmpty();
    }

    /**
     * Ends the lot of a slot whose call does not end.
     *
     * @param result what is said of that call
     */
    void giveUp(Ended result) throws IOException {
        Lot lot = lots.remove(result.slot());
        if (lot == null) {
            throw new IllegalStateException("slot " + result.slot() + " has no inputs, and cannot give one up");
        }
        lot.end(result);
        close(lot);
    }

    private void close(Lot lot) throws IOException {
        try {
            record(lot);
        } finally {
            scheduler.left(lot.takeWaiting());
        }
    }

    /** Records what has been held for long, and takes away what waits behind calls that take long. */
    void look() throws IOException {
        for (Lot lot : lots.values()) {
            scheduler.giveBack(lot.takeWaitingInVain());
        }
        for (Lot lot : lots.values()) {
            if (lot.isOverdue()) {
                record(lot);
            }
        }
    }

    /** What a slot adds meanwhile may come to be recorded here or by itself, but nothing twice. */
    private void record(Lot lot) throws IOException {
        lot.recording.lock();
        try {
            List<Ended> ended = lot.takeHeld();
            if (!ended.isEmpty()) {
                recording.of(ended);
            }
        } finally {
            lot.recording.unlock();
        }
    }
}

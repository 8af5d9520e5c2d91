package dev.weft.cli.map.run;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Finds how many at once complete most, by trying.
 *
 * <pre>
 *             hold is over, processors idle              gained enough
 *   STEADY ────────────────────────────────► TRIAL up ──────────────────► STEADY at more, tries on at once
 *     ▲ │                                       │
 *     │ └──────────► TRIAL down ── lost ──┐     │ did not
 *     │  hold is over    │                ▼     ▼
 *     │                  │              back, and a longer hold
 *     └──────────────────┘ lost nothing: STEADY at fewer, tries on at once
 * </pre>
 *
 * What is compared is the rate at which inputs go well, over windows in which the number bounds it: inputs that failed
 * do not count, and a window says nothing in which many slots had nothing to do. The number rises only while processors
 * are idle, so that work that computes stays at the number it began with. A rise must bring a good part of what it
 * could bring at best, a fall may cost next to nothing; in between, all stays as it is. Each trial in vain doubles the
 * time until the next one.
 *
 * <p>After a change, those that began before it are left out. A window ends with a multiple of the number at once,
 * since work of equal length ends in bunches. All but {@link #now} is called by one thread at a time.
 */
public final class AdaptiveJobs implements Plan.Jobs {
    /** The part of the greatest possible gain that a rise must bring. */
    private static final double WORTH_IT = 0.3;

    /** The part of the rate that a fall must keep. */
    private static final double KEEPS = 0.95;

    /** From which loss on, without a change of ours, the surroundings must have changed. */
    private static final double CHANGED = 0.7;

    /** The part of the processors that must be idle for a rise. */
    private static final double IDLE = 0.1;

    /** The part of the slots that must be at work for a window to count. */
    private static final double FILLED = 0.9;

    private static final int FIRST_HOLD = 4;
    private static final int LONGEST_HOLD = 64;
    private static final int LEAST_ENDED = 12;
    private static final int LEAST_ENDED_AT_FIRST = 4;
    private static final long LEAST_NANOS = 200_000_000L;

    private enum Trial {
        NONE,
        UP,
        DOWN
    }

    private final int least;
    private final int most;
    private final LongSupplier clock;
    private final DoubleSupplier idle;
    private volatile int limit;

    private Trial trial = Trial.NONE;
    private int before;
    private double rateBefore;
    private double rate;
    private boolean ascending = true;
    private boolean nextUp = true;
    private int hold;
    private int nextHold = FIRST_HOLD;

    private int settling;
    private boolean open;
    private long begin;
    private long ended;
    private long good;
    private long slots;

    /**
     * Begins with a number.
     *
     * @param start the number, between the other two
     * @param least the least
     * @param most the most
     * @param clock the time in nanoseconds
     * @param idle which part of the processors was idle since it was last asked, between 0 and 1; 0 if there is another
     *     reason not to start more
     */
    public AdaptiveJobs(int start, int least, int most, LongSupplier clock, DoubleSupplier idle) {
        if (least < 1 || start < least || most < start) {
            throw new IllegalArgumentException(
                    "expected 1 <= least <= start <= most, found " + least + ", " + start + ", " + most);
        }
        this.limit = start;
        this.least = least;
        this.most = most;
        this.clock = clock;
        this.idle = idle;
    }

    @Override
    public int now() {
        return limit;
    }

    @Override
    public int most() {
        return most;
    }

    @Override
    public void ended(boolean ok, int running) {
        if (settling > 0) {
            settling--;
            return;
        }
        long now = clock.getAsLong();
        if (!open) {
            open(now);
            return;
        }
        ended++;
        slots += running;
        if (ok) {
            good++;
        }
        int enough = ascending ? LEAST_ENDED_AT_FIRST : Math.max(LEAST_ENDED, 2 * limit);
        if (ended < enough || ended % limit != 0 || now - begin < LEAST_NANOS) {
            return;
        }
        boolean filled = slots >= FILLED * ended * limit;
        double seconds = (now - begin) / 1e9;
        double measured = good / seconds;
        double free = idle.getAsDouble();
        open(now);
        if (filled) {
            window(measured, free);
        }
    }

    private void open(long now) {
        if (!open) {
            double _ = idle.getAsDouble(); // from here on
            open = true;
        }
        begin = now;
        ended = 0;
        good = 0;
        slots = 0;
    }

    private void window(double measured, double free) {
        switch (trial) {
            case UP -> {
                double possible = (double) limit / before - 1;
                settle(measured > 0 && measured >= rateBefore * (1 + WORTH_IT * possible), measured);
            }
            case DOWN -> settle(measured >= KEEPS * rateBefore, measured);
            case NONE -> {
                if (rate > 0 && measured < CHANGED * rate) {
                    hold = 0;
                    nextHold = FIRST_HOLD;
                    nextUp = false; // fewer may be as fast now
                }
                rate = rate == 0 ? measured : (rate + measured) / 2;
                if (hold > 0) {
                    hold--;
                    return;
                }
            }
        }
        if (trial == Trial.NONE && hold == 0) {
            tryAnother(measured, free);
        }
    }

    /** Ends a trial: stays if it was good, or else goes back. */
    private void settle(boolean good, double measured) {
        Trial was = trial;
        trial = Trial.NONE;
        if (good) {
            rate = measured;
            hold = 0;
            nextHold = FIRST_HOLD;
            nextUp = was == Trial.UP;
            return;
        }
        ascending = false;
        rate = rateBefore;
        nextUp = was == Trial.DOWN;
        hold = nextHold;
        nextHold = Math.min(LONGEST_HOLD, 2 * nextHold);
        change(before);
    }

    private void tryAnother(double measured, double free) {
        boolean mayRise = free >= IDLE && limit < most;
        boolean mayFall = limit > least;
        if (!mayRise && !mayFall) {
            return;
        }
        boolean up = mayRise && (nextUp || !mayFall);
        if (!up && !mayFall) {
            return;
        }
        if (!up && ascending) {
            ascending = false; // at the top of what is idle or allowed: wait before it is looked whether fewer do
            hold = nextHold;
            nextUp = false;
            return;
        }
        before = limit;
        rateBefore = measured;
        trial = up ? Trial.UP : Trial.DOWN;
        int next = up
                ? Math.max(limit + 1, ascending ? 2 * limit : limit + limit / 2)
                : Math.min(limit - 1, (2 * limit + 2) / 3);
        change(Math.clamp(next, least, most));
    }

    private void change(int next) {
        settling = limit;
        open = false;
        limit = next;
    }
}

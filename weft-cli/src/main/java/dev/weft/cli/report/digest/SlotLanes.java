package dev.weft.cli.report.digest;

import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.report.data.RunReport.Lane;
import dev.weft.cli.report.data.RunReport.Slots;
import dev.weft.cli.report.data.RunReport.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What ran in the first slots: each try while there are few, and otherwise how much of each step was busy. Not
 * thread-safe.
 */
final class SlotLanes {
    static final int MOST_LANES = 32;
    static final int MOST_SPANS = 1_500;

    private final TimeSteps steps;
    private final TreeMap<Integer, Content> lanes = new TreeMap<>();
    private int slots;
    private int spans;

    /** What is kept of a slot. */
    private final class Content {
        final double[] busy = steps.series();
        final double[] tries = steps.series();
        final double[] failed = steps.series();
        final List<Span> spans = new ArrayList<>();
        long allTries;
        long allFailed;
        long busyNanos;
    }

    SlotLanes(TimeSteps steps) {
        this.steps = steps;
    }

    /** Takes note of a try that began at a working time. */
    void take(Outcome outcome, long at, boolean hasFailed) {
        slots = Math.max(slots, outcome.slot());
        if (outcome.slot() > MOST_LANES) {
            return;
        }
        Content lane = lanes.computeIfAbsent(outcome.slot(), _ -> new Content());
        long end = at + outcome.nanos();
        steps.spread(lane.busy, at, end, (double) outcome.nanos());
        steps.add(lane.tries, at, 1);
        steps.add(lane.failed, at, hasFailed ? 1 : 0);
        lane.allTries++;
        lane.allFailed += hasFailed ? 1 : 0;
        lane.busyNanos += outcome.nanos();
        if (spans <= MOST_SPANS && ++spans <= MOST_SPANS) {
            String tried = outcome.attempt() > 1 ? ", try " + outcome.attempt() : "";
            String what = Shortened.input(outcome.input()) + " (input "
                    + outcome.input().index() + tried + "): " + outcome.reason();
            lane.spans.add(new Span(at / 1e9, end / 1e9, 1, 1, hasFailed ? 1 : 0, what));
        } else {
            lane.spans.clear();
        }
    }

    /** {@return how many slots there were} */
    int slots() {
        return slots;
    }

    /** {@return the slots} */
    Slots read() {
        boolean merged = spans > MOST_SPANS;
        List<Lane> read = new ArrayList<>();
        lanes.forEach((slot, lane) -> read.add(new Lane(
                slot,
                lane.allTries,
                lane.allFailed,
                lane.busyNanos / 1e9,
                merged ? stretches(lane) : List.copyOf(lane.spans))));
        return new Slots(slots, merged, read);
    }

    /** Steps one after the other in which the slot was not idle. */
    private List<Span> stretches(Content lane) {
        List<Span> found = new ArrayList<>();
        double step = steps.stepNanos();
        for (int i = 0; i < TimeSteps.COUNT; i++) {
            double busy = Math.min(1, lane.busy[i] / step);
            if (busy > 0) {
                found.add(new Span(
                        i * step / 1e9,
                        (i + 1) * step / 1e9,
                        busy,
                        Math.round(lane.tries[i]),
                        Math.round(lane.failed[i]),
                        null));
            }
        }
        return found;
    }
}

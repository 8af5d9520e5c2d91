package dev.weft.cli.report.digest;

import dev.weft.cli.report.digest.WorkingTime.Change;
import java.util.List;

/** How many tries could have run at once, and when. Times are nanoseconds of working time. Immutable. */
final class Capacity {
    private final List<Change> changes;

    /**
     * Makes it.
     *
     * @param noted when it was set, in the order of time; empty if that was not noted
     * @param slots how many slots there were, for that case
     */
    Capacity(List<Change> noted, int slots) {
        this.changes = noted.isEmpty() ? List.of(new Change(0, Math.max(1, slots))) : noted;
    }

    /** {@return what slots had together from one time to another, in nanoseconds} */
    double nanos(long from, long to) {
        double sum = 0;
        for (int i = 0; i < changes.size(); i++) {
            long begin = Math.max(from, changes.get(i).at());
            long end = i + 1 < changes.size() ? Math.min(to, changes.get(i + 1).at()) : to;
            sum += (double) changes.get(i).jobs() * Math.max(0, end - begin);
        }
        return sum;
    }

    /** {@return how many there were last} */
    int last() {
        return changes.getLast().jobs();
    }

    /** {@return the number that held from one time to another; 0 if it changed meanwhile} */
    int during(long from, long to) {
        int found = changes.getFirst().jobs();
        for (Change change : changes) {
            if (change.at() <= from) {
                found = change.jobs();
            } else if (change.at() < to && change.jobs() != found) {
                return 0;
            }
        }
        return found;
    }
}

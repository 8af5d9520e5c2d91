package dev.weft.testing;

import dev.weft.testing.Simulation.Outcome;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the fewest decisions against the order of production with which a run still fails in the same way: delta
 * debugging (Zeller and Hildebrandt, 2002) of the decision list.
 */
final class Shrinker {
    private static final int MOST_RUNS = 1000;

    private final Function<Decisions, Outcome> run;
    private final String signature;
    private int runs;

    Shrinker(Function<Decisions, Outcome> run, String signature) {
        this.run = run;
        this.signature = signature;
    }

    /** {@return the shortest that was found; null if not even all of them fail again} */
    @Nullable
    Decisions shrink(Decisions found) {
        Decisions best = failing(found);
        if (best == null) {
            return null;
        }
        int parts = 2;
        while (best.special().length > 0 && runs < MOST_RUNS) {
            int[] points = best.special();
            int count = Math.min(parts, points.length);
            Decisions shorter = null;
            for (int part = 0; part < count && shorter == null; part++) {
                shorter = failing(best.only(without(points, part, count)));
                if (shorter != null && shorter.special().length >= points.length) {
                    shorter = null; // it failed, but by other decisions
                }
            }
            if (shorter != null) {
                best = shorter;
                parts = Math.max(2, parts - 1);
            } else if (count == points.length) {
                break;
            } else {
                parts = Math.min(2 * parts, points.length);
            }
        }
        return best;
    }

    private static int[] without(int[] points, int part, int parts) {
        int from = (int) ((long) points.length * part / parts);
        int to = (int) ((long) points.length * (part + 1) / parts);
        int[] rest = new int[points.length - (to - from)];
        System.arraycopy(points, 0, rest, 0, from);
        System.arraycopy(points, to, rest, from, points.length - to);
        return rest;
    }

    /**
     * Runs; returns the decisions that were really made if it fails in the same way, without what no longer matters at
     * the end.
     */
    private @Nullable Decisions failing(Decisions decisions) {
        runs++;
        Outcome outcome = run.apply(decisions);
        if (!outcome.signature().equals(signature)) {
            return null;
        }
        Decisions made = outcome.conductor().decisions();
        int[] special = made.special();
        return made.only(Arrays.copyOf(special, special.length));
    }
}

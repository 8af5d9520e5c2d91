package dev.weft.loop.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Finds cycles in a graph of waits, of any depth. */
public final class Cycles {
    private static final int UNSEEN = -1;
    private static final int DONE = -2;

    private Cycles() {}

    /**
     * Goes down from each node once; a step back onto the way that led there closes a cycle.
     *
     * @param count how many nodes there are, numbered from zero
     * @param edges to which nodes a node has edges; asked once for each
     * @return the cycles, each in the order of its edges
     */
    public static List<List<Integer>> find(int count, IntFunction<int[]> edges) {
        List<List<Integer>> cycles = new ArrayList<>();
        int[] place = new int[count];
        int[] passed = new int[count];
        var below = new int @Nullable [count][];
        Arrays.fill(place, UNSEEN);
        int[] way = new int[count]; // from the start to where it is now
        int length = 0;
        for (int start = 0; start < count; start++) {
            if (place[start] == UNSEEN) {
                place[start] = 0;
                way[length++] = start;
            }
            while (length > 0) {
                int at = way[length - 1];
                int[] targets = below[at];
                if (targets == null) {
                    targets = edges.apply(at);
                    below[at] = targets;
                }
                if (passed[at] == targets.length) {
                    place[at] = DONE;
                    below[at] = null;
                    length--;
                    continue;
                }
                int next = targets[passed[at]++];
                if (place[next] >= 0) {
                    cycles.add(Arrays.stream(way, place[next], length).boxed().toList());
                } else if (place[next] == UNSEEN) {
                    place[next] = length;
                    way[length++] = next;
                }
            }
        }
        return List.copyOf(cycles);
    }
}

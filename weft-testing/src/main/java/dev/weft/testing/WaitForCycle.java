package dev.weft.testing;

import dev.weft.Task;
import dev.weft.loop.kernel.LoopControl;
import dev.weft.loop.kernel.LoopControl.Waiting;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds tasks that wait for each other in a circle. */
final class WaitForCycle {
    private final IdentityHashMap<Task<?>, Waiting> waits = new IdentityHashMap<>();
    private final IdentityHashMap<Task<?>, Boolean> done = new IdentityHashMap<>();
    private final List<Waiting> path = new ArrayList<>();

    private WaitForCycle() {}

    /** {@return a cycle in words; null if there is none that the kernel can see} */
    static @Nullable String find(List<Waiting> waiting) {
        var search = new WaitForCycle();
        for (Waiting one : waiting) {
            if (one.task() != null) {
                search.waits.put(one.task(), one);
            }
        }
        for (Waiting one : waiting) {
            String cycle = one.task() == null ? null : search.from(one.task());
            if (cycle != null) {
                return cycle;
            }
        }
        return null;
    }

    private @Nullable String from(Task<?> task) {
        Waiting here = waits.get(task);
        if (here == null || done.containsKey(task)) {
            return null;
        }
        int before = path.indexOf(here);
        if (before >= 0) {
            return describe(path.subList(before, path.size()));
        }
        path.add(here);
        for (Task<?> next : LoopControl.waitedFor(here.blocker())) {
            String cycle = from(next);
            if (cycle != null) {
                return cycle;
            }
        }
        path.removeLast();
        done.put(task, true);
        return null;
    }

    private static String describe(List<Waiting> cycle) {
        var text = new StringBuilder();
        for (Waiting one : cycle) {
            text.append(one.name()).append(" → ").append(one.blocker()).append(" → ");
        }
        return text + cycle.getFirst().name();
    }
}

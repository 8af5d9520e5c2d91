package dev.weft.testing;

import dev.weft.Task;
import org.jspecify.annotations.Nullable;

/** A task, or another thing that takes steps, as those who choose the order see it. Loop thread only. */
final class Party {
    /** The place in the order in which parties were first seen; the same in each replay. */
    final int number;

    final Object key;

    /** Of the next step, or of the party; meaningful to an {@link Chooser} only. */
    long priority;

    boolean hasPriority;

    /** Where it waits or gave way last, and for what; kept for traces only. */
    @Nullable
    String place;

    @Nullable
    Object blocker;

    Party(int number, Object key) {
        this.number = number;
        this.key = key;
    }

    /** {@return its name, without the numbers that differ from run to run} */
    String name() {
        if (!(key instanceof Task<?> task)) {
            return "callbacks";
        }
        return name(task.name(), number);
    }

    static String name(String name, int number) {
        if (name.startsWith("main of ")) {
            return "main";
        }
        return name.matches("task-\\d+") ? "task #" + number : name;
    }
}

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

    /** Where it waits or gave way last; kept for traces only. */
    @Nullable
    String place;

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

    /** {@return a name for messages; the number, if it is not negative, stands for one that was made up} */
    static String name(String name, int number) {
        if (name.startsWith("main of ")) {
            return "the test itself";
        }
        return number >= 0 && name.matches("task-\\d+") ? "task #" + number : "'" + name + "'";
    }
}

package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.work.Work;
import java.util.List;
import java.util.Map;

/**
 * A workload, ready to run.
 *
 * @param name its name on the command line
 * @param title what a round does, in a few words with the amount
 * @param description what one task is, and what makes it like real work
 * @param unit what one task works on, singular
 * @param settings what the work was made from, as words
 * @param tasks the tasks of a round
 * @param threads how many threads suit it
 * @param threadsBecause why so many, to follow the number in a sentence
 * @param repeatable whether a task has the same result every time, so that the models can be checked against each other
 */
public record Workload(
        String name,
        String title,
        String description,
        String unit,
        Map<String, String> settings,
        List<? extends Work> tasks,
        int threads,
        String threadsBecause,
        boolean repeatable) {

    /** Copies the collections. */
    public Workload {
        tasks = List.copyOf(tasks);
    }
}

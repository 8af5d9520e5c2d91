package dev.weft.cli.live;

import dev.weft.inspect.Request;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of a process a snapshot is to show.
 *
 * @param fold from how many tasks on those that are alike are one fold; zero for never
 * @param places of how many tasks of a fold the place is looked up, which takes some 10 µs each
 * @param stacks whether to fetch whole stacks
 * @param around the name or number of a task: only that, what it waits for and who waits for it; null for all
 */
public record Look(
        int fold, int places, boolean stacks, @Nullable String around) {
    /** What a person can read. */
    public static final Look USUAL = new Look(20, 1_000, false, null);

    /** All, each task as itself. */
    public static final Look ALL = new Look(0, 0, false, null);

    Request request() {
        Map<String, String> parameters = new HashMap<>();
        parameters.put("fold", Integer.toString(fold));
        parameters.put("places", Integer.toString(places));
        parameters.put("stacks", stacks ? "1" : "0");
        if (around != null) {
            parameters.put("around", around);
        }
        return new Request("snapshot", parameters);
    }
}

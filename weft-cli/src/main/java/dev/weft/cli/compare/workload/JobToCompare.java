package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.model.Model;
import java.util.Map;

/**
 * Work of the user, to be compared.
 *
 * @param workload the work
 * @param leftOut the models that make no sense for it, each with the reason
 */
public record JobToCompare(Workload workload, Map<Model, String> leftOut) {
    /** Copies the map. */
    public JobToCompare {
        leftOut = Map.copyOf(leftOut);
    }
}

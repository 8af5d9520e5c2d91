package dev.weft.cli.compare.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The workloads that there are, in the order in which they run. */
public enum WorkloadName {
    /** Fetch pages: nothing but waiting. */
    FETCH("fetch", 14),
    /** Read and hash files. */
    FILES("files", 6),
    /** Count primes: nothing but computing. */
    CPU("cpu", 9),
    /** Compress blocks of files. */
    GZIP("gzip", 9),
    /** Fetch pages and compute on them. */
    MIXED("mixed", 12);

    private final String id;
    private final int weight;

    WorkloadName(String id, int weight) {
        this.id = id;
        this.weight = weight;
    }

    /**
     * {@return its name on the command line and in the JSON}
     */
    public String id() {
        return id;
    }

    /**
     * {@return its share of the time, relative to the other workloads; about its seconds in a quick run}
     */
    public int weight() {
        return weight;
    }

    /**
     * {@return whether it fetches pages}
     */
    public boolean fetches() {
        return this == FETCH || this == MIXED;
    }

    /**
     * Finds a workload.
     *
     * @param id its name on the command line
     * @return the workload, if there is one of that name
     */
    public static Optional<WorkloadName> named(String id) {
        return Arrays.stream(values()).filter(name -> name.id.equals(id)).findFirst();
    }

    /**
     * {@return the names of all workloads}
     */
    public static List<String> ids() {
        return Arrays.stream(values()).map(WorkloadName::id).toList();
    }
}

package dev.weft.cli.compare.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The execution models that a comparison runs, in the order in which it presents them. */
public enum Model {
    /** One task at a time, in the calling thread: what everything else is compared with. */
    SEQUENTIAL("sequential", "sequential", "one after the other"),
    /** A pool of platform threads. */
    THREADS("threads", "threads", "threads"),
    /** The same threads, of which one computes at a time. It shows what Java is spared and is never recommended. */
    GIL("gil", "threads+GIL", "threads under a global lock (what CPython's GIL amounts to)"),
    /** A virtual thread for each task. */
    VIRTUAL("virtual", "virtual threads", "virtual threads"),
    /** A coroutine for each task, all on one thread. */
    LOOP("loop", "event loop", "event loop"),
    /** A pool of worker processes, one task at a time in each. */
    PROCESSES("processes", "processes", "processes"),
    /** A pool of worker processes, each of which runs a share of the tasks as coroutines. */
    HYBRID("hybrid", "processes+loops", "processes with a loop each");

    private final String id;
    private final String label;
    private final String title;

    Model(String id, String label, String title) {
        this.id = id;
        this.label = label;
        this.title = title;
    }

    /**
     * {@return its name on the command line and in the JSON}
     */
    public String id() {
        return id;
    }

    /**
     * {@return its name for people, short enough for a table}
     */
    public String label() {
        return label;
    }

    /**
     * {@return its name for people}
     */
    public String title() {
        return title;
    }

    /**
     * {@return its name in the middle of a sentence}
     */
    public String inSentence() {
        return this == LOOP ? "the event loop" : title;
    }

    /**
     * {@return whether it runs in worker processes}
     */
    public boolean usesWorkers() {
        return this == PROCESSES || this == HYBRID;
    }

    /**
     * Finds a model.
     *
     * @param id its name on the command line
     * @return the model, if there is one of that name
     */
    public static Optional<Model> named(String id) {
        return Arrays.stream(values()).filter(model -> model.id.equals(id)).findFirst();
    }

    /**
     * {@return the names of all models}
     */
    public static List<String> ids() {
        return Arrays.stream(values()).map(Model::id).toList();
    }
}

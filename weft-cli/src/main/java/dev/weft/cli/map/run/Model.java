package dev.weft.cli.map.run;

import dev.weft.cli.CliException;
import dev.weft.cli.text.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How functions are run. */
public enum Model {
    /** One after the other. */
    SEQUENTIAL,
    /** In platform threads: for computing. */
    THREADS,
    /** In virtual threads: for waiting. */
    VIRTUAL,
    /** In coroutines of one event loop: one at a time, except while they wait. */
    LOOP,
    /** In worker processes: a crash costs one input. */
    PROCESSES,
    /** In coroutines of a loop in each of several worker processes. */
    HYBRID,
    /** In worker processes on several machines. */
    CLUSTER,
    /** Whichever of threads and virtual threads suits what the first inputs show. */
    AUTO;

    /** How many at once where calls are expected to wait, unless it is said. */
    public static final int WAITING = 256;

    /** How many at once on a cluster, of whose size nothing is known before it is joined. */
    public static final int ON_CLUSTER = 64;

    /** How many at once on the loop of a worker. */
    public static final int PER_LOOP = 64;

    /**
     * {@return its name on the command line}
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return the words for all of them}
     */
    public static List<String> words() {
        return Arrays.stream(values()).map(Model::word).toList();
    }

    /**
     * Finds a model.
     *
     * @param word its name on the command line
     * @return the model
     * @throws CliException if there is none of that name
     */
    public static Model of(String word) {
        List<String> words = words();
        int index = words.indexOf(word);
        if (index < 0) {
            throw CliException.usage("--with expects " + String.join(", ", words.subList(0, words.size() - 1)) + " or "
                    + words.getLast() + ", found '" + word + "'"
                    + Nearest.to(word, words)
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse(""));
        }
        return values()[index];
    }

    /**
     * {@return its name in a sentence}
     */
    public String inWords() {
        return switch (this) {
            case SEQUENTIAL -> "one after the other";
            case THREADS -> "threads";
            case VIRTUAL -> "virtual threads";
            case LOOP -> "an event loop";
            case PROCESSES -> "processes";
            case HYBRID -> "processes with a loop each";
            case CLUSTER -> "processes on several machines";
            case AUTO -> "whatever suits";
        };
    }

    /**
     * {@return how many at once, as the option --jobs says it, if nobody says it}
     */
    public String usualJobs() {
        return switch (this) {
            case SEQUENTIAL -> "1";
            case VIRTUAL, LOOP -> Integer.toString(WAITING);
            case CLUSTER -> Integer.toString(ON_CLUSTER);
            case HYBRID -> Integer.toString(PER_LOOP * Runtime.getRuntime().availableProcessors());
            case THREADS, PROCESSES, AUTO -> "100%";
        };
    }
}

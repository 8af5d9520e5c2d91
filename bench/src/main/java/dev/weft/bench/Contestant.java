package dev.weft.bench;

import java.util.List;

/**
 * A program that takes part in a row.
 *
 * @param id a short name for the result file
 * @param title what the table calls it
 * @param justInTime whether it is compiled while it runs, and needs the long warm-up
 * @param command how to start it, without the arguments that the row gives it
 * @param parameter what the row leaves to the contestant, such as the size of a chunk; 0 for the row's own
 */
record Contestant(String id, String title, boolean justInTime, List<String> command, int parameter) {
    /** Makes a contestant on a JVM. */
    static Contestant onJvm(String id, String title, List<String> command) {
        return new Contestant(id, title, true, command, 0);
    }

    /** Makes a contestant that runs as fast at first as later. */
    static Contestant constant(String id, String title, List<String> command) {
        return new Contestant(id, title, false, command, 0);
    }

    Contestant with(String otherId, String otherTitle, int otherParameter) {
        return new Contestant(otherId, otherTitle, justInTime, command, otherParameter);
    }
}

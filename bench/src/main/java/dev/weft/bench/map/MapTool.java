package dev.weft.bench.map;

import java.nio.file.Path;
import java.util.List;

/** A command line that does something with each line of its standard input, two at once. */
enum MapTool {
    WEFT_COMMAND,
    XARGS,
    PARALLEL,
    WEFT_THREADS,
    WEFT_PROCESSES;

    /**
     * {@return the command line}
     *
     * @param launcher the program {@code weft}
     * @param function a source with a function {@code next} of one number
     */
    List<String> command(String launcher, Path function) {
        return switch (this) {
            case WEFT_COMMAND -> List.of(launcher, "map", "--quiet", "--jobs", "2", "true");
            case XARGS -> List.of("xargs", "-P", "2", "-n", "1", "true");
            case PARALLEL -> List.of("parallel", "--will-cite", "-j", "2", "true");
            case WEFT_THREADS -> weft(launcher, function, "threads");
            case WEFT_PROCESSES -> weft(launcher, function, "processes");
        };
    }

    private static List<String> weft(String launcher, Path function, String model) {
        return List.of(launcher, "map", "--quiet", "--jobs", "2", "--with", model, "--java", function + "::next");
    }
}

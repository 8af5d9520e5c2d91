package dev.weft.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows about the program {@code weft map}, which is measured as its users have it: through its launcher, start-up
 * taken off.
 */
final class MapPlan {
    private static final int MILLION = 1_000_000;
    private static final double MOST_MICROS_IN_PROCESS = 2;
    private static final double MOST_MICROS_IN_WORKERS = 20;
    private static final double MOST_MEBIBYTES = 300;

    private final Toolbox toolbox;
    private final String launcher;
    private final boolean quick;

    MapPlan(Toolbox toolbox, Path benchDirectory, boolean quick) {
        this.toolbox = toolbox;
        this.launcher = benchDirectory.toAbsolutePath().resolveSibling("weft").toString();
        this.quick = quick;
    }

    List<Row> rows() {
        return List.of(command(), function(), process(), million());
    }

    private Row command() {
        List<Contestant> contestants = new ArrayList<>();
        contestants.add(tool("weft", "`weft map`", "weft-command"));
        if (toolbox.xargs()) {
            contestants.add(tool("xargs", "`xargs -P 2 -n 1`", "xargs"));
        }
        if (toolbox.parallel()) {
            contestants.add(tool("parallel", "GNU parallel", "parallel"));
        }
        return new Row(
                "map-command",
                "`weft map`: a command for each input",
                """
                The command `true` for each line, two at once; an operation is one of them, and what a run of one input takes is taken off. Weft and GNU parallel keep the outputs \
                apart, Weft records each outcome too; xargs does neither.""",
                Figure.MICROS,
                new Work(quick ? 500 : 3000, 1, 0),
                contestants,
                List.of(new Goal("xargs", 1), new Goal("parallel", 1)));
    }

    private Row function() {
        return new Row(
                "map-function",
                "`weft map --java`: a tiny function for each input, in threads",
                "A method that adds one, on two threads, each outcome recorded and printed; an operation is one call. What a run of one input takes is taken off.",
                Figure.MICROS,
                new Work(quick ? 100_000 : MILLION, 1, 0),
                List.of(tool("weft", "`weft map --with threads`", "weft-threads")),
                List.of(),
                MOST_MICROS_IN_PROCESS);
    }

    private Row process() {
        return new Row(
                "map-process",
                "`weft map --java`: a tiny function for each input, in processes",
                "As before, in two worker processes.",
                Figure.MICROS,
                new Work(quick ? 50_000 : 300_000, 1, 0),
                List.of(tool("weft", "`weft map --with processes`", "weft-processes")),
                List.of(),
                MOST_MICROS_IN_WORKERS);
    }

    private Row million() {
        return new Row(
                "map-million",
                "`weft map --java`: memory for a million inputs",
                "The most that the process had resident at any time, where the function runs in threads.",
                Figure.MEBIBYTES,
                new Work(quick ? 100_000 : MILLION, 1, 0),
                List.of(tool("weft", "`weft map --with threads`", "weft-threads")),
                List.of(),
                MOST_MEBIBYTES);
    }

    private Contestant tool(String id, String title, String tool) {
        List<String> command = new ArrayList<>(Plan.javaClass("dev.weft.bench.map.MapProgram"));
        command.add(tool);
        command.add(launcher);
        return Contestant.constant(id, title, command);
    }
}

package dev.weft.bench.map;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The program behind {@code bench/map}: runs {@code weft map} and its peers over few and over many inputs and prints what one more input costs.
 *
 * <p>What it costs is processor time, of the program and all that it starts, since on a busy machine the wall time says how busy that is. The
 * difference of the two runs is free of what a start costs, which has a column of its own.
 */
public final class MapCosts {
    private static final String USAGE = """
            usage: bench/map [--rounds N]

            Measures what weft map costs for each input, beside xargs and GNU parallel, and prints the tables of docs/map.md.

              --rounds N  how often each is measured (default 3); the median is printed
            """;

    private static final String SOURCE = "public class Tiny { static int next(int n) { return n + 1; } }\n";

    /** Starts processes, and nothing else: the least that a command can cost. */
    private static final String BARE = "import os,sys\n"
            + "for line in sys.stdin: os.waitpid(os.posix_spawn('/bin/true',['true',line],os.environ),0)";

    private static final long MEBI = 1 << 20;
    private static final int FEW_COMMANDS = 500;
    private static final int MANY_COMMANDS = 2_500;
    private static final int FEW_CALLS = 200_000;
    private static final int MANY_CALLS = 1_000_000;

    private final Path directory;
    private final String weft;
    private final PrintStream progress = System.err;

    private MapCosts(Path directory, String weft) {
        this.directory = directory;
        this.weft = weft;
    }

    /**
     * What a run took.
     *
     * @param wall seconds
     * @param cpu seconds of processors, of the program and all that it started
     * @param peak the most memory that the program itself had, in bytes
     */
    private record Taken(double wall, double cpu, long peak) {}

    /**
     * What a short run and a long one took.
     *
     * @param few the short one
     * @param many the long one
     */
    private record Pair(Taken few, Taken many) {}

    /**
     * A program in a table.
     *
     * @param name how it is called there
     * @param few how many inputs the short run has
     * @param many how many the long one has
     * @param command the program and its arguments
     */
    private record Contestant(String name, int few, int many, List<String> command) {}

    /**
     * Runs it.
     *
     * @param arguments see {@link #USAGE}
     * @throws Exception if a program cannot be run
     */
    public static void main(String[] arguments) throws Exception {
        String weft = "weft";
        int rounds = 3;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--weft" -> weft = arguments[++i];
                case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                default -> {
                    System.out.print(USAGE);
                    System.exit(arguments[i].equals("--help") ? 0 : 2);
                }
            }
        }
        Path directory = Files.createTempDirectory("weft-bench-map");
        try {
            new MapCosts(directory, weft).run(rounds);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void run(int rounds) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("Tiny.java"), SOURCE);
        String jobs = Integer.toString(Runtime.getRuntime().availableProcessors());
        List<Contestant> commands = new ArrayList<>();
        commands.add(commands("weft map true", weft, "map", "-q", "-j", jobs, "true"));
        commands.add(commands("xargs -n 1 true", "xargs", "-n", "1", "-P", jobs, "true"));
        commands.add(commands("GNU parallel true", "parallel", "-j", jobs, "true"));
        commands.add(commands("bare posix_spawn", "python3", "-c", BARE));
        List<Contestant> calls = Stream.of("threads", "virtual", "loop", "processes", "hybrid")
                .map(model -> new Contestant(
                        "weft map --java, " + model,
                        FEW_CALLS,
                        MANY_CALLS,
                        List.of(weft, "map", "-q", "--with", model, "--java", "Tiny.java::next")))
                .toList();
        table("A command", "ms", 1e3, commands, rounds);
        table("A function that does nothing", "µs", 1e6, calls, rounds);
    }

    private static Contestant commands(String name, String... command) {
        return new Contestant(name, FEW_COMMANDS, MANY_COMMANDS, List.of(command));
    }

    private void table(String title, String unit, double scale, List<Contestant> contestants, int rounds)
            throws IOException, InterruptedException {
        Map<Contestant, List<Pair>> measured = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contestant each : contestants) {
                if (!isThere(each.command().getFirst())) {
                    if (round == 0) {
                        progress.println(each.command().getFirst() + " is not on the PATH: left out");
                    }
                    continue;
                }
                progress.println("round " + (round + 1) + ": " + each.name());
                var pair = new Pair(take(each.command(), each.few()), take(each.command(), each.many()));
                measured.computeIfAbsent(each, _ -> new ArrayList<>()).add(pair);
            }
        }
        System.out.println("| " + title + " | each, " + unit + " of processors | all " + contestants.getFirst().many()
                + ", s | start, s of processors | memory, MiB |");
        System.out.println("|---|---|---|---|---|");
        measured.forEach((each, pairs) -> {
            List<Double> costs = pairs.stream()
                    .map(pair -> (pair.many().cpu() - pair.few().cpu()) / (each.many() - each.few()))
                    .toList();
            double start =
                    median(pairs.stream().map(pair -> pair.few().cpu()).toList()) - median(costs) * each.few();
            double wall = median(pairs.stream().map(pair -> pair.many().wall()).toList());
            long peak = pairs.stream().mapToLong(pair -> pair.many().peak()).max().orElse(0);
            System.out.printf(
                    Locale.ROOT,
                    "| `%s` | %s | %.1f | %.2f | %d |%n",
                    each.name(),
                    spread(costs, scale),
                    wall,
                    Math.max(0, start),
                    peak / MEBI);
        });
        System.out.println();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static String spread(List<Double> values, double scale) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f – %.2f)",
                median(values) * scale,
                values.stream().mapToDouble(Double::doubleValue).min().orElse(0) * scale,
                values.stream().mapToDouble(Double::doubleValue).max().orElse(0) * scale);
    }

    private static boolean isThere(String program) {
        return program.contains("/")
                || Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    /** Runs a program over numbers from standard input, under the shell that tells what it and all that it started took. */
    private Taken take(List<String> command, int inputs) throws IOException, InterruptedException {
        Path in = directory.resolve("in-" + inputs);
        if (!Files.exists(in)) {
            Files.writeString(
                    in, IntStream.rangeClosed(1, inputs).mapToObj(i -> i + "\n").collect(Collectors.joining()));
        }
        Path times = directory.resolve("times");
        List<String> line = new ArrayList<>(List.of("bash", "-c", "TIMEFORMAT='%R %U %S'; time \"$@\" 2>/dev/null", "-"));
        line.addAll(command);
        var builder = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectInput(in.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(times.toFile());
        builder.environment().put("WEFT_RUNS", directory.resolve("runs").toString());
        builder.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        Process process = builder.start();
        long peak = 0;
        while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, process.children().mapToLong(MapCosts::peak).max().orElse(0));
        }
        String[] told = Files.readString(times, StandardCharsets.UTF_8).strip().split(" ", -1);
        if (process.exitValue() != 0 || told.length != 3) {
            throw new IOException(String.join(" ", command) + " over " + inputs + " inputs ended with exit code "
                    + process.exitValue() + ": " + String.join(" ", told));
        }
        return new Taken(
                Double.parseDouble(told[0]), Double.parseDouble(told[1]) + Double.parseDouble(told[2]), peak);
    }

    /** The most memory that a process had so far; 0 where the system does not say. */
    private static long peak(ProcessHandle process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0; // it has ended, or this is not Linux
        }
    }
}

package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.openjdk.jmh.runner.RunnerException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The program behind {@code bench/run}. */
public final class Bench {
    private static final String USAGE = """
            usage: bench/run [--quick] [--rounds N] [--row ROW]... [--no-jmh] [--seed N]

            Runs Weft beside its peers, prints the tables and stores all raw results under bench/results.
            A run of everything, without --quick and --row, also writes the tables into docs/benchmarks.md.

              --quick     about a tenth of the time: two rounds, less in each, no JMH
              --rounds N  how many rounds (default 5; 2 with --quick)
              --row ROW   only this row; may be given several times
              --no-jmh    leave the JMH benchmarks out
              --seed N    the order of the rounds
            """;

    private static final int CACHE_MILLIS = 12_000;

    private Bench() {}

    private static final class Options {
        boolean quick;
        boolean jmh = true;
        int rounds;
        long seed = System.nanoTime() & 0xffff;
        final List<String> rows = new ArrayList<>();

        static Options parse(String[] arguments) {
            var options = new Options();
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--quick" -> options.quick = true;
                    case "--no-jmh" -> options.jmh = false;
                    case "--rounds" -> options.rounds = Integer.parseInt(value(arguments, ++i));
                    case "--seed" -> options.seed = Long.parseLong(value(arguments, ++i));
                    case "--row" -> options.rows.add(value(arguments, ++i));
                    default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
                }
            }
            if (options.rounds == 0) {
                options.rounds = options.quick ? 2 : 5;
            }
            return options;
        }

        private static String value(String[] arguments, int index) {
            if (index == arguments.length) {
                throw new IllegalArgumentException("expected a value after " + arguments[index - 1]);
            }
            return arguments[index];
        }

        boolean everything() {
            return !quick && jmh && rows.isEmpty();
        }
    }

    /**
     * Runs the benchmarks.
     *
     * @param arguments the options
     * @throws IOException if results cannot be stored
     * @throws InterruptedException if the thread is interrupted
     * @throws RunnerException if JMH cannot run
     */
    public static void main(String[] arguments) throws IOException, InterruptedException, RunnerException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.print("bench/run: " + e.getMessage() + "\n" + USAGE);
            System.exit(2);
            return;
        }
        Path bench = Path.of(System.getProperty("weft.bench.directory", "bench"));
        Toolbox toolbox = Toolbox.find(bench);
        toolbox.missing().forEach(missing -> System.err.println("missing: " + missing));
        List<Row> rows = new Plan(toolbox, bench, options.quick).rows();
        if (!options.rows.isEmpty()) {
            List<String> known = rows.stream().map(Row::id).toList();
            for (String row : options.rows) {
                if (!known.contains(row)) {
                    System.err.println("bench/run: no row '" + row + "'; there are " + String.join(", ", known));
                    System.exit(2);
                }
            }
            rows = rows.stream().filter(row -> options.rows.contains(row.id())).toList();
        }

        haveTheWorkersCacheMade(rows);
        Results results = run(options, toolbox, rows);
        String tables = Tables.of(results);
        IO.println(tables);
        store(bench.resolve("results"), results);
        if (options.everything()) {
            Page.write(bench.resolveSibling("docs").resolve("benchmarks.md"), tables);
        }
    }

    /**
     * Keeps a pool open until the ahead-of-time cache for workers of these jars has been made in the background: that
     * takes a processor for some seconds, once, and would be charged to whatever is measured then.
     */
    private static void haveTheWorkersCacheMade(List<Row> rows) throws IOException, InterruptedException {
        for (Row row : rows) {
            if (row.weft().id().equals("weft-pool")) {
                System.err.println("an ahead-of-time cache for workers");
                Row longer = new Row(
                        "pool-submit",
                        row.title(),
                        row.explanation(),
                        row.figure(),
                        new Work(1, 1, CACHE_MILLIS),
                        row.contestants(),
                        row.goals());
                ProgramRunner.run(longer, longer.weft(), 0);
                return;
            }
        }
    }

    private static Results run(Options options, Toolbox toolbox, List<Row> rows)
            throws IOException, InterruptedException, RunnerException {
        OtherLoad load = OtherLoad.watch();
        long start = System.nanoTime();
        var rounds = new Rounds(rows, options.seed);
        for (int round = 1; round <= options.rounds; round++) {
            rounds.run(round, options.rounds);
        }
        List<InsideResult> inside = List.of();
        if (options.everything()) {
            System.err.println("JMH");
            inside = Inside.run();
        }
        OptionalDouble otherLoad = load.share();
        return new Results(
                Machine.here(),
                Plan.JVM_FLAGS,
                toolbox.missing(),
                options.quick,
                options.rounds,
                options.seed,
                (System.nanoTime() - start) / 1e9,
                otherLoad.isPresent() ? otherLoad.getAsDouble() : null,
                rounds.results(),
                inside);
    }

    private static void store(Path directory, Results results) throws IOException {
        Files.createDirectories(directory);
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now(ZoneId.systemDefault()));
        Path file = directory.resolve(time + ".json");
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.write(file, mapper.writeValueAsBytes(results));
        System.err.println("raw results: " + file);
    }
}

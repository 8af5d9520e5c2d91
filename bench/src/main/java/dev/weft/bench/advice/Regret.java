package dev.weft.bench.advice;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program behind {@code bench/advice}: for each job it measures all models with {@code weft compare}, asks
 * {@code weft advise}, and prints what following the advice costs beyond the best model.
 */
public final class Regret {
    private static final String USAGE = """
            usage: bench/advice [--budget TIME] [--for TIME] [--job NAME]...

            Compares and advises on jobs of different kinds and prints the table of docs/advice.md.

              --budget TIME  for weft compare on each job (default 25s)
              --for TIME     for weft advise on each job (default 2s)
              --job NAME     only this job; may be given several times
            """;

    /** The regret up to which advice counts as right. */
    private static final double NEAR = 0.10;

    private final Path weft;
    private final Path directory;
    private final PrintStream progress = System.err;
    private String budget = "25s";
    private String time = "2s";
    private final List<String> only = new ArrayList<>();

    private Regret(Path weft, Path directory) {
        this.weft = weft;
        this.directory = directory;
    }

    /**
     * A row of the table.
     *
     * @param job the job
     * @param sequential the seconds of a round, one after the other
     * @param best the fastest model
     * @param bestSeconds its seconds
     * @param advised the advised model
     * @param advisedSeconds its seconds
     * @param tied whether measurement cannot tell the two apart
     * @param because what bounds the work, as the advice says
     */
    private record Row(
            Job job,
            double sequential,
            String best,
            double bestSeconds,
            String advised,
            double advisedSeconds,
            boolean tied,
            String because) {
        double regret() {
            return Math.max(0, advisedSeconds / bestSeconds - 1);
        }
    }

    /**
     * Runs it.
     *
     * @param arguments see {@link #USAGE}
     * @throws Exception if a job cannot be run
     */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(System.getProperty("weft.home", ".")).toAbsolutePath();
        Path directory = Files.createTempDirectory("weft-advice");
        try {
            var regret = new Regret(home.resolve("weft"), directory);
            if (regret.understood(arguments)) {
                regret.run(home.resolve("examples/jobs"));
            }
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private boolean understood(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            boolean value = i + 1 < arguments.length;
            switch (arguments[i]) {
                case String word when word.equals("--budget") && value -> budget = arguments[++i];
                case String word when word.equals("--for") && value -> time = arguments[++i];
                case String word when word.equals("--job") && value -> only.add(arguments[++i]);
                default -> {
                    progress.print(USAGE);
                    return false;
                }
            }
        }
        return true;
    }

    private void run(Path sources) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        try (var server = new SlowServer()) {
            var jobs = new Jobs(sources, directory);
            for (Job job : jobs.all(server.address())) {
                if (only.isEmpty() || only.contains(job.name())) {
                    progress.println(job.name() + ": " + job.what());
                    rows.add(row(job, jobs.inputs(job)));
                }
            }
        }
        print(rows);
    }

    private Row row(Job job, Path inputs) throws IOException, InterruptedException {
        List<String> work = new ArrayList<>(List.of("-a", inputs.toString()));
        work.addAll(job.arguments());
        JsonNode advice = weft("advise", "--for", time, "--json", work);
        String advised = advice.path("model").asString("");
        int jobs = advice.path("jobs").asInt(1);
        int processors = Runtime.getRuntime().availableProcessors();
        Map<String, Double> seconds = new LinkedHashMap<>();
        JsonNode compared = compared(processors, work);
        compared.path("models")
                .forEach(model -> seconds.put(
                        job.command()
                                ? named(model, processors)
                                : model.path("model").asString(""),
                        model.at("/seconds/median").asDouble(0)));
        String chosen = advised;
        if (job.command()) {
            chosen = advised.equals("sequential") ? "1 at once" : jobs + " at once";
            if (!seconds.containsKey(chosen)) {
                compared(jobs, work)
                        .path("models")
                        .forEach(model -> seconds.putIfAbsent(
                                named(model, jobs), model.at("/seconds/median").asDouble(0)));
            }
        }
        Map.Entry<String, Double> best =
                seconds.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        String tiedWith = chosen;
        boolean tied =
                compared.path("ties").valueStream().anyMatch(tie -> has(tie, tiedWith) && has(tie, best.getKey()));
        double sequential = seconds.getOrDefault(job.command() ? "1 at once" : "sequential", Double.NaN);
        progress.println("  " + seconds + "; advised " + chosen + ", since "
                + advice.path("why").asString(""));
        return new Row(
                job,
                sequential,
                best.getKey(),
                best.getValue(),
                chosen,
                seconds.getOrDefault(chosen, Double.NaN),
                tied,
                advice.path("because").asString(""));
    }

    private JsonNode compared(int workers, List<String> work) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("--budget", budget, "--no-html", "-j", Integer.toString(workers)));
        words.addAll(List.of("--json", "-", "map"));
        words.addAll(work);
        return weft("compare", words).at("/workloads/0");
    }

    private static String named(JsonNode model, int jobs) {
        return model.path("model").asString("").equals("sequential") ? "1 at once" : jobs + " at once";
    }

    private static boolean has(JsonNode names, String name) {
        return names.valueStream().anyMatch(each -> each.asString("").equals(name));
    }

    private JsonNode weft(Object... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(weft.toString()));
        for (Object word : words) {
            if (word instanceof List<?> list) {
                list.forEach(each -> line.add(each.toString()));
            } else {
                line.add(word.toString());
            }
        }
        Path output = directory.resolve("weft.json");
        Path errors = directory.resolve("weft.err");
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("WEFT_RUNS", directory.resolve("runs").toString());
        int code = builder.start().waitFor();
        if (code != 0) {
            throw new IOException(String.join(" ", line) + " ended with " + code + ": " + Files.readString(errors));
        }
        return JsonMapper.shared().readTree(Files.readString(output));
    }

    private static void print(List<Row> rows) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("| job | inputs | one after the other | best | advised | because | regret |");
        out.println("|---|---:|---:|---|---|---|---:|");
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "| %s: %s | %,d | %s | %s, %s | %s, %s | %s | %.0f %%%s |%n",
                    row.job().name(),
                    row.job().what(),
                    row.job().inputs().size(),
                    time(row.sequential()),
                    row.best(),
                    time(row.bestSeconds()),
                    row.advised(),
                    time(row.advisedSeconds()),
                    row.because(),
                    100 * row.regret(),
                    row.tied() ? " (a tie)" : "");
        }
        double[] regrets = rows.stream().mapToDouble(Row::regret).toArray();
        long near = Arrays.stream(regrets).filter(regret -> regret <= NEAR).count();
        long best = rows.stream()
                .filter(row -> row.tied() || row.best().equals(row.advised()))
                .count();
        out.printf(
                Locale.ROOT,
                "%nMean regret %.0f %%, worst %.0f %%; within 10 %% of the best on %d of %d jobs, the best or tied with it on %d.%n",
                100 * Arrays.stream(regrets).average().orElse(0),
                100 * Arrays.stream(regrets).max().orElse(0),
                near,
                rows.size(),
                best);
    }

    private static String time(double seconds) {
        return String.format(Locale.ROOT, seconds < 1 ? "%.0f ms" : "%.2f s", seconds < 1 ? seconds * 1000 : seconds);
    }
}

package dev.weft.cli.compare;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.Version;
import dev.weft.cli.compare.engine.Comparison;
import dev.weft.cli.compare.engine.Options;
import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.workload.JobToCompare;
import dev.weft.cli.compare.workload.Workload;
import dev.weft.cli.compare.workload.WorkloadName;
import dev.weft.cli.terminal.Progress;
import dev.weft.cli.terminal.ProgressBar;
import dev.weft.cli.terminal.ProgressLines;
import dev.weft.cli.terminal.Terminal;
import dev.weft.cli.text.Nearest;
import dev.weft.cli.text.Quantities;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft compare}: measures workloads under every execution model and says which to use. */
@Command(name = "compare")
public final class CompareCommand implements Callable<Integer> {
    /** A budget, relative to the quick one, that is enough to tell most models apart. */
    private static final int THOROUGH = 5;

    /** The budget of a quick look at work of the user, whose size is what it is. */
    private static final double JOB_SECONDS = 12;

    private static final int MOST_WORKERS = 256;

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "WORKLOAD")
    private List<String> workloads = new ArrayList<>();

    @Option(names = "--quick")
    private boolean quick;

    @Option(names = "--budget", paramLabel = "TIME")
    private @Nullable String budget;

    @Option(names = "--models", paramLabel = "A,B,...")
    private @Nullable String models;

    @Option(names = "--urls", paramLabel = "FILE")
    private @Nullable Path urls;

    @Option(names = "--dir", paramLabel = "DIRECTORY")
    private @Nullable Path directory;

    @Option(
            names = {"-j", "--workers"},
            paramLabel = "N")
    private @Nullable String workers;

    @Option(names = "--sample", paramLabel = "N")
    private @Nullable String sample;

    @Option(names = "--scaling")
    private boolean scaling;

    @Option(names = "--no-scaling")
    private boolean noScaling;

    @Option(names = "--seed", paramLabel = "N")
    private @Nullable String seed;

    @Mixin
    private FormOptions forms = new FormOptions();

    @Option(names = "--no-color")
    private boolean noColor;

    /**
     * Makes the command.
     *
     * @param out standard output
     * @param err standard error
     */
    public CompareCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (sample != null) {
            throw CliException.usage("--sample is for inputs of your own: weft compare --sample 20 map ...");
        }
        return measure(options());
    }

    /**
     * Measures work of the user instead of workloads.
     *
     * @param job the work
     * @return the exit code
     * @throws InterruptedException if the thread is interrupted
     */
    public int measure(JobToCompare job) throws InterruptedException {
        String other = !workloads.isEmpty()
                ? "workload " + workloads.getFirst()
                : urls != null ? "--urls" : directory != null ? "--dir" : null;
        if (other != null) {
            throw CliException.usage(other + " and map are different work: leave one out");
        }
        return measure(options(job));
    }

    /**
     * {@return how many inputs of the user's work are to be measured; 0 for all}
     */
    public int sample() {
        return sample == null ? 0 : Quantities.number("--sample", sample, 1, 100_000);
    }

    private int measure(Options options) throws InterruptedException {
        FormOptions.Forms wanted = forms.forms();
        wanted.check();

        Terminal terminal = new Terminal(!noColor);
        Progress progress = terminal.canRedraw()
                ? new ProgressBar(err, System::nanoTime, terminal.width(), terminal.error())
                : new ProgressLines(err, System::nanoTime, true);
        boolean otherPrinted = wanted.printed().isPresent();
        TextReport text = new TextReport(otherPrinted ? terminal.error() : terminal.output());
        Output output = new Output(out, otherPrinted ? err : out, text, progress, wanted, CompareCommand::endQuietly);
        Comparison comparison = new Comparison(options, progress, output::workload);
        Interruption interruption = Interruption.arm(comparison, output, err);
        try {
            comparison.run();
        } catch (IOException e) {
            throw CliException.failure(e);
        } finally {
            interruption.disarm();
            progress.clear();
        }
        return output.end(comparison.snapshot(false));
    }

    /** Nobody reads any more: ending the program takes all that it started along. */
    private static void endQuietly() {
        Runtime.getRuntime().halt(ExitCodes.BROKEN_PIPE);
    }

    private Options options() {
        forms.forms(); // contradictions are said first
        List<WorkloadName> chosen = named(workloads, "workload", WorkloadName::named, WorkloadName.ids());
        if (chosen.isEmpty()) {
            chosen = List.of(WorkloadName.values());
        }
        List<Model> chosenModels = chosenModels();
        if (urls != null && chosen.stream().noneMatch(WorkloadName::fetches)) {
            throw CliException.usage(
                    "--urls is for the workloads fetch and mixed, and none of them is to run: add one");
        }
        double quickSeconds = chosen.stream().mapToInt(WorkloadName::weight).sum();
        return options(chosen, chosenModels, quickSeconds, null);
    }

    private Options options(JobToCompare job) {
        List<Model> possible = Arrays.stream(Model.values())
                .filter(model -> !job.leftOut().containsKey(model))
                .toList();
        List<Model> chosen = models == null ? possible : chosenModels();
        for (Model model : chosen) {
            String reason = job.leftOut().get(model);
            if (reason != null) {
                throw CliException.usage(
                        "--models " + model.id() + " makes no sense for this work, " + reason + ": leave it out");
            }
        }
        return options(List.of(), chosen, JOB_SECONDS, job.workload());
    }

    private List<Model> chosenModels() {
        List<String> names = models == null ? Model.ids() : Arrays.asList(models.split(",", -1));
        return named(names, "model", Model::named, Model.ids()).stream()
                .sorted()
                .toList();
    }

    private Options options(
            List<WorkloadName> chosen, List<Model> chosenModels, double quickSeconds, @Nullable Workload job) {
        return new Options(
                chosen,
                chosenModels,
                quick,
                budget != null ? Budget.seconds(budget) : quick ? quickSeconds : THOROUGH * quickSeconds,
                seed(),
                Optional.<Path>ofNullable(urls).map(UrlFile::read),
                directory(),
                job,
                scaling(chosenModels, job),
                workers(),
                spec == null
                        ? List.of()
                        : spec.commandLine().getParent().getParseResult().originalArgs(),
                Version.text());
    }

    /** The work of the user is done again for it only if that is asked for. */
    private boolean scaling(List<Model> chosen, @Nullable Workload job) {
        if (scaling && noScaling) {
            throw CliException.usage("--scaling and --no-scaling contradict each other: leave one out");
        }
        boolean threads = chosen.contains(Model.THREADS);
        if (scaling && !threads) {
            throw CliException.usage("--scaling counts threads, and --models leaves them out: add threads");
        }
        return scaling || (threads && !noScaling && !quick && job == null);
    }

    private static <T> List<T> named(
            List<String> words, String kind, Function<String, Optional<T>> lookUp, List<String> names) {
        return words.stream()
                .map(word -> lookUp.apply(word)
                        .orElseThrow(() -> CliException.usage("unknown " + kind + " '" + word + "'"
                                + Nearest.to(word, names)
                                        .map(name -> "; did you mean '" + name + "'?")
                                        .orElse("; there are " + Words.list(names)))))
                .distinct()
                .toList();
    }

    private long seed() {
        if (seed == null) {
            return new SecureRandom().nextInt(Integer.MAX_VALUE);
        }
        if (!seed.matches("-?\\d{1,18}")) {
            throw CliException.usage("--seed expects a whole number, found '" + seed + "'");
        }
        return Long.parseLong(seed);
    }

    /**
     * {@return how many worker processes there are to be, and threads for the user's work}
     */
    public int workers() {
        if (workers == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (!workers.matches("[1-9]\\d{0,3}") || Integer.parseInt(workers) > MOST_WORKERS) {
            throw CliException.usage(
                    "--workers expects a number from 1 to " + MOST_WORKERS + ", found '" + workers + "'");
        }
        return Integer.parseInt(workers);
    }

    private Path directory() {
        if (directory == null) {
            return Path.of(System.getProperty("java.home"));
        }
        if (!Files.isDirectory(directory) || !Files.isReadable(directory)) {
            throw CliException.usage("--dir " + directory + ": expected a directory that can be read, found "
                    + (Files.exists(directory) ? "something else" : "nothing"));
        }
        return directory;
    }
}

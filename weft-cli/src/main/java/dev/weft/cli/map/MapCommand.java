package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.ReportFile;
import dev.weft.cli.Version;
import dev.weft.cli.compare.workload.JobToCompare;
import dev.weft.cli.machine.Host;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.run.Halt;
import dev.weft.cli.map.run.MapRun;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.Retry;
import dev.weft.cli.map.run.Streams;
import dev.weft.cli.map.run.Summary;
import dev.weft.cli.map.run.TimeLimit;
import dev.weft.cli.map.run.Work;
import dev.weft.cli.map.store.OutcomeLog;
import dev.weft.cli.map.store.RunDirectory;
import dev.weft.cli.map.store.RunSettings;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.digest.RunReader;
import dev.weft.cli.report.html.RunPage;
import dev.weft.cli.terminal.Progress;
import dev.weft.cli.terminal.ProgressBar;
import dev.weft.cli.terminal.ProgressLines;
import dev.weft.cli.terminal.Terminal;
import dev.weft.cli.text.Quantities;
import dev.weft.cli.text.RawPath;
import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft map}: runs a command over many inputs. */
@Command(name = "map")
public final class MapCommand implements Callable<Integer> {
    private static final int USUAL_REQUESTS = 16;
    private static final Duration USUAL_GRACE = Duration.ofSeconds(5);
    private static final Duration USUAL_BACKOFF = Duration.ofSeconds(1);

    static final String MAP = "map";
    static final String FETCH = "fetch";

    private final PrintStream out;
    private final PrintStream err;

    private String name = MAP;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters
    private List<String> words = new ArrayList<>();

    @Option(
            names = {"-a", "--input"},
            paramLabel = "FILE")
    private List<String> inputFiles = new ArrayList<>();

    @Option(names = "--csv", paramLabel = "FILE")
    private List<String> csvFiles = new ArrayList<>();

    @Option(names = "--jsonl", paramLabel = "FILE")
    private List<String> jsonFiles = new ArrayList<>();

    @Option(names = "--glob", paramLabel = "PATTERN")
    private List<String> globs = new ArrayList<>();

    @Option(names = {"-0", "--null"})
    private boolean nul;

    @Option(names = "--zip")
    private boolean zip;

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N")
    private @Nullable String jobs;

    @Mixin
    private FunctionOptions functions = new FunctionOptions();

    @Mixin
    private FetchOptions fetch = new FetchOptions();

    @Option(names = {"-k", "--keep-order"})
    private boolean keepOrder;

    @Option(names = {"-u", "--ungroup"})
    private boolean ungrouped;

    @Option(names = "--tag")
    private boolean tag;

    @Option(names = "--json")
    private boolean json;

    @Option(names = {"-s", "--shell"})
    private boolean shell;

    @Option(names = "--timeout", paramLabel = "TIME")
    private @Nullable String timeout;

    @Option(names = "--kill-grace", paramLabel = "TIME")
    private @Nullable String killGrace;

    @Option(names = "--run-timeout", paramLabel = "TIME")
    private @Nullable String runTimeout;

    @Option(names = "--retries", paramLabel = "N")
    private @Nullable String retries;

    @Option(names = "--retry-on", paramLabel = "LIST")
    private @Nullable String retryOn;

    @Option(names = "--backoff", paramLabel = "TIME")
    private @Nullable String backoff;

    @Option(names = "--halt", paramLabel = "POLICY")
    private @Nullable String halt;

    @Option(names = "--delay", paramLabel = "TIME")
    private @Nullable String delay;

    @Option(names = "--memfree", paramLabel = "SIZE")
    private @Nullable String freeMemory;

    @Option(names = "--nice", paramLabel = "N")
    private @Nullable String nice;

    @Option(names = "--results", paramLabel = "DIRECTORY")
    private @Nullable Path results;

    @Option(names = "--summary", paramLabel = "FILE")
    private @Nullable Path summaryFile;

    @Option(names = "--report", paramLabel = "FILE")
    private @Nullable Path reportPage;

    @Option(names = "--dry-run")
    private boolean dryRun;

    @Option(names = {"-q", "--quiet"})
    private boolean quiet;

    @Option(names = "--no-color")
    private boolean noColor;

    /**
     * Makes the command.
     *
     * @param out standard output
     * @param err standard error
     */
    public MapCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Understands a command line.
     *
     * @param name {@link #MAP}, or the command that is a short form of it
     * @param arguments what is behind the name
     * @param out standard output
     * @param err standard error
     * @return the command, to be run
     * @throws CommandLine.ParameterException if it is wrong
     */
    static MapCommand parsed(String name, List<String> arguments, PrintStream out, PrintStream err) {
        var map = new MapCommand(out, err);
        map.name = name;
        boolean fetches = name.equals(FETCH);
        new CommandLine(map)
                .setStopAtPositional(!fetches)
                .setOverwrittenOptionsAllowed(true)
                .registerConverter(Path.class, RawPath::of)
                .parseArgs(arguments.toArray(String[]::new));
        if (fetches) {
            if (map.fetch.url == null) {
                map.fetch.url = "{}";
            }
            if (!map.words.isEmpty() && !map.words.getFirst().equals(":::")) {
                map.words.addFirst(":::");
            }
        }
        return map;
    }

    /** Which inputs of a run that was begun before are run. */
    enum Again {
        /** Those without an outcome. */
        UNFINISHED,
        /** These, and those that failed. */
        FAILED
    }

    @Override
    public Integer call() throws IOException {
        Sources sources = sources();
        Job job = job(sources);
        if (dryRun) {
            return dryRun(job, sources);
        }
        Plan plan = plan(job.model()); // says what is wrong before anything is made
        checkFiles();
        List<String> line =
                spec == null ? List.of() : spec.commandLine().getParseResult().originalArgs();
        List<String> arguments = name.equals(MAP) ? line.subList(line.indexOf(MAP) + 1, line.size()) : line;
        try (RunDirectory directory = RunDirectory.create(RunDirectory.root(), name, arguments)) {
            return run(directory, plan, job.work(plan), sources, null);
        } catch (IOException e) {
            throw CliException.failure(e);
        }
    }

    /** Says what could not be written at the end, before anything is run. */
    private void checkFiles() {
        if (results != null && Files.isDirectory(results) && !Files.isWritable(results)) {
            throw CliException.failure("cannot write " + RawText.printable(RawPath.text(results))
                    + " (permission denied): choose another directory with --results");
        }
        if (summaryFile != null) {
            new ReportFile("--summary", summaryFile).check();
        }
        if (reportPage != null) {
            new ReportFile("--report", reportPage).check();
        }
    }

    /** Takes up a run; this has been made from its command line. */
    int again(RunDirectory directory, Again again) throws IOException {
        Path here = Path.of("").toAbsolutePath();
        if (!here.equals(directory.workingDirectory())) {
            throw CliException.usage("run " + directory.name() + " was begun in " + directory.workingDirectory()
                    + ", and its inputs and commands may be relative to that: go there first");
        }
        int left = Leftovers.kill(directory.name());
        if (left > 0) {
            err.println(
                    "weft: ended " + left + (left == 1 ? " process" : " processes") + " that the killed run had left");
        }
        Sources sources = sources();
        Job job = job(sources);
        Plan plan = plan(job.model());
        checkFiles();
        Work work = job.work(plan);
        directory.printKept(out, err);
        return run(directory, plan, work, sources, again);
    }

    /**
     * Measures the work by some of its inputs, and says how to run the others.
     *
     * @param line the command line that this was made from
     * @param time for how long inputs are started
     * @param asJson whether to say it as JSON
     * @return the exit code
     */
    int advise(List<String> line, Duration time, boolean asJson) throws IOException {
        String settled = functions.model != null
                ? "--with"
                : jobs != null ? "--jobs" : dryRun ? "--dry-run" : ungrouped ? "--ungroup" : null;
        if (settled != null) {
            throw CliException.usage(settled
                    + (ungrouped
                            ? " keeps no output, and weft advise has to: leave it out"
                            : " settles what weft advise is to find out: leave it out, or take weft map"));
        }
        Sources sources = sources();
        Job job = job(sources);
        Plan plan = plan(job.model());
        var advising = new Advising(line, time, asJson, new Terminal(!noColor), quiet, out, err);
        return advising.run(job, plan, sources, results);
    }

    /**
     * Makes what this would run into something to be compared.
     *
     * @param sample how many inputs at most; 0 for all
     * @param threads how many threads are to work at once, where there are threads
     * @return the same under any model
     */
    JobToCompare workload(int sample, int threads) throws IOException {
        if (functions.model != null || jobs != null) {
            throw CliException.usage((jobs != null ? "--jobs" : "--with")
                    + " settles what weft compare is to find out: leave it out behind map; --models chooses models");
        }
        Sources sources = sources();
        return JobWorkload.of(job(sources), sources, sample, threads);
    }

    private Sources sources() {
        return new Sources(words, inputFiles, csvFiles, jsonFiles, globs, nul, zip);
    }

    private Job job(Sources sources) {
        boolean named = !csvFiles.isEmpty() || !jsonFiles.isEmpty();
        Set<String> columns = named ? null : Set.of();
        Model model = functions.model == null ? null : Model.of(functions.model);
        if (fetch.url != null) {
            requireNoCommand(sources);
            return new FetchJob(fetch.url, fetch, json, columns);
        }
        String forFetch = fetch.used();
        if (forFetch != null) {
            throw CliException.usage(forFetch + " is for requests: weft fetch, or weft map --fetch URL");
        }
        functions.checkCluster(model);
        if (functions.function == null) {
            if (!functions.classPath.isEmpty()) {
                throw CliException.usage("--class-path is for functions: --java pkg.Class::method");
            }
            return new CommandJob(command(sources), shell, columns, model == null ? Model.THREADS : model, err);
        }
        if (shell || nice != null || ungrouped) {
            throw CliException.usage((shell ? "--shell" : nice != null ? "--nice" : "--ungroup")
                    + " is for commands, and --java calls a function: leave one out");
        }
        return new FunctionJob(
                functions.function,
                functions.classPath,
                sources.command().isEmpty() ? null : Template.of(sources.command(), false, columns),
                model == null ? Model.THREADS : model,
                functions.cluster,
                jobs != null && !jobs.equals(JobsOption.AUTO),
                this::say);
    }

    private void say(String sentence) {
        if (!quiet) {
            err.println("weft: " + sentence);
            err.flush();
        }
    }

    private void requireNoCommand(Sources sources) {
        String other = functions.function != null
                ? "--java"
                : functions.model != null
                        ? "--with"
                        : shell ? "--shell" : nice != null ? "--nice" : ungrouped ? "--ungroup" : null;
        if (other != null) {
            throw CliException.usage(other + " is not for requests, which --fetch makes: leave one out");
        }
        if (!sources.command().isEmpty()) {
            throw CliException.usage("--fetch makes requests, and there is no command to run, found '"
                    + sources.command().getFirst() + "': put ::: before inputs");
        }
    }

    private List<String> command(Sources sources) {
        List<String> command = sources.command();
        if (nice == null) {
            return command;
        }
        int number = Quantities.number("--nice", nice, -20, 19);
        if (shell) {
            throw CliException.usage("--nice and --shell: put nice into the line for the shell instead");
        }
        List<String> niced = new ArrayList<>(List.of("nice", "-n", Integer.toString(number)));
        niced.addAll(command);
        return niced;
    }

    private Plan plan(Model model) {
        if (ungrouped && (keepOrder || tag)) {
            throw CliException.usage("--ungroup lets commands write as they like, which "
                    + (keepOrder ? "--keep-order" : "--tag") + " cannot follow: leave one out");
        }
        if (results != null && ungrouped) {
            throw CliException.usage("--ungroup keeps no output for --results: leave one out");
        }
        Retry retry = retries == null
                ? Retry.NONE
                : new Retry(
                        Quantities.number("--retries", retries, 0, 1000),
                        retryOn != null ? Retry.on(retryOn) : fetch.url != null ? FetchJob.TRANSIENT : Set.of(),
                        backoff == null ? USUAL_BACKOFF : Quantities.time("--backoff", backoff));
        if (retries == null && (retryOn != null || backoff != null)) {
            throw CliException.usage((retryOn != null ? "--retry-on" : "--backoff") + " needs --retries N");
        }
        if (model == Model.SEQUENTIAL && jobs != null && !jobs.equals("1") && !jobs.equals(JobsOption.AUTO)) {
            throw CliException.usage("--with sequential runs one at a time, and --jobs " + jobs + " contradicts that");
        }
        return new Plan(
                atOnce(model),
                delay == null ? Duration.ZERO : Quantities.time("--delay", delay),
                timeLimit(),
                killGrace == null ? USUAL_GRACE : Quantities.time("--kill-grace", killGrace),
                retry,
                halt == null ? null : Halt.of(halt),
                freeMemory == null ? 0 : Quantities.size("--memfree", freeMemory),
                new Plan.Layout(keepOrder, ungrouped, tag, json),
                results);
    }

    /**
     * How many at once. Commands and requests begin with the usual number, which rises and falls by what is completed:
     * for commands it rises only while processors are idle, and never falls below one for each.
     */
    private Plan.Jobs atOnce(Model model) {
        boolean found = JobsOption.AUTO.equals(jobs);
        if (jobs != null && !found) {
            return JobsOption.of(jobs);
        }
        int processors = Runtime.getRuntime().availableProcessors();
        if (fetch.url != null) {
            return found
                    ? JobsOption.adaptive(USUAL_REQUESTS, 1, 32 * USUAL_REQUESTS)
                    : JobsOption.adaptive(USUAL_REQUESTS, USUAL_REQUESTS / 4, 4 * USUAL_REQUESTS);
        }
        return switch (model) {
            case THREADS ->
                functions.function == null || found
                        ? JobsOption.adaptive(processors, processors, (found ? 64 : 8) * processors)
                        : JobsOption.of(model.usualJobs());
            case VIRTUAL -> found ? Probe.waiting(processors) : JobsOption.of(model.usualJobs());
            case AUTO -> () -> processors;
            case SEQUENTIAL, LOOP, PROCESSES, HYBRID, CLUSTER -> {
                if (found) {
                    throw CliException.usage(
                            "--jobs auto finds out how many commands, requests, threads or virtual threads"
                                    + " to have at once, and --with " + model.word()
                                    + " needs a number from the beginning");
                }
                yield JobsOption.of(model.usualJobs());
            }
        };
    }

    private TimeLimit timeLimit() {
        if (timeout == null) {
            return TimeLimit.none();
        }
        if (timeout.endsWith("%")) {
            int percent = Quantities.number("--timeout", timeout.substring(0, timeout.length() - 1), 1, 1_000_000);
            return TimeLimit.ofMedian(percent / 100.0);
        }
        return TimeLimit.of(Quantities.time("--timeout", timeout));
    }

    private int dryRun(Job job, Sources sources) throws IOException {
        try (Source source = sources.open()) {
            long index = 0;
            for (List<Value> values = source.next(); values != null; values = source.next()) {
                out.write(RawText.encode(job.line(new Input(++index, values))));
                out.write('\n');
                if (out.checkError()) {
                    return ExitCodes.BROKEN_PIPE;
                }
            }
        }
        return ExitCodes.OK;
    }

    static Progress progress(Terminal terminal, boolean quiet, boolean alone, PrintStream err) {
        return quiet
                ? Progress.none()
                : terminal.canRedraw() && alone
                        ? new ProgressBar(err, System::nanoTime, terminal.width(), terminal.error())
                        : new ProgressLines(err, System::nanoTime, false);
    }

    private int run(RunDirectory directory, Plan plan, Work work, Sources sources, @Nullable Again again)
            throws IOException {
        Terminal terminal = new Terminal(!noColor);
        Progress progress = progress(terminal, quiet, !ungrouped, err);
        Duration limit = runTimeout == null ? null : Quantities.time("--run-timeout", runTimeout);
        directory
                .sessions()
                .begin(
                        again == null ? name : again == Again.FAILED ? "rerun" : "resume",
                        Version.text(),
                        Host.describe());
        Summary summary;
        try (OutcomeLog log = OutcomeLog.open(directory.outcomes());
                progress) {
            if (results != null) {
                Files.createDirectories(results);
            }
            BitSet done = log.ok();
            if (again != Again.FAILED) {
                done.or(log.failed());
            }
            var run = new MapRun(plan, work, directory, log, done, Streams.standard(), progress, err);
            try (var _ = Signals.to(run)) {
                summary = run.run(sources.open(), limit);
            }
        }
        if (work instanceof Work.Calls calls && calls.call() instanceof Probe probe) {
            probe.write(directory.advice(), directory.name());
        }
        directory.clearOutput();
        var report = new MapReport(summary, directory.name());
        directory.sessions().end(report.ending());
        if (summaryFile != null) {
            new ReportFile("--summary", summaryFile).write(file -> Files.writeString(file, report.json() + "\n"));
        }
        if (reportPage != null) {
            RunReport page = RunReader.read(RunSettings.read(directory.path()), false, Version.text());
            new ReportFile("--report", reportPage).write(file -> RunPage.write(page, file));
        }
        if (!quiet || report.exitCode() != ExitCodes.OK) {
            report.lines().forEach(line -> err.println("weft: " + line));
        }
        return report.exitCode();
    }
}

package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.Version;
import dev.weft.cli.machine.Host;
import dev.weft.cli.map.advice.Advice;
import dev.weft.cli.map.advice.AdviceJson;
import dev.weft.cli.map.advice.Advisor;
import dev.weft.cli.map.advice.Measured;
import dev.weft.cli.map.advice.Meter;
import dev.weft.cli.map.advice.OutcomeMeter;
import dev.weft.cli.map.run.MapRun;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.Streams;
import dev.weft.cli.map.run.Summary;
import dev.weft.cli.map.run.Work;
import dev.weft.cli.map.store.OutcomeLog;
import dev.weft.cli.map.store.RunDirectory;
import dev.weft.cli.terminal.Progress;
import dev.weft.cli.terminal.Terminal;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs inputs for a while, as a run of {@code weft map} whose results are kept instead of printed, and says how the
 * others had best be run. The run goes on by what was advised when it is taken up.
 *
 * <p>When the time is over, nothing more is started. What runs then is waited for, up to {@value #PATIENCE} times the
 * time.
 */
final class Advising {
    private static final int PATIENCE = 10;

    private final List<String> line;
    private final Duration time;
    private final boolean asJson;
    private final Terminal terminal;
    private final boolean quiet;
    private final PrintStream out;
    private final PrintStream err;

    /**
     * Prepares it.
     *
     * @param line the command line of map, behind its name
     * @param time for how long inputs are started
     * @param asJson whether to say it as JSON
     * @param terminal where it is said
     * @param quiet whether to show no progress
     * @param out standard output
     * @param err standard error
     */
    Advising(
            List<String> line,
            Duration time,
            boolean asJson,
            Terminal terminal,
            boolean quiet,
            PrintStream out,
            PrintStream err) {
        this.line = List.copyOf(line);
        this.time = time;
        this.asJson = asJson;
        this.terminal = terminal;
        this.quiet = quiet;
        this.out = out;
        this.err = err;
    }

    /**
     * Measures and advises.
     *
     * @param job what is to be done
     * @param asked how it is to be done
     * @param sources the inputs
     * @param results where output is kept beside that; null for nowhere
     * @return the exit code
     */
    int run(Job job, Plan asked, Sources sources, @Nullable Path results) throws IOException {
        try (RunDirectory directory = RunDirectory.create(RunDirectory.root(), MapCommand.MAP, line);
                var meter = new Meter();
                var outcomes = new OutcomeMeter()) {
            // Two at least, without which nobody would wait for a lock.
            int slots = Math.max(2, Runtime.getRuntime().availableProcessors());
            int begin = asked.jobs().now();
            Plan plan = asked.with(() -> job instanceof FunctionJob ? slots : begin);
            Work work = measured(job.work(plan), meter);
            if (results != null) {
                Files.createDirectories(results);
            }
            directory.sessions().begin("advise", Version.text(), Host.describe());
            Summary summary = measure(directory, plan, work, sources);
            directory.sessions().end(new MapReport(summary, directory.name()).ending());
            Measured measured = work instanceof Work.Calls(var _, Metered _, var _, var _)
                    ? meter.measured()
                    : outcomes.measured(
                            work instanceof Work.Commands ? Measured.Kind.COMMANDS : Measured.Kind.REQUESTS,
                            directory.outcomes());
            directory.clearOutput();
            if (summary.failure() != null) {
                throw CliException.failure(summary.failure());
            }
            return say(directory, summary, measured);
        } catch (IOException e) {
            throw CliException.failure(e);
        }
    }

    private static Work measured(Work work, Meter meter) {
        return work instanceof Work.Calls calls && calls.noun().equals(Measured.Kind.FUNCTIONS.noun())
                ? new Work.Calls(calls.noun(), new Metered(calls.call(), meter), calls.threads(), null)
                : work;
    }

    private Summary measure(RunDirectory directory, Plan plan, Work work, Sources sources) throws IOException {
        Streams streams = Streams.kept(directory);
        try (FileOutputStream _ = streams.out();
                FileOutputStream _ = streams.err();
                Progress progress = MapCommand.progress(terminal, quiet, true, err);
                OutcomeLog log = OutcomeLog.open(directory.outcomes());
                ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("weft-advise").factory())) {
            var run = new MapRun(plan, work, directory, log, new BitSet(), streams, progress, err);
            timer.schedule(run::drain, time.toNanos(), TimeUnit.NANOSECONDS);
            timer.schedule(() -> run.stop(0), PATIENCE * time.toNanos(), TimeUnit.NANOSECONDS);
            try (var _ = Signals.to(run)) {
                return run.run(sources.open(), null);
            } finally {
                timer.shutdownNow();
            }
        }
    }

    private int say(RunDirectory directory, Summary summary, Measured measured) throws IOException {
        long done = summary.ok() + summary.failed();
        Advice advice = Advisor.advise(measured, summary.known() - done);
        List<String> arguments = new ArrayList<>(settings(advice));
        arguments.addAll(line);
        directory.goOnBy(arguments);
        arguments.addFirst(MapCommand.MAP);
        String json = AdviceJson.write(advice, directory.name(), done, arguments, null);
        Files.writeString(directory.advice(), json);
        if (asJson) {
            out.print(json);
        } else {
            var text = new AdviceText(terminal.output());
            text.lines(advice, arguments, directory.name(), summary).forEach(out::println);
        }
        if (out.checkError()) {
            return ExitCodes.BROKEN_PIPE;
        }
        return summary.signal() != 0
                ? ExitCodes.SIGNAL + summary.signal()
                : summary.failed() > 0 ? ExitCodes.SOME_FAILED : ExitCodes.OK;
    }

    /** The options of map that follow from advice, without those that say what is usual anyway. */
    static List<String> settings(Advice advice) {
        List<String> options = new ArrayList<>();
        boolean function = advice.measured().kind() == Measured.Kind.FUNCTIONS;
        boolean plain = advice.model() == Model.SEQUENTIAL;
        if (function || plain) {
            options.addAll(List.of("--with", advice.model().word()));
        }
        int usual = advice.model() == Model.VIRTUAL
                ? Model.WAITING
                : advice.measured().processors();
        if (!plain && !(function && advice.jobs() == usual)) {
            options.addAll(List.of("--jobs", Integer.toString(advice.jobs())));
        }
        return options;
    }
}

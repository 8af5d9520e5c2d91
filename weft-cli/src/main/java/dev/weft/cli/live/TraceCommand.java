package dev.weft.cli.live;

import dev.weft.cli.ExitCodes;
import dev.weft.cli.ReportFile;
import dev.weft.cli.text.Quantities;
import dev.weft.cli.text.Words;
import dev.weft.inspect.Request;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code weft trace}: the steps and waits of all tasks for some seconds, as a file for Perfetto. */
@Command(name = "trace")
public final class TraceCommand implements Callable<Integer> {
    private static final int MOST_SECONDS = 600;
    private static final long PATIENCE_MILLIS = 10_000;

    private final PrintStream err;

    @Mixin
    private TargetArgument subject = new TargetArgument();

    @Option(
            names = {"-s", "--seconds"},
            paramLabel = "N")
    private String seconds = "5";

    @Mixin
    private OutputOption output = new OutputOption();

    /**
     * Makes the command.
     *
     * @param err standard error
     */
    public TraceCommand(PrintStream err) {
        this.err = err;
    }

    @Override
    public Integer call() {
        int time = Quantities.number("--seconds", seconds, 1, MOST_SECONDS);
        Target target = subject.find();
        ReportFile file = output.fileOr(Path.of("weft-trace-" + target.pid() + ".json"));
        file.check(); // before some seconds are recorded that nobody can keep
        try (Session session = target.open(PATIENCE_MILLIS + TimeUnit.SECONDS.toMillis(time))) {
            file.write(to -> {
                try (Writer writer = Files.newBufferedWriter(to)) {
                    record(session, target.pid(), time, file.file(), writer);
                }
            });
        }
        return ExitCodes.OK;
    }

    private void record(Session session, long process, int time, Path to, Writer writer) throws IOException {
        var trace = new ChromeTrace(writer, process);
        JsonNode end;
        try {
            end = Session.read(session.ask(new Request("trace", Map.of("seconds", Integer.toString(time))), line -> {
                try {
                    trace.add(Session.read(line));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        trace.end(end.path("interval").asDouble(time));
        long dropped = end.path("dropped").asLong(0);
        err.println(to + ": " + Words.count(trace.steps(), "step") + " in " + time
                + " s; open it at https://ui.perfetto.dev"
                + (dropped > 0 ? " (" + Words.count(dropped, "more step") + " came too fast and are missing)" : ""));
    }
}

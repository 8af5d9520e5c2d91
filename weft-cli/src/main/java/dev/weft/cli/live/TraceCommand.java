package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.text.Quantities;
import dev.weft.cli.text.Words;
import dev.weft.inspect.Request;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code weft trace}: the steps and waits of all tasks for some seconds, as a file for Perfetto. */
@Command(name = "trace")
public final class TraceCommand implements Callable<Integer> {
    private static final int MOST_SECONDS = 600;
    private static final long PATIENCE_MILLIS = 10_000;

    private final PrintStream err;

    @Parameters(index = "0", arity = "0..1", paramLabel = "PID")
    private @Nullable String pid;

    @Option(
            names = {"-s", "--seconds"},
            paramLabel = "N")
    private String seconds = "5";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE")
    private @Nullable Path file;

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
        Target target = Target.of(pid);
        Path to = Objects.requireNonNullElseGet(file, () -> Path.of("weft-trace-" + target.pid() + ".json"));
        try (Session session = target.open(PATIENCE_MILLIS + TimeUnit.SECONDS.toMillis(time))) {
            DumpCommand.whole(to, writer -> record(session, target.pid(), time, to, writer));
            return ExitCodes.OK;
        } catch (IOException e) {
            throw CliException.failure("cannot write " + to + ": " + e.getMessage());
        }
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

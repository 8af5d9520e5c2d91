package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.map.store.OutcomeLog;
import dev.weft.cli.map.store.RunDirectory;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code weft runs}: lists the runs that can be taken up or looked at. */
@Command(name = "runs")
public final class RunsCommand implements Callable<Integer> {
    private static final int WIDEST_COMMAND = 50;

    private final PrintStream out;

    /**
     * Makes the command.
     *
     * @param out standard output
     */
    public RunsCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        Path root = RunDirectory.root();
        try {
            List<Path> all = RunDirectory.all(root);
            if (all.isEmpty()) {
                out.println("no runs in " + root);
                return ExitCodes.OK;
            }
            for (Path path : all) {
                out.println(line(path));
            }
        } catch (IOException e) {
            throw CliException.failure(e);
        }
        return ExitCodes.OK;
    }

    private static String line(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        try (RunDirectory run = RunDirectory.open(path);
                OutcomeLog log = OutcomeLog.open(run.outcomes())) {
            String command = Stream.concat(
                            run.command().equals(MapCommand.MAP) ? Stream.<String>of() : Stream.of(run.command()),
                            run.arguments().stream())
                    .map(Template::quoted)
                    .collect(Collectors.joining(" "));
            String shown = RawText.printable(command);
            return name + "  " + Words.number(log.ok().cardinality()) + " ok  "
                    + Words.number(log.failed().cardinality()) + " failed  "
                    + (shown.length() > WIDEST_COMMAND ? shown.substring(0, WIDEST_COMMAND) + "…" : shown);
        } catch (IOException e) {
            return name + "  " + CliException.words(e);
        }
    }
}

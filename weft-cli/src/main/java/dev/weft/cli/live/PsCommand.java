package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import dev.weft.inspect.Request;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft ps}: lists the processes that can be looked into. */
@Command(name = "ps")
public final class PsCommand implements Callable<Integer> {
    private static final long PATIENCE_MILLIS = 1_000;

    private final PrintStream out;
    private final PrintStream err;

    @Option(names = "--json")
    private boolean json;

    /**
     * Makes the command.
     *
     * @param out standard output
     * @param err standard error
     */
    public PsCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        List<String> lines = new ArrayList<>();
        for (Target target : Target.all()) {
            try (Session session = target.open(PATIENCE_MILLIS)) {
                session.ask(new Request("hello", Map.of()), lines::add);
            } catch (CliException e) {
                if (ProcessHandle.of(target.pid()).isPresent()) {
                    err.println("weft: " + e.getMessage());
                }
            }
        }
        if (json) {
            out.println("[" + String.join(",\n", lines) + "]");
        } else if (lines.isEmpty()) {
            err.println("weft: no process of yours can be looked into at the moment; weft help ps says which can");
        } else {
            out.println("    PID        AGE  LOOPS      TASKS  POOLS      HEAP  MAIN");
            lines.forEach(line -> out.println(row(Snapshot.ProcessFacts.of(Session.read(line)))));
        }
        return ExitCodes.OK;
    }

    private static String row(Snapshot.ProcessFacts process) {
        return String.format(
                Locale.ROOT,
                "%7d %10s %6d %10s %6d %9s  %s",
                process.pid(),
                Say.time(process.age()),
                process.loops(),
                Words.number(process.tasks()),
                process.pools(),
                Words.size(process.heapUsed()),
                RawText.printable(process.main()));
    }
}

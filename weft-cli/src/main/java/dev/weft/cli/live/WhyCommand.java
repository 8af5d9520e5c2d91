package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.text.RawText;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft why}: what a task waits for, and what that waits for. */
@Command(name = "why")
public final class WhyCommand implements Callable<Integer> {
    private static final int MOST_NAMED = 10;

    private final PrintStream out;

    @Parameters(arity = "0..2", paramLabel = "[PID] TASK")
    private List<String> words = List.of();

    /**
     * Makes the command.
     *
     * @param out standard output
     */
    public WhyCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        if (words.isEmpty()) {
            throw CliException.usage(
                    "why expects the name or number of a task, as in: weft why 4711 stock; weft tree lists them");
        }
        if (words.size() > 2) {
            throw CliException.usage("expected a process and a task, found '" + RawText.printable(words.get(2))
                    + "' behind them; put a name with blanks between quotes");
        }
        Target target = words.size() == 2 ? Target.of(words.getFirst()) : Target.only();
        String name = words.getLast();
        try (Session session = target.open()) {
            Snapshot snapshot = session.snapshot(new Look(20, 100, false, name));
            List<Snapshot.TaskFacts> found = Stream.concat(snapshot.tasks().stream(), snapshot.parties().stream())
                    .filter(Snapshot.TaskFacts::match)
                    .toList();
            if (found.isEmpty()) {
                throw CliException.usage("process " + target.pid() + " has no task '" + RawText.printable(name)
                        + "' that has begun and not ended, by name or number; weft tree " + target.pid()
                        + " lists what there is");
            }
            if (found.size() > 1) {
                throw CliException.usage(found.size() + " tasks are called '" + RawText.printable(name)
                        + "'; take one by its number: "
                        + found.stream()
                                .limit(MOST_NAMED)
                                .map(Snapshot.TaskFacts::id)
                                .collect(Collectors.joining(", "))
                        + (found.size() > MOST_NAMED ? ", ..." : ""));
            }
            WhyText.of(snapshot, found.getFirst()).forEach(out::println);
            return snapshot.deadlocks().isEmpty() ? ExitCodes.OK : ExitCodes.SOME_FAILED;
        }
    }
}

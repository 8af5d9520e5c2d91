package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.terminal.Terminal;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weft tree}: what the loops, groups and tasks of a process do. */
@Command(name = "tree")
public final class TreeCommand implements Callable<Integer> {
    private final PrintStream out;

    @Mixin
    private TargetArgument subject = new TargetArgument();

    @Option(names = {"-a", "--all"})
    private boolean all;

    @Option(names = "--json")
    private boolean json;

    @Option(names = "--no-color")
    private boolean noColor;

    /**
     * Makes the command.
     *
     * @param out standard output
     */
    public TreeCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        Look look = all ? Look.ALL : Look.USUAL;
        try (Session session = subject.find().open()) {
            if (json) {
                return Document.write(session, look, out) ? ExitCodes.SOME_FAILED : ExitCodes.OK;
            }
            Snapshot snapshot = session.snapshot(look);
            TreeText.of(snapshot, new Terminal(!noColor).output()).forEach(out::println);
            return snapshot.deadlocks().isEmpty() ? ExitCodes.OK : ExitCodes.SOME_FAILED;
        } catch (IOException e) {
            throw CliException.failure("cannot write the tree: " + e.getMessage());
        }
    }
}

package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.map.store.RunDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft resume} and {@code weft rerun}: take up a run that has ended, with or without its failures. */
@Command
public final class ResumeCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;
    private final MapCommand.Again again;

    @Parameters(arity = "0..1", defaultValue = "last")
    private String run = "last";

    private ResumeCommand(PrintStream out, PrintStream err, MapCommand.Again again) {
        this.out = out;
        this.err = err;
        this.again = again;
    }

    /**
     * Makes the command that runs what was left.
     *
     * @param out standard output
     * @param err standard error
     * @return the command
     */
    public static ResumeCommand resume(PrintStream out, PrintStream err) {
        return new ResumeCommand(out, err, MapCommand.Again.UNFINISHED);
    }

    /**
     * Makes the command that runs what was left and what failed.
     *
     * @param out standard output
     * @param err standard error
     * @return the command
     */
    public static ResumeCommand rerun(PrintStream out, PrintStream err) {
        return new ResumeCommand(out, err, MapCommand.Again.FAILED);
    }

    @Override
    public Integer call() {
        try {
            Path root = RunDirectory.root();
            try (RunDirectory directory = RunDirectory.open(RunDirectory.find(root, run))) {
                return MapCommand.parsed(directory.command(), directory.arguments(), out, err)
                        .again(directory, again);
            }
        } catch (IOException e) {
            throw CliException.failure(e);
        }
    }
}

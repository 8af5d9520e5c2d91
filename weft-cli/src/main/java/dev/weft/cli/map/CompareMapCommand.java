package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.compare.CompareCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code weft compare map ...}: measures what {@code weft map} would run under every model that makes sense for it. */
@Command(name = "map")
public final class CompareMapCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @ParentCommand
    private @Nullable CompareCommand compare;

    /** What is for {@code map}. */
    @Parameters
    private List<String> words = new ArrayList<>();

    private CompareMapCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Makes the command.
     *
     * @param out standard output
     * @param err standard error
     * @return the command, which takes all words as they are
     */
    public static CommandLine of(PrintStream out, PrintStream err) {
        return new CommandLine(new CompareMapCommand(out, err))
                .setUnmatchedOptionsArePositionalParams(true)
                .setStopAtPositional(true)
                .setStopAtUnmatched(true);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (compare == null) {
            throw new IllegalStateException("compare map belongs to compare");
        }
        if (words.isEmpty()) {
            throw CliException.usage(
                    "compare map expects what weft map is to run, as in: weft compare map --java Work.java::f ::: a b c");
        }
        return compare.measure(
                MapCommand.parsed(MapCommand.MAP, words, out, err).workload(compare.sample(), compare.workers()));
    }
}

package dev.weft.cli.map;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft fetch}: {@code weft map --fetch {}} over the URLs that it is given. */
@Command(name = "fetch")
public final class FetchCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    /** All that is behind the name of the command; its options are those of {@code map}. */
    @Parameters
    private List<String> words = new ArrayList<>();

    private FetchCommand(PrintStream out, PrintStream err) {
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
        return new CommandLine(new FetchCommand(out, err)).setUnmatchedOptionsArePositionalParams(true);
    }

    @Override
    public Integer call() throws IOException {
        return MapCommand.parsed(MapCommand.FETCH, words, out, err).call();
    }
}

package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.text.Quantities;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft advise}: says how a {@code weft map} had best be run, by what its first inputs show. */
@Command(name = "advise")
public final class AdviseCommand implements Callable<Integer> {
    private static final Duration USUAL_TIME = Duration.ofSeconds(2);

    private final PrintStream out;
    private final PrintStream err;

    @Option(names = "--for", paramLabel = "TIME")
    private @Nullable String time;

    @Option(names = "--json")
    private boolean json;

    /** What is for {@code map}, which begins with the first word that is no option of this. */
    @Parameters
    private List<String> words = new ArrayList<>();

    private AdviseCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Makes the command.
     *
     * @param out standard output
     * @param err standard error
     * @return the command, which takes all words from the first that it does not know as they are
     */
    public static CommandLine of(PrintStream out, PrintStream err) {
        return new CommandLine(new AdviseCommand(out, err))
                .setUnmatchedOptionsArePositionalParams(true)
                .setStopAtUnmatched(true)
                .setStopAtPositional(true);
    }

    @Override
    public Integer call() throws IOException {
        Duration budget = time == null ? USUAL_TIME : Quantities.time("--for", time);
        if (words.isEmpty()) {
            throw CliException.usage("advise expects what weft map is to run, as in: weft advise gzip -k {} ::: *.log");
        }
        return MapCommand.parsed(MapCommand.MAP, words, out, err).advise(words, budget, json);
    }
}

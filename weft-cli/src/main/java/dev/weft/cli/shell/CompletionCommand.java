package dev.weft.cli.shell;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.text.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code weft completion}: prints what a shell needs to complete words.
 *
 * <p>What it prints is a few lines that ask this program, with {@code --words}, each time that words are to be
 * completed; so it fits every version of it.
 */
@Command(name = "completion")
public final class CompletionCommand implements Callable<Integer> {
    static final List<String> SHELLS = List.of("bash", "zsh", "fish");

    private final PrintStream out;
    private final List<String> pages;
    private final Supplier<CommandLine> all;

    @Option(names = "--words", hidden = true)
    private boolean asked;

    @Parameters
    private List<String> words = new ArrayList<>();

    /**
     * Makes the command.
     *
     * @param out standard output
     * @param pages the topics of {@code help}
     * @param all all commands
     */
    public CompletionCommand(PrintStream out, List<String> pages, Supplier<CommandLine> all) {
        this.out = out;
        this.pages = pages;
        this.all = all;
    }

    @Override
    public Integer call() {
        if (asked) {
            Candidates candidates = Candidates.of(all.get(), pages, words);
            out.println(candidates.kind().name().toLowerCase(Locale.ROOT));
            candidates.words().forEach(out::println);
            return ExitCodes.OK;
        }
        if (words.size() != 1 || !SHELLS.contains(words.getFirst())) {
            String found = words.isEmpty() ? "none" : "'" + String.join(" ", words) + "'";
            String near = words.size() == 1
                    ? Nearest.to(words.getFirst(), SHELLS)
                            .map(shell -> "; did you mean '" + shell + "'?")
                            .orElse("")
                    : "";
            throw CliException.usage("expected the name of a shell, bash, zsh or fish, found " + found + near);
        }
        out.print(script(words.getFirst()));
        return ExitCodes.OK;
    }

    private static String script(String shell) {
        String name = "completion." + shell;
        try (InputStream script = CompletionCommand.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException("the program lacks its file " + name + ": build it again");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the file " + name + " of the program", e);
        }
    }
}

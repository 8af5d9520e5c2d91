package dev.weft.cli.shell;

import dev.weft.cli.map.store.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What the word at the cursor may become.
 *
 * @param kind what the shell is to offer
 * @param words the words; empty unless the kind is {@link Kind#WORDS}
 */
record Candidates(Kind kind, List<String> words) {
    /** Where candidates come from. */
    enum Kind {
        /** The words that are named here. */
        WORDS,
        /** Files, which the shell knows best. */
        FILES,
        /** Commands on the path, which it knows too. */
        COMMANDS
    }

    private static final List<String> TAKE_RUNS = List.of("resume", "rerun", "report");

    private static final Map<String, List<String>> VALUES = Map.of(
            "--retry-on", List.of("fail", "signal", "timeout"),
            "--jobs", List.of("100%", "200%"),
            "--halt", List.of("now,fail=1", "soon,fail=1", "soon,fail=20%", "now,success=1"));

    /**
     * Finds them.
     *
     * @param root all commands
     * @param pages the topics of {@code help}
     * @param line the words behind the name of the program, the last of which is at the cursor and may be empty
     */
    static Candidates of(CommandLine root, List<String> pages, List<String> line) {
        String word = line.isEmpty() ? "" : line.getLast();
        if (line.size() < 2) {
            return words(word, Stream.concat(root.getSubcommands().keySet().stream(), Stream.of("help", "--version")));
        }
        String name = line.getFirst();
        if (name.equals("help")) {
            return words(word, pages.stream());
        }
        // The options of map are those of fetch, whose own parser takes all words as they are.
        CommandLine command = root.getSubcommands().get(name.equals("fetch") ? "map" : name);
        if (command == null) {
            return new Candidates(Kind.FILES, List.of());
        }
        return behind(command.getCommandSpec(), name, line.subList(1, line.size() - 1), word);
    }

    private static Candidates behind(CommandSpec spec, String name, List<String> before, String word) {
        boolean foreign = false;
        OptionSpec open = null;
        for (String each : before) {
            if (open != null) {
                open = null;
            } else if (each.startsWith("-") && !foreign) {
                open = each.contains("=") ? null : withValue(spec.findOption(each));
            } else {
                foreign |= name.equals("map"); // what follows is for the command that is run
            }
        }
        if (open != null) {
            return values(open, word);
        }
        if (word.startsWith("-") && !foreign) {
            int end = word.indexOf('=') + 1;
            OptionSpec joined = end == 0 ? null : withValue(spec.findOption(word.substring(0, end - 1)));
            if (joined != null) {
                Candidates found = values(joined, word.substring(end));
                return new Candidates(
                        found.kind,
                        found.words.stream()
                                .map(value -> word.substring(0, end) + value)
                                .toList());
            }
            return words(word, spec.options().stream().flatMap(option -> Stream.of(option.names())));
        }
        if (TAKE_RUNS.contains(name)) {
            return words(word, runs());
        }
        if (name.equals("completion")) {
            return words(word, CompletionCommand.SHELLS.stream());
        }
        return new Candidates(name.equals("map") && !foreign ? Kind.COMMANDS : Kind.FILES, List.of());
    }

    private static @Nullable OptionSpec withValue(@Nullable OptionSpec option) {
        return option == null || option.arity().max() == 0 ? null : option;
    }

    private static Candidates values(OptionSpec option, String word) {
        Iterable<String> known = option.completionCandidates();
        List<String> fixed = known == null
                ? VALUES.getOrDefault(option.longestName(), List.of())
                : StreamSupport.stream(known.spliterator(), false).toList();
        return fixed.isEmpty() ? new Candidates(Kind.FILES, List.of()) : words(word, fixed.stream());
    }

    private static Stream<String> runs() {
        try {
            List<String> names = new ArrayList<>(List.of("last"));
            for (Path run : RunDirectory.all(RunDirectory.root())) {
                names.add(String.valueOf(run.getFileName()));
            }
            return names.stream();
        } catch (IOException e) {
            return Stream.empty(); // a cursor that waits for a word is no place for complaints
        }
    }

    private static Candidates words(String begin, Stream<String> all) {
        return new Candidates(
                Kind.WORDS,
                new TreeSet<>(all.filter(word -> word.startsWith(begin)).toList())
                        .stream().toList());
    }
}

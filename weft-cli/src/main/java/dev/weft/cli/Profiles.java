package dev.weft.cli;

import dev.weft.cli.text.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Options that users have written down, for each use of a command or under a name.
 *
 * <pre>
 * [map]              # each weft map has these
 * --retries 3
 *
 * [map gentle]       # weft map --profile gentle
 * --jobs 2 --nice 10
 * --retry-on 'timeout,signal'
 * </pre>
 *
 * <p>They stand before the options of the command line, so that those win. The file is {@code WEFT_CONFIG}, or
 * {@code weft/config} in the user's directory for configuration; it need not be there. Blanks separate words, quotes
 * hold them together, a backslash keeps the next character as it is, {@code #} begins a comment.
 */
final class Profiles {
    private static final String OPTION = "--profile";
    private static final Pattern SECTION = Pattern.compile("\\[\\s*(\\S+?)(?:\\s+(\\S+?))?\\s*]\\s*(?:#.*)?");

    private final Path file;
    private final Map<String, List<String>> sections = new LinkedHashMap<>();

    private Profiles(Path file) {
        this.file = file;
    }

    /**
     * {@return the command line with the options of its profiles}
     *
     * @param line the command line
     * @param commands the commands that have profiles
     * @param file where they are; null for nowhere
     */
    static List<String> expand(List<String> line, List<String> commands, @Nullable Path file) {
        if (line.isEmpty() || !commands.contains(line.getFirst())) {
            return line;
        }
        String command = line.getFirst();
        var names = new Names(line);
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(read(file, commands).options(command, names.read(1)));
        words.addAll(line.subList(names.next, line.size()));
        return words;
    }

    /**
     * {@return the command line of advice with the options of the profiles of map, whose command line it has behind its
     * own options; without those that settle what advice is to find out}
     *
     * @param line the command line
     * @param own the options of advice; with a value those that end with {@code =}
     * @param settled the options of map that settle something, written in the same way
     * @param commands the commands that have profiles
     * @param file where they are; null for nowhere
     */
    static List<String> expandAdvice(
            List<String> line, List<String> own, List<String> settled, List<String> commands, @Nullable Path file) {
        List<String> words = new ArrayList<>(List.of(line.getFirst()));
        var names = new Names(line);
        List<String> chosen = names.read(1);
        int length = length(line, names.next, own);
        while (length > 0) {
            words.addAll(line.subList(names.next, names.next + length));
            chosen.addAll(names.read(names.next + length));
            length = length(line, names.next, own);
        }
        if (names.next == line.size()) {
            return line; // there is no work to give advice for, which is said elsewhere
        }
        words.add("--"); // what follows is of map, also where both have an option of that name
        List<String> options = read(file, commands).options("map", chosen);
        for (int i = 0; i < options.size(); ) {
            int skipped = length(options, i, settled);
            if (skipped == 0) {
                words.add(options.get(i));
            }
            i += Math.max(1, skipped);
        }
        int rest = line.get(names.next).equals("--") ? names.next + 1 : names.next;
        words.addAll(line.subList(rest, line.size()));
        return words;
    }

    /** How many words an option has that stands somewhere and is one of these; 0 if none does. */
    private static int length(List<String> words, int at, List<String> options) {
        if (at >= words.size()) {
            return 0;
        }
        String word = words.get(at);
        for (String option : options) {
            boolean valued = option.endsWith("=");
            String name = valued ? option.substring(0, option.length() - 1) : option;
            if (word.equals(name)) {
                return valued ? Math.min(2, words.size() - at) : 1;
            }
            if (valued && (word.startsWith(option) || (name.matches("-\\w") && word.startsWith(name)))) {
                return 1;
            }
        }
        return 0;
    }

    /** Takes the names of profiles off a command line. */
    private static final class Names {
        private final List<String> line;

        /** Where the line goes on behind them. */
        int next;

        Names(List<String> line) {
            this.line = line;
        }

        List<String> read(int from) {
            next = from;
            List<String> names = new ArrayList<>();
            while (next < line.size()
                    && (line.get(next).equals(OPTION) || line.get(next).startsWith(OPTION + "="))) {
                if (line.get(next).equals(OPTION) && next + 1 == line.size()) {
                    throw CliException.usage("option " + OPTION + " needs a value: " + OPTION + " NAME");
                }
                names.add(
                        line.get(next).equals(OPTION)
                                ? line.get(++next)
                                : line.get(next).substring(OPTION.length() + 1));
                next++;
            }
            return names;
        }
    }

    private List<String> options(String command, List<String> names) {
        List<String> options = new ArrayList<>(sections.getOrDefault(command, List.of()));
        names.forEach(name -> options.addAll(named(command, name)));
        return options;
    }

    /** {@return where the profiles of this user are; null for nowhere} */
    static @Nullable Path place() {
        String chosen = System.getenv("WEFT_CONFIG");
        if (chosen != null) {
            return chosen.isEmpty() ? null : Path.of(chosen);
        }
        return Optional.ofNullable(System.getenv("XDG_CONFIG_HOME"))
                .filter(path -> path.startsWith("/"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".config"))
                .resolve("weft/config");
    }

    private static Profiles read(@Nullable Path file, List<String> commands) {
        var profiles = new Profiles(file == null ? Path.of("") : file);
        try {
            if (file != null) {
                profiles.lines(Files.readAllLines(file), commands);
            }
        } catch (NoSuchFileException e) {
            // there need not be one
        } catch (IOException e) {
            throw CliException.usage(
                    "cannot read the profiles in " + file + ": expected a file of text in UTF-8 that you may"
                            + " read; mend it, or name another with WEFT_CONFIG");
        }
        return profiles;
    }

    private void lines(List<String> lines, List<String> commands) {
        List<String> section = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            Matcher head = SECTION.matcher(line);
            if (head.matches()) {
                String command = head.group(1);
                if (!commands.contains(command)) {
                    throw wrong(
                            i, "expected the name of a command in [" + command + "]" + suggestion(command, commands));
                }
                String name = head.group(2) == null ? command : command + " " + head.group(2);
                section = sections.computeIfAbsent(name, _ -> new ArrayList<>());
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                if (section == null) {
                    throw wrong(i, "expected a section such as [map] or [map gentle] before '" + line + "'");
                }
                section.addAll(words(line, i));
            }
        }
    }

    private List<String> named(String command, String name) {
        List<String> found = sections.get(command + " " + name);
        if (found != null) {
            return found;
        }
        List<String> names = sections.keySet().stream()
                .filter(section -> section.startsWith(command + " "))
                .map(section -> section.substring(command.length() + 1))
                .toList();
        throw CliException.usage("no profile '" + name + "' for " + command + " in " + file
                + (names.isEmpty() ? ": expected a section [" + command + " " + name + "]" : suggestion(name, names)));
    }

    private static String suggestion(String word, List<String> names) {
        return Nearest.to(word, names)
                .map(near -> "; did you mean '" + near + "'?")
                .orElse("; there are " + String.join(", ", names));
    }

    private List<String> words(String line, int number) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                word = append(word, line.charAt(++i));
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word = append(word, c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                word = word == null ? new StringBuilder() : word;
            } else if (c == ' ' || c == '\t') {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
            } else if (c == '#' && word == null) {
                break;
            } else {
                word = append(word, c);
            }
        }
        if (quote != 0) {
            throw wrong(number, "expected another " + quote + ", found the end of the line");
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    private static StringBuilder append(@Nullable StringBuilder word, char c) {
        return (word == null ? new StringBuilder() : word).append(c);
    }

    private CliException wrong(int index, String problem) {
        return CliException.usage(file + ":" + (index + 1) + ": " + problem);
    }
}

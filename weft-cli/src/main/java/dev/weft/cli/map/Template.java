package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.ShellWords;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A command with places for inputs: {@code {}} for the input, {@code {2}} for the value of the second source,
 * {@code {name}} for a column; behind it {@code .} leaves out the extension, {@code /} the directory, {@code //} gives
 * the directory, {@code /.} does the first two; {@code {#}} is the number of the input and {@code {%}} that of the
 * slot. Braces with anything else in them stand for themselves. A command without places for inputs gets them at its
 * end. Immutable.
 */
final class Template {
    private static final Pattern PLACE =
            Pattern.compile("\\{(?:([#%])|(\\d{1,3}|[A-Za-z_][A-Za-z0-9_ -]*)?(//|/\\.|/|\\.)?)}");

    /** What a place is filled with; {@code source} is a number from 1, a column, or empty for all. */
    private record Place(String source, String form) {}

    /** A part of a word: text, or a place. */
    private record Part(String text, @Nullable Place place) {}

    private final List<List<Part>> words;
    private final boolean shell;
    private final UnaryOperator<String> quote;

    private Template(List<List<Part>> words, boolean shell, UnaryOperator<String> quote) {
        this.words = words;
        this.shell = shell;
        this.quote = quote;
    }

    /**
     * Understands texts that need no place for an input.
     *
     * @param words the texts
     * @param columns the names of columns that there are; null if that is not known beforehand
     * @return the template, which fills a word for each
     */
    static Template ofTexts(List<String> words, @Nullable Set<String> columns) {
        return new Template(words.stream().map(word -> split(word, columns)).toList(), false, UnaryOperator.identity());
    }

    /**
     * Understands a URL. What it begins with is part of the URL as it is; values further behind are encoded, so that
     * they stay one part of it, except for slashes.
     *
     * @param url the URL
     * @param columns the names of columns that there are; null if that is not known beforehand
     * @return the template
     */
    static Template ofUrl(String url, @Nullable Set<String> columns) {
        List<Part> parts = split(url, columns);
        boolean whole = parts.getFirst().place != null;
        return new Template(List.of(parts), false, whole ? UnaryOperator.identity() : Template::encoded);
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : RawText.encode(text)) {
            char c = (char) (each & 0xFF);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~/".indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    /**
     * Understands a command.
     *
     * @param words the program and its arguments
     * @param shell whether it is one line for a shell; values are quoted for it
     * @param columns the names of columns that there are; null if that is not known beforehand
     * @return the template
     * @throws CliException if there is no command
     */
    static Template of(List<String> words, boolean shell, @Nullable Set<String> columns) {
        if (words.isEmpty() || words.getFirst().isEmpty()) {
            throw CliException.usage("expected a command to run, found none: weft map gzip -k {} ::: *.log");
        }
        List<String> given = shell ? List.of(String.join(" ", words)) : words;
        List<List<Part>> parts = new ArrayList<>();
        boolean takesInput = false;
        for (String word : given) {
            List<Part> split = split(word, columns);
            takesInput |= split.stream()
                    .anyMatch(part -> part.place != null && !Set.of("#", "%").contains(part.place.form));
            parts.add(split);
        }
        if (!takesInput) {
            Part all = new Part("", new Place("", ""));
            if (shell) {
                List<Part> line = new ArrayList<>(parts.getFirst());
                line.add(new Part(" ", null));
                line.add(all);
                parts.set(0, line);
            } else {
                parts.add(List.of(all));
            }
        }
        return new Template(parts, shell, shell ? Template::quoted : UnaryOperator.identity());
    }

    private static List<Part> split(String word, @Nullable Set<String> columns) {
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PLACE.matcher(word);
        int done = 0;
        while (matcher.find()) {
            String source = Optional.ofNullable(matcher.group(2)).orElse("");
            boolean named = !source.isEmpty() && !Character.isDigit(source.charAt(0));
            if (named && columns != null && !columns.contains(source)) {
                continue; // braces of the command's own
            }
            if (matcher.start() > done) {
                parts.add(new Part(word.substring(done, matcher.start()), null));
            }
            String special = matcher.group(1);
            String form = special != null
                    ? special
                    : Optional.ofNullable(matcher.group(3)).orElse("");
            parts.add(new Part("", new Place(source, form)));
            done = matcher.end();
        }
        if (done < word.length() || parts.isEmpty()) {
            parts.add(new Part(word.substring(done), null));
        }
        return parts;
    }

    /**
     * Fills the places.
     *
     * @param input the input
     * @param slot the number of the slot that runs it, from 1
     * @return the program and its arguments
     * @throws CliException if the input has no such value
     */
    List<String> fill(Input input, int slot) {
        List<String> filled = new ArrayList<>();
        for (List<Part> word : words) {
            Part only = word.size() == 1 ? word.getFirst() : null;
            if (!shell && only != null && only.place != null && only.place.source.isEmpty()) {
                filled.addAll(values(only.place, input, slot)); // an argument for each source
                continue;
            }
            StringBuilder text = new StringBuilder();
            for (Part part : word) {
                if (part.place == null) {
                    text.append(part.text);
                } else {
                    List<String> values = values(part.place, input, slot);
                    text.append(values.stream().map(quote).collect(Collectors.joining(" ")));
                }
            }
            filled.add(text.toString());
        }
        return shell ? List.of("/bin/sh", "-c", filled.getFirst()) : filled;
    }

    /** {@return whether the program is the same for every input} */
    boolean hasFixedProgram() {
        return shell || words.getFirst().stream().allMatch(part -> part.place == null);
    }

    /** {@return how many words it has, if each place stands for one value} */
    int count() {
        return words.size();
    }

    private static List<String> values(Place place, Input input, int slot) {
        return switch (place.form) {
            case "#" -> List.of(Long.toString(input.index()));
            case "%" -> List.of(Integer.toString(slot));
            default ->
                chosen(place.source, input).stream()
                        .map(text -> formed(text, place.form))
                        .toList();
        };
    }

    private static List<String> chosen(String source, Input input) {
        List<Value> values = input.values();
        if (source.isEmpty()) {
            return values.stream().map(Value::text).toList();
        }
        if (Character.isDigit(source.charAt(0))) {
            int number = Integer.parseInt(source);
            if (number < 1 || number > values.size()) {
                throw CliException.usage("{" + source + "} stands for the value of source " + source + ", and there "
                        + (values.size() == 1 ? "is 1 source" : "are " + values.size() + " sources"));
            }
            return List.of(values.get(number - 1).text());
        }
        for (Value value : values) {
            String column = value.columns().get(source);
            if (column != null) {
                return List.of(column);
            }
        }
        List<String> names = values.stream()
                .flatMap(value -> value.columns().keySet().stream())
                .toList();
        throw CliException.usage("{" + source + "} stands for a column, and input " + input.index() + " has "
                + (names.isEmpty() ? "no columns" : Words.list(names)));
    }

    private static String formed(String text, String form) {
        int slash = text.lastIndexOf('/');
        return switch (form) {
            case "." -> withoutExtension(text);
            case "/" -> text.substring(slash + 1);
            case "//" -> slash < 0 ? "." : slash == 0 ? "/" : text.substring(0, slash);
            case "/." -> withoutExtension(text.substring(slash + 1));
            default -> text;
        };
    }

    private static String withoutExtension(String text) {
        int dot = text.lastIndexOf('.');
        int name = text.lastIndexOf('/') + 1;
        return dot > name ? text.substring(0, dot) : text;
    }

    /** Quotes text so that a shell takes it as one word, whatever is in it. */
    static String quoted(String text) {
        return ShellWords.quoted(text);
    }
}

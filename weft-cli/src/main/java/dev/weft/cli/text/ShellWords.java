package dev.weft.cli.text;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Words as they would have to be typed into a shell. */
public final class ShellWords {
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private ShellWords() {}

    /**
     * Quotes a word where that is needed.
     *
     * @param word the word
     * @return what a shell reads as the word
     */
    public static String quoted(String word) {
        return SAFE.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /**
     * Writes a command line.
     *
     * @param words the program and its arguments
     * @return what a shell reads as these words
     */
    public static String line(List<String> words) {
        return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
    }
}

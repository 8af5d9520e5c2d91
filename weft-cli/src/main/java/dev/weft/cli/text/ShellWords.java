package dev.weft.cli.text;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Words as they would have to be typed into a shell. */
public final class ShellWords {
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private static final int LONGEST_SHOWN = 400;

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

    /**
     * Writes a command line for people to recognise: the words at the end of a long one are only counted.
     *
     * @param words the program and its arguments
     * @return the line, or its beginning and how many words are left out
     */
    public static String shown(List<String> words) {
        var line = new StringBuilder();
        for (int i = 0; i < words.size(); i++) {
            String word = quoted(words.get(i));
            if (line.length() + word.length() > LONGEST_SHOWN && i > 0) {
                return line + " ... (" + Words.number(words.size() - i) + " more)";
            }
            line.append(i == 0 ? "" : " ").append(word);
        }
        return line.toString();
    }
}

package dev.weft.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Breaks a text into lines. */
public final class Paragraph {
    /** A space at which a line is not broken. */
    public static final char NO_BREAK = '\u00a0';

    private Paragraph() {}

    /**
     * Breaks a text at blanks, but not at no-break spaces, which become blanks.
     *
     * @param text the text
     * @param width the columns of a line; a longer word gets a line of its own
     * @return the lines
     */
    public static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split(" +", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word.replace(NO_BREAK, ' '));
        }
        lines.add(line.toString());
        return lines;
    }
}

package dev.weft.cli.text;

import java.util.List;

/** Pieces of Markdown. What comes from users is put in as code or escaped, so that nothing of it is markup. */
public final class Markdown {
    private Markdown() {}

    /**
     * Appends a table, and an empty line.
     *
     * @param out where to
     * @param head the columns
     * @param rows the cells, as Markdown
     */
    public static void table(StringBuilder out, List<String> head, List<String[]> rows) {
        out.append("| ").append(String.join(" | ", head)).append(" |\n|");
        out.append(" --- |".repeat(head.size())).append('\n');
        rows.forEach(row -> out.append("| ").append(String.join(" | ", row)).append(" |\n"));
        out.append('\n');
    }

    /**
     * Makes a span of code in a table, where a bar would begin the next cell.
     *
     * @param text what is in it, without line ends
     * @return the span
     */
    public static String cell(String text) {
        return code(text).replace("|", "\\|");
    }

    /**
     * Makes a span of code, in which only the backtick is special.
     *
     * @param text what is in it, without line ends
     * @return the span; empty for nothing
     */
    public static String code(String text) {
        if (text.isEmpty()) {
            return "";
        }
        int longest = 0;
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            length = text.charAt(i) == '`' ? length + 1 : 0;
            longest = Math.max(longest, length);
        }
        String fence = "`".repeat(longest + 1);
        String padding = longest > 0 || text.isBlank() ? " " : "";
        return fence + padding + text + padding + fence;
    }

    /**
     * Makes text in which nothing is markup.
     *
     * @param text the text, without line ends
     * @return the same, escaped
     */
    public static String text(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ("\\`*_[]<>|#~&@!".indexOf(c) >= 0) {
                out.append('\\');
            }
            out.append(c);
        }
        return out.toString();
    }
}

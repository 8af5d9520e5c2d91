package dev.weft.cli.terminal;

/** Marks text with colours, where the reader's terminal shows them. Immutable. */
public final class Style {
    private final boolean colours;

    /**
     * Makes a style.
     *
     * @param colours whether to use colours at all
     */
    public Style(boolean colours) {
        this.colours = colours;
    }

    /**
     * Emphasises.
     *
     * @param text the text
     * @return the text, marked
     */
    public String bold(String text) {
        return marked("1", text);
    }

    /**
     * Plays down.
     *
     * @param text the text
     * @return the text, marked
     */
    public String faint(String text) {
        return marked("2", text);
    }

    /**
     * Marks as good.
     *
     * @param text the text
     * @return the text, marked
     */
    public String green(String text) {
        return marked("32", text);
    }

    /**
     * Marks as questionable.
     *
     * @param text the text
     * @return the text, marked
     */
    public String yellow(String text) {
        return marked("33", text);
    }

    /**
     * Marks as bad.
     *
     * @param text the text
     * @return the text, marked
     */
    public String red(String text) {
        return marked("31", text);
    }

    private String marked(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}

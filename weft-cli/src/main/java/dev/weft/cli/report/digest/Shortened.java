package dev.weft.cli.report.digest;

import dev.weft.cli.map.input.Input;

/** Text that may be of any length, as long as a report can use it. */
final class Shortened {
    private static final int INPUT = 120;

    private Shortened() {}

    /** {@return an input in one line} */
    static String input(Input input) {
        return to(input.text(), INPUT);
    }

    /** {@return the text, cut off where it is too long} */
    static String to(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
        return text.substring(0, end) + "…";
    }
}

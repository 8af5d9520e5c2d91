package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page in the documentation: prose by hand, and between two marks the tables. */
final class Page {
    private static final String BEGIN = "<!-- results: written by bench/run -->";
    private static final String END = "<!-- end of results -->";

    private Page() {}

    static void write(Path page, String tables) throws IOException {
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalStateException("expected the lines '" + BEGIN + "' and '" + END + "' in " + page
                    + ", in this order: put them where the tables belong");
        }
        Files.writeString(
                page, text.substring(0, begin + BEGIN.length()) + "\n\n" + tables + "\n" + text.substring(end));
    }
}

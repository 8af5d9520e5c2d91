package dev.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The help pages, which are written by hand: examples first, one screen each. */
final class Help {
    private Help() {}

    /** What there is a page about, beside the program itself. */
    static List<String> topics() {
        return List.of(
                "advise",
                "cluster",
                "compare",
                "completion",
                "dash",
                "doctor",
                "fetch",
                "map",
                "resume",
                "rerun",
                "report",
                "runs",
                "ps",
                "tree",
                "top",
                "why",
                "dump",
                "trace");
    }

    /** The page about a topic, or about the program if the topic is empty. */
    static String of(String topic) {
        String name = topic.isEmpty() ? "help.txt" : "help-" + topic + ".txt";
        try (InputStream page = Help.class.getResourceAsStream(name)) {
            if (page == null) {
                throw new IllegalStateException("the program lacks its page " + name + ": build it again");
            }
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the page " + name + " of the program", e);
        }
    }
}

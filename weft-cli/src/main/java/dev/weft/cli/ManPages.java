package dev.weft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Makes manual pages of the help pages, so that both always say the same. Run when a distribution is made. */
public final class ManPages {
    private ManPages() {}

    /**
     * Writes {@code weft.1} and a page for each command.
     *
     * @param args the directory, which is made if need be
     * @throws IOException if it cannot be written to
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            throw new IllegalArgumentException("expected a directory for the pages, found " + List.of(args));
        }
        Path directory = Files.createDirectories(Path.of(args[0]));
        Files.writeString(directory.resolve("weft.1"), of(""), StandardCharsets.UTF_8);
        for (String topic : Help.topics()) {
            Files.writeString(directory.resolve("weft-" + topic + ".1"), of(topic), StandardCharsets.UTF_8);
        }
    }

    /** {@return the page about a topic, or about the program if the topic is empty, in the language of man(7)} */
    static String of(String topic) {
        List<String> lines = Help.of(topic).lines().toList();
        int end = lines.indexOf("");
        // "weft map [OPTIONS] COMMAND: what it does.", or "Weft: what it is."
        String first = String.join(" ", lines.subList(0, end));
        int colon = first.indexOf(": ");
        String name = topic.isEmpty() ? "weft" : "weft-" + topic;
        var page = new StringBuilder(".TH " + name.toUpperCase(Locale.ROOT) + " 1 \"\" \"weft " + Version.text()
                + "\"\n.SH NAME\n" + name + " \\- " + text(first.substring(colon + 2)) + "\n");
        page.append(".SH SYNOPSIS\n.B ")
                .append(topic.isEmpty() ? "weft COMMAND [OPTIONS]" : text(first.substring(0, colon)))
                .append('\n');
        sections(page, lines.subList(end + 1, lines.size()));
        String others = Help.topics().stream()
                .filter(other -> !other.equals(topic))
                .map(other -> ".BR weft-" + other + " (1)")
                .collect(Collectors.joining(",\n"));
        return page.append(".SH SEE ALSO\n")
                .append(topic.isEmpty() ? "" : ".BR weft (1),\n")
                .append(others)
                .append('\n')
                .toString();
    }

    /** The first block of indented lines are examples; a line without a full stop before such a block is a heading. */
    private static void sections(StringBuilder page, List<String> lines) {
        page.append(".SH EXAMPLES\n");
        boolean examples = true;
        boolean verbatim = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean indented = line.startsWith("  ");
            if (verbatim && !indented) {
                page.append(".fi\n");
                verbatim = false;
            }
            if (line.isEmpty()) {
                page.append(".PP\n");
                if (examples) {
                    page.append(".SH DESCRIPTION\n");
                    examples = false;
                }
            } else if (indented) {
                if (!verbatim) {
                    page.append(".nf\n");
                    verbatim = true;
                }
                page.append(text(line)).append('\n');
            } else if (line.matches("[A-Z]\\w+")
                    && i + 1 < lines.size()
                    && lines.get(i + 1).startsWith("  ")) {
                page.append(".SH ").append(line.toUpperCase(Locale.ROOT)).append('\n');
            } else {
                page.append(text(line)).append('\n');
            }
        }
        if (verbatim) {
            page.append(".fi\n");
        }
    }

    private static String text(String line) {
        String escaped = line.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }
}

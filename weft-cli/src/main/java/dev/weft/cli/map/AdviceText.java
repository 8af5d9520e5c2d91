package dev.weft.cli.map;

import dev.weft.cli.map.advice.Advice;
import dev.weft.cli.map.advice.Measured;
import dev.weft.cli.map.advice.Prediction;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Summary;
import dev.weft.cli.terminal.Style;
import dev.weft.cli.text.Paragraph;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Table;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Shows advice as text for the terminal, at most 80 columns wide but for command lines.
 *
 * @param style how it is marked
 */
record AdviceText(Style style) {
    private static final int WIDTH = 80;
    private static final int LABEL = 10;
    private static final int MOST_INPUTS = 8;
    private static final long NOTABLE_BYTES = 100_000;

    List<String> lines(Advice advice, List<String> arguments, String run, Summary summary) {
        List<String> lines = new ArrayList<>();
        String sentence = advice.sentence();
        for (String line :
                Paragraph.wrap(Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1) + ".", WIDTH)) {
            lines.add(style.bold(line));
        }
        lines.add("");
        if (advice.inputs() > 0 && advice.measured().probes() > 0) {
            table(advice, lines);
            lines.add("");
        }
        labelled(lines, "Measured", measured(advice.measured()));
        long done = summary.ok() + summary.failed();
        labelled(
                lines,
                "Ran",
                (done == 0 ? "none of the inputs to its end" : "the first " + Words.count(done, "input")) + " in "
                        + Words.time(summary.nanos() / 1e9)
                        + (summary.failed() == 0 ? "" : ", of which " + Words.number(summary.failed()) + " failed")
                        + "; " + (summary.complete() ? "" : "at least ") + Words.number(advice.inputs()) + " left");
        lines.add(label("Take") + "weft " + shown(arguments));
        lines.add(label(advice.inputs() > 0 || !summary.complete() ? "or" : "Results") + "weft resume " + run
                + style.faint(
                        advice.inputs() > 0 || !summary.complete()
                                ? "  runs the rest like this, and prints what those have written that ran"
                                : "  prints what they have written"));
        return lines;
    }

    private void table(Advice advice, List<String> lines) {
        Table table = new Table();
        boolean function = advice.measured().kind() == Measured.Kind.FUNCTIONS;
        String inputs = Words.count(advice.inputs(), "input");
        table.add(function ? "model" : "", "at once", "expected for " + inputs);
        for (Prediction prediction : advice.predictions()) {
            table.add(
                    function || prediction.model() == Model.SEQUENTIAL
                            ? prediction.model().inWords()
                            : Words.plural(advice.measured().kind().noun()),
                    Words.number(prediction.jobs()),
                    Words.time(prediction.seconds()));
        }
        List<String> rows = table.lines();
        lines.add("  " + style.faint(rows.getFirst()));
        for (int i = 1; i < rows.size(); i++) {
            Prediction prediction = advice.predictions().get(i - 1);
            boolean chosen = prediction.model() == advice.model() && prediction.jobs() == advice.jobs();
            lines.add((chosen ? style.green("> ") : "  ") + (chosen ? style.bold(rows.get(i)) : rows.get(i)));
        }
    }

    private static String measured(Measured measured) {
        if (measured.probes() == 0) {
            return "nothing: no input went well";
        }
        List<String> parts = new ArrayList<>();
        if (!Double.isNaN(measured.cpu())) {
            parts.add("computing " + Words.time(measured.cpu()));
        }
        parts.add("waiting " + Words.time(measured.waited()));
        add(parts, "for locks", Double.isNaN(measured.lock()) ? 0 : measured.lock(), measured);
        add(parts, "for a processor", measured.queue(), measured);
        add(parts, "for the garbage collector", measured.collection(), measured);
        return Words.count(measured.probes(), measured.kind().noun()) + ", " + measured.atOnce() + " at once; each "
                + String.join(", ", parts) + "; median " + Words.time(measured.median()) + ", longest "
                + Words.time(measured.longest())
                + (measured.allocated() < NOTABLE_BYTES ? "" : "; allocating " + Words.size(measured.allocated()));
    }

    private static void add(List<String> parts, String what, double seconds, Measured measured) {
        double all = measured.cpu() + measured.waited() + measured.queue() + measured.collection();
        if (seconds > 0.01 * all) {
            parts.add(what + " " + Words.time(seconds));
        }
    }

    private void labelled(List<String> lines, String label, String text) {
        String shown = label(label);
        for (String line : Paragraph.wrap(text, WIDTH - LABEL)) {
            lines.add(shown + line);
            shown = " ".repeat(LABEL);
        }
    }

    private static String label(String label) {
        return label + " ".repeat(LABEL - label.length());
    }

    /** A command line to type; of very many inputs only the first. */
    static String shown(List<String> arguments) {
        int inputs = arguments.lastIndexOf(":::") + 1;
        boolean cut = inputs > 0 && arguments.size() - inputs > MOST_INPUTS;
        String words = (cut ? arguments.subList(0, inputs + MOST_INPUTS / 2) : arguments)
                .stream().map(word -> RawText.printable(Template.quoted(word))).collect(Collectors.joining(" "));
        return cut ? words + " ... (" + Words.number(arguments.size() - inputs - MOST_INPUTS / 2) + " more)" : words;
    }
}

package dev.weft.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened in a run, step by step: a column for each task. */
final class Trace {
    private static final int MOST_STEPS = 60;
    private static final int WIDEST = 40;

    private record Step(Party party, @Nullable String place, long time) {}

    private final List<Step> steps = new ArrayList<>();

    void step(Party party, long time) {
        steps.add(new Step(party, party.place, time));
        party.place = null;
    }

    /** {@return the last steps, as a table} */
    String table() {
        List<Party> columns = new ArrayList<>();
        List<Step> shown = steps.subList(Math.max(0, steps.size() - MOST_STEPS), steps.size());
        for (Step step : shown) {
            if (!columns.contains(step.party)) {
                columns.add(step.party);
            }
        }
        columns.sort((a, b) -> Integer.compare(a.number, b.number));
        var widths = new IdentityHashMap<Party, Integer>();
        columns.forEach(party -> widths.put(party, party.name().length()));
        shown.forEach(step -> widths.merge(step.party, what(step).length(), Math::max));
        var text = new StringBuilder();
        text.append(cell("step", 6)).append(cell("clock", 10));
        columns.forEach(party -> text.append("| ").append(cell(party.name(), 1 + width(widths, party))));
        int number = steps.size() - shown.size();
        if (number > 0) {
            text.append("\n… ").append(number).append(" steps before");
        }
        for (Step step : shown) {
            text.append('\n').append(cell(Integer.toString(number++), 6)).append(cell(clock(step.time), 10));
            for (Party party : columns) {
                text.append("| ").append(cell(party == step.party ? what(step) : "", 1 + width(widths, party)));
            }
        }
        return text.toString().replaceAll(" +\n", "\n").stripTrailing();
    }

    private static int width(Map<Party, Integer> widths, Party party) {
        return Math.min(WIDEST, widths.getOrDefault(party, 0));
    }

    private static String clock(long nanos) {
        long millis = Duration.ofNanos(nanos).toMillis();
        return millis + " ms";
    }

    private static String what(Step step) {
        if (step.place == null) {
            return "begins";
        }
        String place = step.place.substring(step.place.indexOf('(') + 1).replace(")", "");
        String method = step.place.substring(0, Math.max(0, step.place.indexOf('(')));
        method = method.substring(method.lastIndexOf('.') + 1);
        return "after "
                + (method.startsWith("lambda$") || 7 + method.length() + place.length() > WIDEST ? "" : method + " ")
                + place;
    }

    private static String cell(String text, int width) {
        String cut = text.length() > width - 1 ? text.substring(0, width - 2) + "…" : text;
        return cut + " ".repeat(width - cut.length());
    }
}

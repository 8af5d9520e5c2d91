package dev.weft.cli.function;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An input as it travels to a worker together with others: one text, which travels at the least cost. It is the parts
 * of the input one after the other, each behind its length and a colon:
 *
 * <pre>
 *   the number of the input
 *   the values: of each, its text, the number of its columns, and of each of these its name and text
 *   or what the command line makes of them
 * </pre>
 *
 * <p>A sign between the first part and the others says which of the two follows.
 *
 * @param index the number of the input
 * @param values the values of the input; none if there are texts
 * @param texts what the command line makes of them; null if that says nothing
 */
record SentInput(long index, List<Value> values, @Nullable List<String> texts) {
    private static final char VALUES = 'v';
    private static final char TEXTS = 't';

    /**
     * Makes an input one text.
     *
     * @param texts what the command line makes of it; null if that says nothing
     */
    static String write(Input input, @Nullable List<String> texts) {
        var out = new StringBuilder(64);
        part(Long.toString(input.index()), out);
        if (texts != null) {
            out.append(TEXTS);
            texts.forEach(text -> part(text, out));
            return out.toString();
        }
        out.append(VALUES);
        for (Value value : input.values()) {
            part(value.text(), out);
            part(Integer.toString(value.columns().size()), out);
            value.columns().forEach((name, text) -> {
                part(name, out);
                part(text, out);
            });
        }
        return out.toString();
    }

    /** Adds a part, as {@link Parts} reads it. */
    static void part(String text, StringBuilder out) {
        out.append(text.length()).append(':').append(text);
    }

    /** Reads what {@link #write} has written. */
    static SentInput read(String sent) {
        var parts = new Parts(sent);
        long index = Long.parseLong(parts.next());
        if (parts.sign() == TEXTS) {
            List<String> texts = new ArrayList<>();
            while (parts.hasNext()) {
                texts.add(parts.next());
            }
            return new SentInput(index, List.of(), texts);
        }
        List<Value> values = new ArrayList<>(1);
        while (parts.hasNext()) {
            String text = parts.next();
            int count = Integer.parseInt(parts.next());
            Map<String, String> columns = count == 0 ? Map.of() : new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                columns.put(parts.next(), parts.next());
            }
            values.add(new Value(text, columns));
        }
        return new SentInput(index, values, null);
    }

    /** The parts of a text. */
    static final class Parts {
        private final String all;
        private int at;

        Parts(String all) {
            this.all = all;
        }

        boolean hasNext() {
            return at < all.length();
        }

        char sign() {
            return all.charAt(at++);
        }

        String next() {
            int colon = all.indexOf(':', at);
            int begin = colon + 1;
            int end = begin + Integer.parseInt(all, at, colon, 10);
            at = end;
            return all.substring(begin, end);
        }
    }
}

package dev.weft.inspect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one line of an answer: a JSON object in ASCII, one property after the other. Properties that are null are left
 * out. Not thread-safe.
 */
public final class JsonLine {
    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS = 1_000_000;

    private final StringBuilder out;
    private boolean first = true;

    /**
     * Begins a line.
     *
     * @param out where to write
     * @param kind what it tells of
     */
    public JsonLine(StringBuilder out, String kind) {
        this.out = out;
        out.append('{');
        put("kind", kind);
    }

    private void name(String name) {
        if (!first) {
            out.append(',');
        }
        first = false;
        out.append('"').append(name).append("\":");
    }

    /**
     * Writes text.
     *
     * @param name the property
     * @param value its value; null leaves it out
     * @return this
     */
    public JsonLine put(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            quote(value);
        }
        return this;
    }

    /**
     * Writes a whole number.
     *
     * @param name the property
     * @param value its value
     * @return this
     */
    public JsonLine put(String name, long value) {
        name(name);
        out.append(value);
        return this;
    }

    /**
     * Writes a property that is true; one that is false is left out.
     *
     * @param name the property
     * @param value its value
     * @return this
     */
    public JsonLine putIf(String name, boolean value) {
        if (value) {
            name(name);
            out.append(true);
        }
        return this;
    }

    /**
     * Writes a time in seconds, to the microsecond.
     *
     * @param name the property
     * @param nanos the time in nanoseconds
     * @return this
     */
    public JsonLine seconds(String name, long nanos) {
        name(name);
        long micros = Math.abs(nanos / NANOS_PER_MICRO);
        if (nanos < 0 && micros > 0) {
            out.append('-');
        }
        String fraction = Long.toString(MICROS + micros % MICROS).substring(1);
        out.append(micros / MICROS).append('.').append(fraction);
        return this;
    }

    /**
     * Writes a list of texts; an empty one is left out.
     *
     * @param name the property
     * @param values the texts
     * @return this
     */
    public JsonLine put(String name, List<String> values) {
        if (!values.isEmpty()) {
            name(name);
            char separator = '[';
            for (String value : values) {
                out.append(separator);
                quote(value);
                separator = ',';
            }
            out.append(']');
        }
        return this;
    }

    /**
     * Writes what is JSON already.
     *
     * @param name the property
     * @param json its value
     * @return this
     */
    public JsonLine raw(String name, CharSequence json) {
        name(name);
        out.append(json);
        return this;
    }

    /** Ends the line. */
    public void end() {
        out.append("}\n");
    }

    private void quote(String text) {
        quote(text, out);
    }

    /**
     * Writes text in quotes.
     *
     * @param text the text
     * @param out where to
     */
    public static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7F) {
                out.append(c);
            } else {
                out.append("\\u")
                        .append(HEX[c >> 12])
                        .append(HEX[(c >> 8) & 15])
                        .append(HEX[(c >> 4) & 15])
                        .append(HEX[c & 15]);
            }
        }
        out.append('"');
    }
}

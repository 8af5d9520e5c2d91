package dev.weft.cli.text;

/**
 * Writes JSON, a member at a time, on one line. For lines of logs, of which there may be a million; documents are
 * written with a library. Text may hold {@linkplain RawText bytes that are no text}: they are written as escapes, so
 * that a line is ASCII and survives every encoding. Not thread-safe.
 */
public final class JsonText {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder line = new StringBuilder(256);
    private boolean comma;

    /**
     * Begins an object.
     *
     * @return this
     */
    public JsonText object() {
        separate();
        line.append('{');
        comma = false;
        return this;
    }

    /**
     * Ends an object.
     *
     * @return this
     */
    public JsonText endObject() {
        line.append('}');
        comma = true;
        return this;
    }

    /**
     * Begins an array.
     *
     * @return this
     */
    public JsonText array() {
        separate();
        line.append('[');
        comma = false;
        return this;
    }

    /**
     * Ends an array.
     *
     * @return this
     */
    public JsonText endArray() {
        line.append(']');
        comma = true;
        return this;
    }

    /**
     * Writes the name of a member; its value must follow.
     *
     * @param name the name
     * @return this
     */
    public JsonText name(String name) {
        separate();
        quote(name, line);
        line.append(':');
        comma = false;
        return this;
    }

    /**
     * Writes text.
     *
     * @param value the text
     * @return this
     */
    public JsonText value(String value) {
        separate();
        quote(value, line);
        return this;
    }

    /**
     * Writes a whole number.
     *
     * @param value the number
     * @return this
     */
    public JsonText value(long value) {
        separate();
        line.append(value);
        return this;
    }

    /**
     * Writes a truth value.
     *
     * @param value the value
     * @return this
     */
    public JsonText value(boolean value) {
        separate();
        line.append(value);
        return this;
    }

    /**
     * Writes seconds, to the microsecond.
     *
     * @param nanos nanoseconds
     * @return this
     */
    public JsonText seconds(long nanos) {
        separate();
        long micros = Math.max(0, nanos) / 1000;
        line.append(micros / 1_000_000).append('.');
        String fraction = Long.toString(micros % 1_000_000);
        line.append("0".repeat(6 - fraction.length())).append(fraction);
        return this;
    }

    /**
     * {@return what has been written}
     */
    @Override
    public String toString() {
        return line.toString();
    }

    private void separate() {
        if (comma) {
            line.append(',');
        }
        comma = true;
    }

    /**
     * Writes text in quotes.
     *
     * @param text the text
     * @param out where to
     */
    public static void quote(String text, StringBuilder out) {
        out.append('"');
        escape(text, out);
        out.append('"');
    }

    /**
     * Writes text as it stands between quotes.
     *
     * @param text the text
     * @param out where to
     */
    public static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c >= 0x20 && c < 0x7F) {
                        out.append(c);
                    } else {
                        out.append("\\u")
                                .append(HEX[c >> 12])
                                .append(HEX[(c >> 8) & 15])
                                .append(HEX[(c >> 4) & 15])
                                .append(HEX[c & 15]);
                    }
                }
            }
        }
    }
}

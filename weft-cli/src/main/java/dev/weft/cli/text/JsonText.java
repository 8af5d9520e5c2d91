package dev.weft.cli.text;

import java.time.Instant;

/**
 * Writes JSON, a member at a time, on one line. For lines of logs, of which there may be a million; documents are
 * written with a library. Text may hold {@linkplain RawText bytes that are no text}: they are written as escapes, so
 * that a line is ASCII and survives every encoding. Not thread-safe.
 */
public final class JsonText {
    private static final int USUAL = 256;
    private static final int MICRO_DIGITS = 6;
    private static final long MICROS = 1_000_000;

    private final AsciiText line;
    private boolean comma;

    /** Begins with nothing. */
    public JsonText() {
        this(new AsciiText(USUAL));
    }

    /**
     * Begins behind what there is already.
     *
     * @param line where it is written
     */
    public JsonText(AsciiText line) {
        this.line = line;
    }

    /**
     * Begins an object.
     *
     * @return this
     */
    public JsonText object() {
        separate();
        line.add('{');
        comma = false;
        return this;
    }

    /**
     * Ends an object.
     *
     * @return this
     */
    public JsonText endObject() {
        line.add('}');
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
        line.add('[');
        comma = false;
        return this;
    }

    /**
     * Ends an array.
     *
     * @return this
     */
    public JsonText endArray() {
        line.add(']');
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
        quote(name);
        line.add(':');
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
        quote(value);
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
        line.add(value);
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
        line.add(value ? "true" : "false");
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
        line.add(micros / MICROS).add('.').add(micros % MICROS, MICRO_DIGITS);
        return this;
    }

    /**
     * Writes a time, as {@link TimeText} does.
     *
     * @param time the time
     * @return this
     */
    public JsonText value(Instant time) {
        separate();
        line.add('"');
        TimeText.append(time, line);
        line.add('"');
        return this;
    }

    /**
     * Writes a member that is text in which nothing needs an escape, which is not looked for.
     *
     * @param name its name
     * @param value the text
     * @return this
     */
    public JsonText word(String name, String value) {
        plainName(name);
        line.add('"').add(value).add('"');
        return this;
    }

    /**
     * Writes a member that is a whole number.
     *
     * @param name its name, in which nothing needs an escape
     * @param value the number
     * @return this
     */
    public JsonText number(String name, long value) {
        plainName(name);
        line.add(value);
        return this;
    }

    /** Writes a name in which nothing needs an escape, which is not looked for. */
    private void plainName(String name) {
        separate();
        line.add('"').add(name).add("\":");
    }

    /**
     * Ends the line; what follows begins another one.
     *
     * @return where it was written
     */
    public AsciiText endLine() {
        comma = false;
        return line.add('\n');
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
            line.add(',');
        }
        comma = true;
    }

    private void quote(String text) {
        line.add('"').addEscaped(text).add('"');
    }
}

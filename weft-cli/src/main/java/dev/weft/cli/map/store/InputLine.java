package dev.weft.cli.map.store;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.AsciiText;
import dev.weft.cli.text.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** An input as a line of JSON: its index, and each value as text, or as text with columns. */
public final class InputLine {
    private static final String BEGIN = "{\"index\":";
    private static final String VALUES = ",\"values\":[";
    private static final String END = "]}";
    private static final int MOST_DIGITS = 18;

    private InputLine() {}

    /**
     * Writes an input.
     *
     * @param input the input
     * @return the line, without its end
     */
    public static String write(Input input) {
        var line = new AsciiText(0);
        appendTo(input, line);
        return line.toString();
    }

    /** Writes an input, without the end of its line. */
    static void appendTo(Input input, AsciiText line) {
        var json = new JsonText(line).object().number("index", input.index()).name("values");
        values(input.values(), json);
        json.endObject();
    }

    static void values(List<Value> values, JsonText json) {
        json.array();
        for (Value value : values) {
            if (value.columns().isEmpty()) {
                json.value(value.text());
            } else {
                json.object().name("text").value(value.text()).name("columns").object();
                value.columns().forEach((name, text) -> json.name(name).value(text));
                json.endObject().endObject();
            }
        }
        json.endArray();
    }

    /**
     * Reads an input.
     *
     * @param line the line
     * @return the input
     * @throws IOException if it is none
     */
    static Input read(String line) throws IOException {
        Input plain = plain(line);
        if (plain != null) {
            return plain;
        }
        try {
            JsonNode json = Json.MAPPER.readTree(line);
            long index = json.path("index").asLong(0);
            JsonNode values = json.path("values");
            if (index < 1 || !values.isArray()) {
                throw new IOException("expected an input with its index and values, found: " + line);
            }
            List<Value> list = new ArrayList<>(values.size());
            for (JsonNode value : values) {
                list.add(value(value));
            }
            return new Input(index, list);
        } catch (JacksonException e) {
            throw new IOException("expected an input as JSON, found: " + line, e);
        }
    }

    /**
     * Most lines have neither escapes nor columns, and then this is all that it takes; null for any other, right or
     * wrong.
     */
    private static @Nullable Input plain(String line) {
        if (!line.startsWith(BEGIN) || line.indexOf('\\') >= 0) {
            return null;
        }
        int at = BEGIN.length();
        int behind = line.indexOf(VALUES, at);
        if (behind <= at || behind - at > MOST_DIGITS) {
            return null;
        }
        long index = 0;
        for (; at < behind; at++) {
            int digit = line.charAt(at) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            index = 10 * index + digit;
        }
        List<Value> values = new ArrayList<>(1);
        at += VALUES.length();
        while (line.startsWith("\"", at)) {
            int end = line.indexOf('"', at + 1);
            if (end < 0) {
                return null;
            }
            values.add(Value.of(line.substring(at + 1, end)));
            at = end + 1;
            if (!line.startsWith(",", at)) {
                return index > 0 && line.startsWith(END, at) && line.length() == at + END.length()
                        ? new Input(index, values)
                        : null;
            }
            at++;
        }
        return null;
    }

    private static Value value(JsonNode json) {
        if (json.isString()) {
            return Value.of(json.stringValue());
        }
        Map<String, String> columns = new LinkedHashMap<>();
        json.path("columns")
                .properties()
                .forEach(
                        column -> columns.put(column.getKey(), column.getValue().stringValue()));
        return new Value(json.path("text").stringValue(), columns);
    }
}

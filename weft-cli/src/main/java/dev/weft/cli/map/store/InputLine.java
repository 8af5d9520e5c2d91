package dev.weft.cli.map.store;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.text.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An input as a line of JSON: its index, and each value as text, or as text with columns. */
public final class InputLine {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private InputLine() {}

    /**
     * Writes an input.
     *
     * @param input the input
     * @return the line, without its end
     */
    public static String write(Input input) {
        var json = new JsonText().object().name("index").value(input.index());
        json.name("values");
        values(input.values(), json);
        return json.endObject().toString();
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
        try {
            JsonNode json = MAPPER.readTree(line);
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

package dev.weft.cli.map.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON, a document a line. The members of an object are columns: text as itself, anything else as JSON. Empty lines are
 * skipped.
 */
public final class JsonLinesSource implements Source {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Some editors begin a file with it. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final String name;
    private final LineSource lines;
    private long number;

    /**
     * Makes a source.
     *
     * @param name what the stream is called in messages
     * @param in the stream; closed with this
     */
    public JsonLinesSource(String name, InputStream in) {
        this.name = name;
        this.lines = new LineSource(name, in, '\n');
    }

    @Override
    public @Nullable List<Value> next() throws IOException {
        while (true) {
            String line = lines.line();
            if (line == null) {
                return null;
            }
            number++;
            if (number == 1 && line.startsWith(BYTE_ORDER_MARK)) {
                line = line.substring(BYTE_ORDER_MARK.length());
            }
            if (!line.isBlank()) {
                return List.of(value(line));
            }
        }
    }

    private Value value(String line) throws IOException {
        JsonNode document;
        try {
            document = MAPPER.readTree(line);
        } catch (JacksonException e) {
            throw new IOException("expected a JSON document in line " + number + " of " + name + ", found: "
                    + e.getOriginalMessage());
        }
        Map<String, String> columns = new LinkedHashMap<>();
        document.properties().forEach(member -> columns.put(member.getKey(), text(member.getValue())));
        return new Value(document.isString() ? document.stringValue() : line.strip(), columns);
    }

    private static String text(JsonNode node) {
        return node.isString() ? node.stringValue() : node.isNull() ? "" : node.toString();
    }

    @Override
    public boolean mayWait() {
        return lines.mayWait();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}

package dev.weft.cli.map.store;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the outcomes of a run one after the other, in memory that does not grow with their number. The run may go on
 * meanwhile: a last line without an end is not taken for one. Not thread-safe.
 */
public final class OutcomeReader implements AutoCloseable {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int BUFFER = 64 * 1024;

    /** A longer line is none of ours: an input is an argument of a command or a line that fitted into memory. */
    private static final int LONGEST = 256 * 1024 * 1024;

    private final InputStream in;
    private byte[] buffer = new byte[BUFFER];
    private int begin;
    private int end;
    private long bad;
    private boolean torn;

    private OutcomeReader(InputStream in) {
        this.in = in;
    }

    /**
     * Opens a file of outcomes.
     *
     * @param path the file; one that is not there has none
     * @return the reader
     * @throws IOException if it cannot be read
     */
    public static OutcomeReader open(Path path) throws IOException {
        try {
            return new OutcomeReader(Files.newInputStream(path));
        } catch (NoSuchFileException e) {
            return new OutcomeReader(InputStream.nullInputStream());
        }
    }

    /**
     * {@return how many lines were no outcomes so far; they were left out}
     */
    public long badLines() {
        return bad;
    }

    /**
     * {@return whether the file ends in the middle of a line}
     */
    public boolean isTorn() {
        return torn;
    }

    /**
     * Reads the next outcome.
     *
     * @return the outcome; null at the end
     * @throws IOException if the file cannot be read
     */
    public @Nullable Outcome next() throws IOException {
        for (int length = line(); length >= 0; length = line()) {
            int from = begin;
            begin += length + 1;
            try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), buffer, from, length)) {
                Outcome outcome = outcome(json);
                if (outcome != null) {
                    return outcome;
                }
            } catch (JacksonException | DateTimeException | IOException e) {
                // counted below
            }
            bad++;
        }
        return null;
    }

    /** The length of the next whole line, which begins at {@code begin}; -1 if there is none. */
    private int line() throws IOException {
        int looked = begin;
        while (true) {
            for (int i = looked; i < end; i++) {
                if (buffer[i] == '\n') {
                    return i - begin;
                }
            }
            looked = end;
            if (begin > 0) {
                System.arraycopy(buffer, begin, buffer, 0, end - begin);
                end -= begin;
                looked -= begin;
                begin = 0;
            } else if (end == buffer.length) {
                if (end >= LONGEST) {
                    throw new EOFException("expected lines of at most " + LONGEST + " bytes, found a longer one");
                }
                buffer = Arrays.copyOf(buffer, 2 * end);
            }
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                torn = end > begin;
                return -1;
            }
            end += read;
        }
    }

    /** Null if the line is JSON, but no outcome. */
    private static @Nullable Outcome outcome(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return null;
        }
        long index = 0;
        List<Value> values = List.of();
        Outcome.Result result = null;
        boolean last = false;
        int attempt = 1;
        int slot = 1;
        long pid = 0;
        Instant began = null;
        double seconds = 0;
        int exit = 0;
        int signal = 0;
        double cpu = -1;
        long outputBytes = 0;
        long errorBytes = 0;
        String message = null;
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "index" -> index = json.getLongValue();
                case "values" -> values = values(json);
                case "result" -> result = Outcome.Result.of(json.getString());
                case "last" -> last = json.getBooleanValue();
                case "try" -> attempt = json.getIntValue();
                case "slot" -> slot = json.getIntValue();
                case "pid" -> pid = json.getLongValue();
                case "began" -> began = Instant.parse(json.getString());
                case "seconds" -> seconds = json.getDoubleValue();
                case "exit" -> exit = json.getIntValue();
                case "signal" -> signal = json.getIntValue();
                case "cpuSeconds" -> cpu = json.getDoubleValue();
                case "outputBytes" -> outputBytes = json.getLongValue();
                case "errorBytes" -> errorBytes = json.getLongValue();
                case "message" -> message = json.getString();
                default -> json.skipChildren();
            }
        }
        if (json.currentToken() != JsonToken.END_OBJECT || index < 1 || result == null || began == null || slot < 1) {
            return null;
        }
        return new Outcome(
                new Input(index, values),
                attempt,
                slot,
                pid,
                began,
                Math.max(0, Math.round(seconds * 1e9)),
                result,
                exit,
                signal,
                cpu < 0 ? -1 : Math.round(cpu * 1e9),
                outputBytes,
                errorBytes,
                last,
                message);
    }

    private static List<Value> values(JsonParser json) {
        List<Value> values = new ArrayList<>(1);
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return values;
        }
        for (JsonToken token = json.nextToken();
                token != JsonToken.END_ARRAY && token != null;
                token = json.nextToken()) {
            values.add(token == JsonToken.START_OBJECT ? named(json) : Value.of(json.getString()));
        }
        return values;
    }

    private static Value named(JsonParser json) {
        String text = "";
        Map<String, String> columns = new LinkedHashMap<>();
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken token = json.nextToken();
            if (name.equals("text")) {
                text = json.getString();
            } else if (name.equals("columns") && token == JsonToken.START_OBJECT) {
                for (String column = json.nextName(); column != null; column = json.nextName()) {
                    json.nextToken();
                    columns.put(column, json.getString());
                }
            } else {
                json.skipChildren();
            }
        }
        return new Value(text, columns);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

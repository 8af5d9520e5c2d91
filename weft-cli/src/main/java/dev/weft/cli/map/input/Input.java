package dev.weft.cli.map.input;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One input of a run.
 *
 * @param index its number, from 1, in the order of the sources
 * @param values what each source gave for it
 */
public record Input(long index, List<Value> values) {
    /**
     * {@return the input in one line, for messages and tags: its values, separated by blanks}
     */
    public String text() {
        return values.size() == 1
                ? values.getFirst().text()
                : values.stream().map(Value::text).collect(Collectors.joining(" "));
    }
}
